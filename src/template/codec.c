/*
 * The values of a P text as bytes, so that proof can render the text again
 * from what was stored. Only fields that a P text may hold are written, so
 * nothing else can come back. Reading checks every length and leaves no byte
 * over; bad bytes are SK_ERR_DATA.
 *
 * set   := value* 0
 * value := kind u8, name length u8, name, payload
 * words: length u32, bytes; number: u64; flag: u8; list: (1, set)* 0
 */
#include <stdint.h>
#include <string.h>

#include <sekisho/text.h>

#include "template/internal.h"

#define FORMAT 1
#define DEPTH 3		/* digest -> items -> indicators is the deepest */

enum tag { TAG_END, TAG_WORDS, TAG_NUMBER, TAG_FLAG, TAG_LIST };

static void
put_int(struct sk_buf *out, uint64_t n, int bytes)
{
	while (bytes-- > 0)
		sk_buf_addc(out, (int)(n >> (bytes * 8) & 0xff));
}

static enum tag
tag_of(const struct field *f)
{
	switch (f->kind) {
	case FIELD_NUMBER: return TAG_NUMBER;
	case FIELD_FLAG: return TAG_FLAG;
	case FIELD_LIST: return TAG_LIST;
	default: return TAG_WORDS;
	}
}

static void put_set(struct sk_buf *out, const struct tvalues *v);

static void
put_value(struct sk_buf *out, const struct tvalue *x)
{
	size_t n = strlen(x->field->name);

	sk_buf_addc(out, tag_of(x->field));
	sk_buf_addc(out, (int)n);
	sk_buf_add(out, x->field->name, n);
	switch (tag_of(x->field)) {
	case TAG_NUMBER:
		put_int(out, (uint64_t)(int64_t)x->number, 8);
		break;
	case TAG_FLAG:
		sk_buf_addc(out, x->flag ? 1 : 0);
		break;
	case TAG_LIST:
		for (const struct tvalues *r = x->rows; r; r = r->next) {
			sk_buf_addc(out, 1);
			put_set(out, r);
		}
		sk_buf_addc(out, 0);
		break;
	default:
		put_int(out, strlen(x->str), 4);
		sk_buf_adds(out, x->str);
	}
}

static void
put_set(struct sk_buf *out, const struct tvalues *v)
{
	for (const struct tvalue *x = v->first; x; x = x->next)
		if (x->field->p)
			put_value(out, x);
	sk_buf_addc(out, TAG_END);
}

void
tv_encode_p(const struct tvalues *v, struct sk_buf *out)
{
	sk_buf_addc(out, FORMAT);
	put_set(out, v);
}

struct reader {
	const unsigned char *p;
	size_t left;
	bool bad;		/* sticky: checked once at the end */
};

static const unsigned char *
get(struct reader *r, size_t n)
{
	const unsigned char *p = r->p;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += n;
	r->left -= n;
	return p;
}

static uint64_t
get_int(struct reader *r, size_t bytes)
{
	const unsigned char *p = get(r, bytes);
	uint64_t n = 0;

	for (size_t i = 0; p && i < bytes; i++)
		n = n << 8 | p[i];
	return n;
}

static void
get_words(struct reader *r, struct tvalues *v, const char *name)
{
	size_t n = (size_t)get_int(r, 4);
	const unsigned char *p = get(r, n);

	if (!p || !sk_utf8_valid(sk_span_of(p, n)))
		r->bad = true;
	else
		tv_str(v, name, sk_arena_strn(v->arena, p, n));
}

static void get_set(struct reader *r, struct tvalues *v, int depth);

static void
get_list(struct reader *r, struct tvalues *v, const char *name, int depth)
{
	uint64_t more;

	tv_list(v, name);
	while ((more = get_int(r, 1)) == 1 && !r->bad)
		get_set(r, tv_row(v, name), depth + 1);
	if (more != 0)
		r->bad = true;
}

static void
get_value(struct reader *r, struct tvalues *v, uint64_t tag, int depth)
{
	size_t n = (size_t)get_int(r, 1);
	const unsigned char *p = get(r, n);
	const struct field *f;

	if (!p)
		return;
	f = field_find(sk_arena_strn(v->arena, p, n));
	if (!f || !f->p || tag_of(f) != tag) {
		r->bad = true;
		return;
	}
	switch (tag) {
	case TAG_NUMBER:
		tv_int(v, f->name, (long)(int64_t)get_int(r, 8));
		break;
	case TAG_FLAG:
		tv_flag(v, f->name, get_int(r, 1) == 1);
		break;
	case TAG_LIST:
		get_list(r, v, f->name, depth);
		break;
	default:
		get_words(r, v, f->name);
	}
}

static void
get_set(struct reader *r, struct tvalues *v, int depth)
{
	uint64_t tag;

	if (depth > DEPTH)
		r->bad = true;
	while (!r->bad && (tag = get_int(r, 1)) != TAG_END)
		get_value(r, v, tag, depth);
}

int
tv_decode(struct sk_arena *a, struct sk_span s, struct tvalues **out)
{
	struct reader r = { s.p, s.len, false };
	struct tvalues *v = tv_new(a);

	if (get_int(&r, 1) != FORMAT)
		return SK_ERR_DATA;
	get_set(&r, v, 0);
	if (r.bad || r.left != 0)
		return SK_ERR_DATA;
	*out = v;
	return SK_OK;
}
