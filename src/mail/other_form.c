/*
 * Two forms of one content (multipart/alternative) that do not say the same:
 * plain text that only asks for another mail program, or two different mails in
 * one, of which the recipient's programs and this one might show one each. The
 * words are compared by runs of bytes, so that line ends, quotes and marks make
 * no difference; what they answer is compared apart (other_answer.c).
 *
 * Must never let a content vanish: the form that is not shown is listed.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

enum {
	RUN = 6,		/* bytes: two Japanese characters */
	ENOUGH = 24,		/* runs: fewer say too little to differ */
	LOOK_AT = 65536,	/* bytes of each form */
	BITS = 1 << 19,		/* eight for each run */
	PLACEHOLDER = 400	/* bytes: longer is a mail of its own */
};

/* Without blanks and what stands for layout; ASCII in lower case. */
static struct sk_span
bare(struct sk_arena *a, const char *text)
{
	static const char layout[] = ">*_-=|#+~";
	char *out = sk_arena_strn(a, text, strnlen(text, LOOK_AT)), *to = out;

	for (const char *p = out; *p != '\0'; p++) {
		if (strncmp(p, "\xe3\x80\x80", 3) == 0) {
			p += 2;		/* an ideographic space */
			continue;
		}
		if ((unsigned char)*p <= ' ' || strchr(layout, *p) != NULL)
			continue;
		*to++ = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	}
	*to = '\0';
	return sk_span_str(out);
}

static uint32_t
run_at(struct sk_span s, size_t i)
{
	uint32_t h = 2166136261u;

	for (size_t k = i; k < i + RUN; k++)
		h = (h ^ s.p[k]) * 16777619u;
	return (h ^ h >> 15) % BITS;
}

/* Is more than half of `other` nowhere in `shown`? */
static bool
says_more(unsigned char *seen, struct sk_span shown, struct sk_span other)
{
	size_t n = 0, missing = 0;

	memset(seen, 0, BITS / 8);
	for (size_t i = 0; i + RUN <= shown.len; i++) {
		uint32_t h = run_at(shown, i);

		seen[h / 8] |= (unsigned char)(1u << h % 8);
	}
	for (size_t i = 0; i + RUN <= other.len; i++, n++) {
		uint32_t h = run_at(other, i);

		missing += !(seen[h / 8] & 1u << h % 8);
	}
	return n >= ENOUGH && missing * 2 > n;
}

/* "This mail is HTML; please use a program that shows it." */
static bool
is_placeholder(struct sk_span plain)
{
	return plain.len < PLACEHOLDER && span_ihas(plain, "html");
}

static bool
is_html_left_out(const struct mail_work *w, size_t i)
{
	return w->roles[i] == ROLE_OTHER_FORM &&
	    part_is(&w->scan.parts[i], "text/html");
}

static bool
is_inside(const struct mail_scan *s, size_t i, size_t top)
{
	while (i > top)
		i = s->parts[i].parent;
	return i == top;
}

/* The text of those parts inside `top`. What is only compared leaves no doubts
 * and no charset behind. */
static const char *
text_of(struct mail_work *w, size_t top, bool html)
{
	struct facts before = *w->out;
	const char *all = "";

	for (size_t i = top + 1; i < w->scan.n && strlen(all) < LOOK_AT; i++)
		if (w->scan.parts[i].leaf > 0 &&
		    is_inside(&w->scan, i, top) && (html ?
		    is_html_left_out(w, i) : w->roles[i] == ROLE_TEXT))
			all = sk_arena_printf(w->a, "%s%s", all,
			    read_part_text(w, &w->scan.parts[i]));
	*w->out = before;
	return all;
}

/* What was left out is shown to an operator: beside the plain text, or in the
 * place of one that says nothing. */
static void
list_both(struct mail_work *w, size_t top, bool placeholder)
{
	w->out->doubts |= DOUBT_OTHER_FORM;
	for (size_t i = top + 1; i < w->scan.n; i++) {
		if (!is_inside(&w->scan, i, top))
			continue;
		if (is_html_left_out(w, i))
			w->roles[i] = placeholder ? ROLE_HTML :
			    ROLE_ATTACHMENT;
		else if (placeholder && w->roles[i] == ROLE_TEXT)
			w->roles[i] = ROLE_ATTACHMENT;
	}
}

static void
compare(struct mail_work *w, size_t top, unsigned char *seen)
{
	const char *plain = text_of(w, top, false);
	const char *html = text_of(w, top, true);
	struct sk_span words = bare(w->a, plain);

	if (says_more(seen, words, bare(w->a, html)))
		list_both(w, top, is_placeholder(words));
	else if (other_answer(w->a, plain, html, &w->other))
		list_both(w, top, false);
}

void
read_other_forms(struct mail_work *w)
{
	unsigned char *seen;
	bool html = false;

	for (size_t i = 0; i < w->scan.n; i++)
		html |= is_html_left_out(w, i);
	if (!html || w->out->form != FORM_PLAIN)
		return;
	seen = sk_arena_array(w->a, BITS / 8, 1);
	for (size_t top = 0, i = 0; i < w->scan.n; i++) {
		if (i > 0 && top > 0 && is_inside(&w->scan, i, top))
			continue;	/* compared with the outer ones */
		if (!part_is(&w->scan.parts[i], "multipart/alternative"))
			continue;
		compare(w, i, seen);
		if (i == 0)
			return;
		top = i;
	}
}
