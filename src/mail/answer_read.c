/*
 * Reading the lines of an answer (design.md §8). Three kinds of lines speak:
 *
 *	box line	[x] 1-A …	in new text and in the form we sent: of
 *			the text of quote depth 1 the block that holds a ref
 *			line, and what follows of it between the answers
 *	bare line	1-A, 2-B です	in new text only: codes, separators, a
 *			question's label, an ending of a closed list, or the
 *			form's own printed label; 1-B, 2-X, 3-E with words
 *	yes line	はい		in new text only
 *
 * A code anywhere else in new text is a mention: unclear, never a tick. Box
 * lines without a tick say nothing, unless words were typed behind the label.
 *
 * Must never let quoted or appended text speak for the writer.
 */
#include <config.h>

#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/limits.h>

#include "mail/answer_read.h"
#include "mail/answer_text.h"
#include "mail/answer_words.h"
#include "mail/bytes.h"

#define FREE_CODES (ANSWER_1B | ANSWER_2X | ANSWER_3E)

struct reading {
	struct sk_arena *a;
	const struct lines *l;
	struct answer_said *said;
	bool *form;			/* of each line: it is of our form */
	bool *sentence;			/* it is words, and no answer */
	struct scan label[ANSWER_CODES];	/* as our form printed them */
};

static enum answer_free
free_of(unsigned bit)
{
	return bit == ANSWER_1B ? FREE_PARTS :
	    bit == ANSWER_2X ? FREE_NEVER : FREE_OTHER;
}

static unsigned
index_of(unsigned bit)
{
	unsigned i = 0;

	while (bit >>= 1)
		i++;
	return i;
}

static void
add_words(struct sk_buf *b, struct scan s)
{
	if (s.p == s.end)
		return;
	if (b->len > 0)
		sk_buf_addc(b, '\n');
	sk_buf_add(b, s.p, (size_t)(s.end - s.p));
}

/* --- tokens --- */

static void
read_ref(struct reading *r, size_t i, struct scan s)
{
	const char *token = text_token(r->a, r->l, i, s);

	if (token == NULL)
		return;
	if (r->said->ref == NULL)
		r->said->ref = token;
	else if (r->said->ref_other == NULL &&
	    strcmp(r->said->ref, token) != 0)
		r->said->ref_other = token;
}

static void
read_tokens(struct reading *r)
{
	struct scan s;
	size_t i;

	for (i = 0; i < r->l->n; i++) {
		if (r->l->v[i].kind != LINE_TEXT || r->l->v[i].depth > 1)
			continue;
		s = r->l->v[i].s;
		if (text_is_token_line(&s, "ref"))
			read_ref(r, i, s);
		else if (r->said->code == NULL &&
		    text_is_token_line(&s, "code"))
			r->said->code = text_token(r->a, r->l, i, s);
	}
}

/* Finds the next box with a code; *rest is what stands before it. */
static bool
next_box(struct scan *s, struct scan *rest, enum box_mark *mark, unsigned *bit)
{
	struct scan at = *s, t;
	uint32_t c;

	*rest = *s;
	while ((c = scan_peek(&at)) != 0) {
		t = at;
		if (scan_opens_box(c) && scan_box(&t, mark)) {
			scan_blanks(&t);
			if (scan_code(&t, true, bit)) {
				rest->end = at.p;
				*s = t;
				return true;
			}
		}
		scan_next(&at);
	}
	s->p = s->end;
	return false;
}

/* --- our form among the quotes --- */

/* Where the quote of depth 1 that begins at `from` ends, and the first and
 * last code that stand in it behind a box, 0 if none does. */
struct quote {
	size_t from, end;
	unsigned first, last;
	bool ref;
};

static bool
in_quote(const struct line *l)
{
	return l->depth == 1 && l->kind != LINE_BORDER;
}

