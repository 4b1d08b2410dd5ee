/*
 * RFC 2047 as Japanese mailers write it: characters cut in two by a word's
 * end, words inside quotes, words without a blank between them, raw JIS or
 * UTF-8 beside them. An encoded word can decode to CR LF and a field of its
 * own (standards.md B3): what comes out is always one line.
 */
#include <config.h>

#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/header.h"
#include "mail/transfer.h"

enum { LONGEST_LABEL = 60 };

struct word {
	struct sk_span label, payload;
	bool base64;
	size_t len;		/* of the whole word */
};

/* What is being put together: neighbouring words of one charset. */
struct decoder {
	struct sk_arena *a;
	struct sk_buf out, bytes;
	struct sk_span label;
	uint32_t *doubts;
	bool *japanese;
};

static size_t
find(struct sk_span s, size_t at, unsigned c, size_t most)
{
	for (size_t i = at; i < s.len && i < at + most; i++)
		if (s.p[i] == c)
			return i;
	return s.len;
}

static bool
is_label(struct sk_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '"')
			return false;
	return s.len > 0;
}

static bool
take_word(struct sk_span s, size_t at, struct word *w)
{
	size_t label = at + 2, kind, text, end;
	unsigned c;

	if (at + 8 > s.len || s.p[at] != '=' || s.p[at + 1] != '?')
		return false;
	kind = find(s, label, '?', LONGEST_LABEL) + 1;
	if (kind + 2 >= s.len || s.p[kind + 1] != '?')
		return false;
	c = byte_lower(s.p[kind]);
	text = kind + 2;
	end = find(s, text, '?', s.len);
	if ((c != 'b' && c != 'q') || end + 1 >= s.len ||
	    s.p[end + 1] != '=')
		return false;
	w->label = span_cut(s, label, kind - 1);
	w->base64 = c == 'b';
	w->payload = span_cut(s, text, end);
	w->len = end + 2 - at;
	end = find(w->label, 0, '*', w->label.len);	/* RFC 2231 5 */
	w->label.len = end;
	return is_label(w->label);
}

static void
q_append(struct sk_span s, struct sk_buf *out)
{
	int high, low;

	for (size_t i = 0; i < s.len; i++) {
		high = s.p[i] == '=' && i + 2 < s.len ?
		    byte_hex(s.p[i + 1]) : -1;
		low = high >= 0 ? byte_hex(s.p[i + 2]) : -1;
		if (low >= 0) {
			sk_buf_addc(out, high * 16 + low);
			i += 2;
		} else {
			sk_buf_addc(out, s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
}

static void
flush_bytes(struct decoder *d, const char *label)
{
	struct sk_span s = sk_buf_span(&d->bytes);
	uint32_t doubts = 0;

	if (s.len == 0)
		return;
	if (label != NULL && (memchr(s.p, '\r', s.len) != NULL ||
	    memchr(s.p, '\n', s.len) != NULL ||
	    memchr(s.p, 0, s.len) != NULL))
		doubts |= DOUBT_HIDDEN_HEADER;
	sk_buf_adds(&d->out, charset_decode(d->a, s, label, &doubts,
	    d->japanese));
	*d->doubts |= doubts;
	d->bytes.len = 0;	/* wiped once, when freed */
}

static void
flush_words(struct decoder *d)
{
	if (d->label.len > 0)
		flush_bytes(d, sk_arena_strn(d->a, d->label.p,
		    d->label.len));
	d->label.len = 0;
}

static bool
same_label(struct sk_span a, struct sk_span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (byte_lower(a.p[i]) != byte_lower(b.p[i]))
			return false;
	return true;
}

static void
add_word(struct decoder *d, const struct word *w)
{
	bool damaged = false;

	if (d->label.len > 0 && !same_label(d->label, w->label))
		flush_words(d);
	d->label = w->label;
	if (w->base64)
		transfer_append(TRANSFER_BASE64, w->payload, &d->bytes,
		    &damaged);
	else
		q_append(w->payload, &d->bytes);
}

/* Offset of the word after blanks at `at`, or `at` if none follows. */
static size_t
next_word(struct sk_span s, size_t at, struct word *w)
{
	size_t i = at;

	while (i < s.len && byte_blank(s.p[i]))
		i++;
	return take_word(s, i, w) ? i : at;
}

static void
decode_all(struct decoder *d, struct sk_span s)
{
	struct word w;
	size_t at = 0, word;

	while (at < s.len) {
		if (!take_word(s, at, &w)) {
			sk_buf_addc(&d->bytes, s.p[at++]);
			continue;
		}
		flush_bytes(d, NULL);
		for (;;) {
			add_word(d, &w);
			at += w.len;
			word = next_word(s, at, &w);
			if (word == at && !take_word(s, at, &w))
				break;
			at = word;
		}
		flush_words(d);
	}
	flush_bytes(d, NULL);
}

char *
encoded_decode(struct sk_arena *a, struct sk_span value, uint32_t *doubts,
    bool *japanese)
{
	struct decoder d = { .a = a, .doubts = doubts, .japanese = japanese };
	struct sk_span s = field_unfold(a, value);
	char *text;

	sk_buf_init(&d.bytes, s.len + 1);
	sk_buf_init(&d.out, s.len * 4 + 64);
	decode_all(&d, s);
	text = text_one_line(sk_utf8_clean(a, sk_buf_span(&d.out)));
	sk_buf_free(&d.bytes);
	sk_buf_free(&d.out);
	return text;
}
