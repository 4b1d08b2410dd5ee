/*
 * Where each line of a mail stands (design.md §8): newly written, in a quote
 * of depth 1 (the form we sent), deeper, a border, a signature.
 *
 * Marked quotes say it themselves (">"). Unmarked originals are known by their
 * border: what follows one is a level deeper, unless marked lines follow it at
 * once; then the marks speak, and lines between them are new (Outlook Express,
 * Gmail and Thunderbird below their attribution). Inside a marked quote a
 * border counts only below other words: phones and Outlook mark the border
 * itself too.
 *
 * Must never call quoted words new. Linear: every line looks at a bounded
 * number of lines after it.
 */
#include <config.h>

#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/buf.h>

#include "mail/answer_text.h"

#define DEPTH_MAX 9

/* Words before a code that say which question it answers, nothing else. */
static const char *const labels[] = {
	"確認", "質問", "設問", "回答", "問", "項目", "question", "answer",
	"q", "a",
};

/* Drawn before a list's items; the last ones say "this". */
static const uint32_t bullets[] = { '-', '*', '>', '=', '+', 0x2022, 0x30fb,
	0xff65, 0xb7, 0x25cf, 0x25a0, 0x25c6, 0x25c7, 0x25e6, 0x25b6, 0x2192,
	0x21d2, 0x203b, 0x25cb, 0x2713, 0x30ec };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
skip_bullets(struct scan *s)
{
	struct scan t = *s;
	uint32_t c;
	size_t i;

	c = scan_next(&t);
	for (i = 0; i < COUNT(bullets); i++) {
		if (c != bullets[i])
			continue;
		*s = t;
		if (c == '=' && scan_peek(s) == '>')
			scan_next(s);
		scan_blanks(s);
		return true;
	}
	return false;
}

static bool
is_number(uint32_t c)
{
	return (c >= '1' && c <= '4') || (c >= 0x2460 && c <= 0x2463);
}

static bool
is_label_end(uint32_t c)
{
	return c == ':' || c == '.' || c == ')' || c == 0x3001 || c == 0xff64 ||
	    c == 0x3002;
}

/* "② 1-A": the number of one question, and an answer to another. */
static bool
is_other_group(struct scan s, uint32_t number)
{
	enum box_mark mark;
	uint32_t group;
	unsigned bit;

	scan_blanks(&s);
	if (scan_box(&s, &mark))
		scan_blanks(&s);
	group = scan_peek(&s);
	return number != 0 && group != number && scan_code(&s, true, &bit);
}

/* "①", "1.", "(1)", "Q1:", "確認①：", "回答：" */
static void
skip_question(struct scan *s)
{
	struct scan t = *s;
	bool word, circled = false, end = false;
	uint32_t c, number = 0;

	if (scan_peek(&t) == '(')
		scan_next(&t);
	word = SCAN_TABLE(&t, labels) < COUNT(labels);
	scan_blanks(&t);
	c = scan_peek(&t);
	if (is_number(c)) {
		circled = c > '4';
		number = circled ? c - 0x2460 + '1' : c;
		scan_next(&t);
	} else if (!word) {
		return;
	}
	while (is_label_end(scan_peek(&t))) {
		scan_next(&t);
		end = true;
	}
	if ((end || circled) && !is_other_group(t, number)) {
		*s = t;
		scan_blanks(s);
	}
}

void
text_skip_label(struct scan *s)
{
	struct scan t;
	unsigned bit;

	scan_blanks(s);
	t = *s;
	if (scan_code(&t, true, &bit))
		return;
	skip_bullets(s);
	t = *s;
	if (!scan_code(&t, true, &bit))
		skip_question(s);
}

bool
text_is_box_line(struct scan s)
{
	enum box_mark mark;
	unsigned bit;

	text_skip_label(&s);
	if (!scan_box(&s, &mark))
		return false;
	scan_blanks(&s);
	return scan_code(&s, true, &bit);
}