static struct quote
read_quote(const struct reading *r, size_t from)
{
	struct quote q = { .from = from, .end = from };
	const struct line *l = r->l->v;

	for (; q.end < r->l->n && in_quote(&l[q.end]); q.end++) {
		struct scan s = l[q.end].s, rest;
		enum box_mark mark;
		unsigned bit;

		q.ref |= l[q.end].kind == LINE_TEXT &&
		    text_is_token_line(&s, "ref") &&
		    text_token(r->a, r->l, q.end, s) != NULL;
		text_skip_label(&s);
		if (!l[q.end].box || !next_box(&s, &rest, &mark, &bit))
			continue;
		q.first = q.first ? q.first : bit;
		q.last = bit;
	}
	return q;
}

/* Marks the lines of our form. Another quote beside it may hold a colleague's
 * ticks: the form is the block with the ref line, and goes on below what was
 * written into it only where its codes do, which it prints in order; a border
 * ends it. */
static void
find_form(struct reading *r)
{
	const struct line *l = r->l->v;
	unsigned last = 0;
	bool open = false;
	struct quote q;

	for (size_t i = 0; i < r->l->n; i = q.end) {
		q = read_quote(r, i);
		if (q.end == i) {
			open &= l[i].kind != LINE_BORDER;
			q.end++;
			continue;
		}
		if (!q.ref && (!open || q.first <= last))
			continue;
		memset(r->form + i, true, q.end - i);
		last = q.last ? q.last : q.ref ? 0 : last;
		open = true;
	}
}

/* --- free text --- */

static bool
begins_with_code(const struct line *l)
{
	struct scan s = l->s, t = s;
	unsigned bit;

	if (l->box || text_is_token_line(&t, "ref") ||
	    text_is_token_line(&t, "code"))
		return true;
	text_skip_label(&s);
	return scan_code(&s, false, &bit);
}

/* The lines after line i that belong to its free text: to the next code,
 * blank line or quote. Below a quoted line new words may follow at once.
 * Returns the last line taken. */
static size_t
following_words(struct reading *r, size_t i, struct sk_buf *b)
{
	unsigned depth = r->l->v[i].depth;
	const struct line *l;
	size_t k;

	for (k = i + 1; k < r->l->n; k++) {
		l = &r->l->v[k];
		if (l->kind != LINE_TEXT || l->depth > depth ||
		    begins_with_code(l))
			break;
		depth = l->depth;
		add_words(b, l->s);
	}
	return k - 1;
}

/* --- box lines --- */

static void
note_mark(struct reading *r, enum answer_place place, unsigned bit,
    enum box_mark mark)
{
	if (mark == BOX_EMPTY)
		return;
	if (place == PLACE_NEW)
		r->said->codes_in_new = true;
	if (mark == BOX_ODD) {
		r->said->odd |= bit;
		return;
	}
	r->said->ticks[place] |= bit;
	if (mark == BOX_X)
		r->said->crosses |= bit;
	else
		r->said->rounds |= bit;
}

/* One box and what stands behind it, to the next box or the line's end. */
static size_t
read_box(struct reading *r, size_t i, unsigned bit, enum box_mark mark,
    struct scan rest, bool last)
{
	enum answer_place place = r->l->v[i].depth > 0 ? PLACE_FORM : PLACE_NEW;
	struct scan label, words;
	struct sk_buf *b;
	bool colon;

	if (mark != BOX_EMPTY && (bit & FREE_CODES) == 0 &&
	    (words_ask(rest) || words_deny(rest) || label_has_more(bit, rest)))
		mark = BOX_ODD;
	note_mark(r, place, bit, mark);
	colon = words_after_label(rest, &label, &words);
	if ((bit & FREE_CODES) == 0)
		return i;
	if (mark == BOX_EMPTY) {
		/* Words typed, tick forgotten? */
		if (colon && words.p < words.end)
			r->said->odd |= bit;
		return i;
	}
	b = &r->said->words[place][free_of(bit)];
	add_words(b, words);
	return last ? following_words(r, i, b) : i;
}

static size_t
read_box_line(struct reading *r, size_t i)
{
	struct scan s = r->l->v[i].s, rest;
	enum box_mark mark, next_mark;
	unsigned bit, next_bit;
	bool more;

	text_skip_label(&s);
	next_box(&s, &rest, &mark, &bit);
	do {
		more = next_box(&s, &rest, &next_mark, &next_bit);
		i = read_box(r, i, bit, mark, rest, !more);
		mark = next_mark;
		bit = next_bit;
	} while (more);
	return i;
}

/* --- bare codes --- */

static bool
skip_separator(struct scan *s)
{
	static const char *const words[] = { "and", "および", "及び" };
	uint32_t c = scan_peek(s);

	if (c != 0 && (c == ' ' || c == ',' || c == 0x3001 || c == 0xff64 ||
	    c == '/' || c == 0x30fb || c == '&' || c == '+' || c == ';' ||
	    c == 0x3068)) {
		scan_next(s);
		return true;
	}
	return SCAN_TABLE(s, words) < sizeof(words) / sizeof(words[0]);
}

/* "1-A、2-B と 3-B": the codes, the last one, and what follows it. */
static unsigned
code_list(struct scan *s, unsigned *last,
    bool (*code)(struct scan *, unsigned *))
{
	struct scan t = *s;
	unsigned bits = 0;

	text_skip_label(&t);
	while (code(&t, last)) {
		bits |= *last;
		*s = t;
		while (skip_separator(&t))
			;
		text_skip_label(&t);
	}
	return bits;
}

static bool
exact_code(struct scan *s, unsigned *bit)
{
	return scan_code(s, true, bit);
}

/* Before a code these make it a part of something longer: a date, a path, a
 * telephone number. */
static bool
joins(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    (c > 0 && c < 0x80 && strchr("-/._@%=#&", (int)c) != NULL);
}

static bool
mentions(struct scan s, unsigned *bits)
{
	uint32_t c, before = ' ';
	struct scan t;
	unsigned bit, all = 0;

	for (t = s; (c = scan_next(&s)) != 0; t = s) {
		if (c >= '1' && c <= '4' && !joins(before) &&
		    scan_code(&t, false, &bit))
			all |= bit;
		before = c;
	}
	*bits |= all;
	return all != 0;
}

/* The words behind a bare 1-B, 2-X or 3-E on its own line. */
static bool
bare_words(struct reading *r, unsigned bit, struct scan rest,
    struct scan *words)
{
	struct scan t = rest, label;
	unsigned other = 0;

	scan_blanks(&t);
	if (scan_peek(&t) == ':' || scan_peek(&t) == 0x2026 ||
	    scan_peek(&t) == 0x2192 || scan_peek(&t) == '=') {
		scan_next(&t);
		*words = words_strip(t);
		return true;
	}
	if (words_after_label(rest, &label, words) &&
	    r->label[index_of(bit)].p != NULL &&
	    words_same(label, r->label[index_of(bit)]))
		return true;
	if (scan_peek(&rest) != ' ' || words_talk(t) || mentions(t, &other))
		return false;
	*words = words_strip(t);
	return true;
}

/* ● and ○ before codes, both in one mail, are radio buttons: which of them is
 * meant is not for us to say. */
static void
note_bullet(struct answer_said *said, struct scan s, unsigned bits)
{
	uint32_t c = scan_peek(&s);

	if (c == 0x25cf || c == 0x25a0 || c == 0x25c6)
		said->solid |= bits;
	else if (c == 0x25cb || c == 0x25c7 || c == 0x25e6)
		said->hollow |= bits;
	if (said->solid != 0 && said->hollow != 0)
		said->odd |= said->solid | said->hollow;
}

/* Does line i hold nothing but codes? Takes them, and their words. */
static bool
read_bare_line(struct reading *r, size_t *i)
{
	struct scan rest = r->l->v[*i].s, words;
	unsigned last = 0, bits;
	struct sk_buf *b;

	bits = code_list(&rest, &last, exact_code);
	if (bits == 0)
		return false;
	words.p = words.end = rest.end;
	if (!words_is_tail(rest) && (last & FREE_CODES) == 0 &&
	    (r->label[index_of(last)].p == NULL ||
	     !words_same(rest, r->label[index_of(last)])))
		return false;
	if (!words_is_tail(rest) && (last & FREE_CODES) != 0 &&
	    !bare_words(r, last, rest, &words))
		return false;
	note_bullet(r->said, r->l->v[*i].s, bits);
	r->said->ticks[PLACE_NEW] |= bits;
	r->said->codes_in_new = true;
	if ((last & FREE_CODES) != 0) {
		b = &r->said->words[PLACE_NEW][free_of(last)];
		add_words(b, words);
		*i = following_words(r, *i, b);
	}
	return true;
}