bool
text_is_token_line(struct scan *s, const char *word)
{
	struct scan t = *s;

	if (!scan_word(&t, word))
		return false;
	scan_blanks(&t);
	if (scan_next(&t) != ':')
		return false;
	*s = t;
	return true;
}

#define TOKEN_LEN 26
#define TOKEN_LINES 3

const char *
text_token(struct sk_arena *a, const struct lines *l, size_t i, struct scan s)
{
	char token[TOKEN_LEN + 1];
	size_t n = 0, k;

	for (k = i; k < l->n && k < i + TOKEN_LINES; k++) {
		if (k > i)
			s = l->v[k].s;
		scan_blanks(&s);
		while (n < TOKEN_LEN && scan_is_token(scan_peek(&s)))
			token[n++] = (char)scan_next(&s);
		if (n == TOKEN_LEN || scan_peek(&s) != 0)
			break;
	}
	if (n < TOKEN_LEN || !scan_ends_word(&s))
		return NULL;
	return sk_arena_strn(a, token, TOKEN_LEN);
}

/* Counts the quote marks at the line's start and steps over them. */
static unsigned char
quote_marks(struct scan *s)
{
	unsigned char n = 0;
	struct scan t = *s;

	for (;;) {
		scan_blanks(&t);
		if (scan_peek(&t) != '>')
			return n;
		scan_next(&t);
		*s = t;
		if (n < DEPTH_MAX)
			n++;
	}
}

static void
read_line(struct line *l, const char *p, const char *end)
{
	struct scan s = { p, end };

	l->own = quote_marks(&s);
	l->s = scan_trim(s);
	l->kind = l->s.p == l->s.end ? LINE_BLANK : LINE_TEXT;
	l->field = border_field(l->s);
	l->box = text_is_box_line(l->s);
}