/* --- the rest of the new text --- */

/* Postal addresses and telephone lines hold "1-C" for other reasons. */
static bool
is_contact_line(struct scan s)
{
	static const char *const marks[] = { "〒", "tel", "fax", "電話",
		"ビル", "丁目", "番地", "号室", "bldg", "building", "floor",
		"http", "住所" };
	char line[256];

	scan_fold(line, sizeof(line), s);
	return STR_HOLDS(line, marks);
}

static void
read_sentence(struct reading *r, size_t i)
{
	struct scan s = r->l->v[i].s, rest = s;
	unsigned bits = 0, last;

	if (words_is_yes(r->a, s))
		r->said->yes = true;
	else
		r->sentence[i] = true;
	if (words_is_no(r->a, s))
		r->said->no = true;
	if (words_is_withdrawal(r->a, s)) {
		r->said->ticks[PLACE_NEW] |= ANSWER_4W;
		r->said->codes_in_new = true;
	}
	if (!mentions(s, &bits)) {
		bits = code_list(&rest, &last, scan_code_like);
		if (bits == 0 || !words_is_tail(rest))
			return;
	}
	if (is_contact_line(s))
		return;
	r->said->odd |= bits;
	r->said->codes_in_new = true;
}

static void
read_lines(struct reading *r)
{
	const struct line *l;
	struct scan s;
	size_t i;

	for (i = 0; i < r->l->n; i++) {
		l = &r->l->v[i];
		if (l->kind != LINE_TEXT || l->depth > 1 ||
		    (l->depth == 1 && !r->form[i]))
			continue;
		s = l->s;
		if (text_is_token_line(&s, "ref") ||
		    text_is_token_line(&s, "code"))
			continue;
		if (l->box)
			i = read_box_line(r, i);
		else if (l->depth == 0 && !read_bare_line(r, &i))
			read_sentence(r, i);
	}
}

/* Our form's printed labels, wherever it stands: bare lines above it may
 * repeat them. */
static void
learn_labels(struct reading *r)
{
	struct scan s, rest, label, words;
	enum box_mark mark;
	unsigned bit;
	size_t i;

	for (i = 0; i < r->l->n; i++) {
		if (r->l->v[i].kind != LINE_TEXT || r->l->v[i].depth != 1 ||
		    !r->form[i] || !r->l->v[i].box)
			continue;
		s = r->l->v[i].s;
		text_skip_label(&s);
		if (!next_box(&s, &rest, &mark, &bit) ||
		    r->label[index_of(bit)].p != NULL)
			continue;
		if (!words_after_label(s, &label, &words))
			label = scan_trim(s);
		r->label[index_of(bit)] = label;
	}
}

void
answer_read(struct sk_arena *a, const struct lines *l,
    struct answer_said *said)
{
	struct reading r = { .a = a, .l = l, .said = said };
	int p, f;

	memset(said, 0, sizeof(*said));
	for (p = 0; p < PLACES; p++)
		for (f = 0; f < FREES; f++)
			sk_buf_init(&said->words[p][f], LIMIT_FREE_TEXT);
	r.form = sk_arena_array(a, l->n, sizeof(*r.form));
	r.sentence = sk_arena_array(a, l->n, sizeof(*r.sentence));
	read_tokens(&r);
	find_form(&r);
	learn_labels(&r);
	read_lines(&r);
	answer_read_reserves(l, r.sentence, said);
}

void
answer_said_free(struct answer_said *said)
{
	int p, f;

	for (p = 0; p < PLACES; p++)
		for (f = 0; f < FREES; f++)
			sk_buf_free(&said->words[p][f]);
}