static void
read_lines(struct sk_arena *a, const char *text, struct lines *out)
{
	const char *p, *nl;
	size_t n = 1;

	for (p = text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	out->v = sk_arena_array(a, n, sizeof(*out->v));
	out->n = 0;
	out->text = text;
	for (p = text; (nl = strchr(p, '\n')) != NULL; p = nl + 1)
		read_line(&out->v[out->n++], p, nl);
	read_line(&out->v[out->n++], p, p + strlen(p));
}

/* What is known when the next line is looked at. */
struct place {
	unsigned base;		/* unmarked originals begun so far */
	unsigned extra;		/* the same inside this marked quote */
	bool words;		/* this marked quote has had words */
	bool signature;
};

static unsigned char
depth_of(const struct place *at, const struct line *l)
{
	unsigned d = l->own + at->base + (l->own > 0 ? at->extra : 0);

	return d > DEPTH_MAX ? DEPTH_MAX : (unsigned char)d;
}

/* Do marked lines follow at once? Then the marks tell the depth. */
static bool
marked_after(const struct lines *l, size_t i, unsigned own)
{
	while (i < l->n && l->v[i].kind == LINE_BLANK && l->v[i].own <= own)
		i++;
	return i < l->n && l->v[i].own > own;
}

/* Takes the border's lines and goes a level deeper if it hides one. */
static void
pass_border(struct lines *l, size_t i, size_t n, bool marked, struct place *at)
{
	size_t k;

	for (k = i; k < i + n; k++) {
		if (l->v[k].kind != LINE_BLANK)
			l->v[k].kind = LINE_BORDER;
		l->v[k].depth = depth_of(at, &l->v[k]);
	}
	at->signature = false;
	if (marked)
		return;
	if (l->v[i].own == 0)
		at->base++;
	else if (at->words)
		at->extra++;
}

/* A signature ends where anything of ours begins: a mailer that marks nothing
 * may put our form below it. */
static void
place_signature(struct line *l, struct place *at)
{
	struct scan s = l->s;
	const char *p = l->s.p;

	if (l->depth > 0 || l->box ||
	    text_is_token_line(&s, "ref"))
		at->signature = false;
	else if (l->s.end - p == 2 && p[0] == '-' && p[1] == '-')
		at->signature = true;
	if (at->signature)
		l->kind = LINE_SIGNATURE;
}

static void
place_line(struct line *l, struct place *at)
{
	if (l->kind == LINE_BLANK) {
		l->depth = depth_of(at, l);
		return;
	}
	if (l->own == 0) {
		at->extra = 0;
		at->words = false;
	} else {
		at->words = true;
	}
	l->depth = depth_of(at, l);
	place_signature(l, at);
}

void
text_split(struct sk_arena *a, const char *text, struct lines *out)
{
	struct place at = { 0 };
	bool sure, marked;
	size_t i, n;

	read_lines(a, text, out);
	for (i = 0; i < out->n; i += n) {
		n = border_match(out, i, &sure);
		marked = n > 0 && marked_after(out, i + n, out->v[i].own);
		if (n > 0 && (sure || marked)) {
			if (out->v[i].own == 0) {
				at.extra = 0;
				at.words = false;
			}
			pass_border(out, i, n, marked, &at);
			continue;
		}
		n = 1;
		place_line(&out->v[i], &at);
	}
}

/* Phrases of the legal paragraphs that mail systems append: one that opens
 * it and one that no person would write beside it. */
static const char *const opens[] = {
	"this e-mail", "this email", "this message", "this communication",
	"the information contained", "the information in this",
	"confidentiality notice", "disclaimer", "notice:",
	"if you are not the intended", "if you have received this",
	"if you receive this", "本メ-ル",
	"このメ-ル", "本電子メ-ル", "このメッセ-ジ", "本e-mail",
	"このe-mail", "この電子メ-ル",
};
static const char *const seals[] = {
	"intended recipient", "intended only", "intended solely", "in error",
	"privileged", "unauthorized", "unauthorised", "誤って", "誤送信",
	"名宛", "宛先以外", "意図された受信者", "受信者以外",
};

#define PARAGRAPH 1600		/* folded bytes of a paragraph looked at */

/* Bounded: the seal stands in its first lines. */
size_t
text_disclaimer(const struct lines *l, size_t i)
{
	char s[PARAGRAPH];
	size_t k, n = 0, j;
	bool open = false;

	*s = '\0';

	for (k = i; k < l->n && l->v[k].kind == LINE_TEXT &&
	    l->v[k].depth == 0 && n + 8 < sizeof(s); k++) {
		if (l->v[k].box)
			return 0;
		scan_fold(s + n, sizeof(s) - n, l->v[k].s);
		for (j = 0; k == i && j < COUNT(opens); j++)
			open |= strncmp(s + strspn(s, "*[( "), opens[j],
			    strlen(opens[j])) == 0;
		if (!open)
			return 0;
		n += strlen(s + n);
	}
	for (j = 0; j < COUNT(seals); j++)
		if (strstr(s, seals[j]) != NULL)
			break;
	if (j == COUNT(seals))
		return 0;
	while (k < l->n && l->v[k].kind == LINE_TEXT && l->v[k].depth == 0)
		k++;
	return k - i;
}

char *
answer_new_text(struct sk_arena *a, const char *text)
{
	struct lines l;

	text_split(a, text, &l);
	return answer_new_lines(a, &l);
}

char *
answer_new_lines(struct sk_arena *a, const struct lines *l)
{
	size_t i, n, blanks = 0;
	bool fresh = true;	/* at a paragraph's start */
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, strlen(l->text) + 2);
	for (i = 0; i < l->n; i += n) {
		const struct line *at = &l->v[i];

		n = 1;
		if (at->depth > 0 || at->kind != LINE_TEXT) {
			blanks++;
			fresh = true;
			continue;
		}
		if (fresh && (n = text_disclaimer(l, i)) > 0)
			continue;
		n = 1;
		fresh = false;
		if (b.len > 0)
			sk_buf_adds(&b, blanks > 0 ? "\n\n" : "\n");
		blanks = 0;
		sk_buf_add(&b, at->s.p, (size_t)(at->s.end - at->s.p));
	}
	out = sk_arena_str(a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}
