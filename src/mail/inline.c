/*
 * Inline PGP: one armoured message in a text. What gpg gives back is the
 * content; words before or after it are covered by nothing (standards.md A6)
 * and are kept apart, so they are neither lost nor taken for the sender's
 * sealed word. Two messages in one text are no form at all. Clear-signed text
 * with a form feed or a NotDashEscaped header is not taken: readers disagree
 * about what it signs (B1).
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

enum { LABEL_MOST = 80 };	/* no charset has a longer name */

static const struct {
	enum fact_form form;
	const char *begin, *end;
} blocks[] = {
	{ FORM_PGP_INLINE_ENCRYPTED, "-----BEGIN PGP MESSAGE-----",
	    "-----END PGP MESSAGE-----" },
	{ FORM_PGP_INLINE_SIGNED, "-----BEGIN PGP SIGNED MESSAGE-----",
	    "-----END PGP SIGNATURE-----" },
};

struct marks {
	size_t begins, ends;
	size_t from, to;	/* of the first begin, the first end after it */
};

static void
look_at_line(struct sk_span line, size_t at, size_t next, int which,
    struct marks *m)
{
	struct sk_span word = span_trim_wide(line);

	if (sk_span_is(word, blocks[which].begin)) {
		if (m->begins++ == 0)
			m->from = at + (size_t)(word.p - line.p);
	} else if (sk_span_is(word, blocks[which].end)) {
		if (m->ends++ == 0)
			m->to = next;
	}
}

static void
find_marks(struct sk_span s, struct marks m[2])
{
	size_t next;

	for (size_t at = 0; at < s.len; at = next) {
		next = line_next(s, at, s.len);
		for (int i = 0; i < 2; i++)
			look_at_line(line_text(s, at, next), at, next, i,
			    &m[i]);
	}
}

/* One whole block of one kind, and no beginning of the other. */
static bool
is_one(const struct marks m[2], int which)
{
	const struct marks *it = &m[which];

	return it->begins == 1 && it->ends == 1 && it->to > it->from &&
	    m[!which].begins == 0;
}

enum fact_form
inline_form(struct sk_span text, struct sk_span *armour, bool *mixed)
{
	struct marks m[2] = { { 0 }, { 0 } };

	find_marks(text, m);
	*mixed |= m[0].begins + m[1].begins > 0;
	for (int i = 0; i < 2; i++) {
		if (!is_one(m, i))
			continue;
		*armour = span_trim(span_cut(text, m[i].from, m[i].to));
		if (blocks[i].form == FORM_PGP_INLINE_SIGNED &&
		    sk_clearsign_is_odd(*armour))
			break;
		*mixed = false;
		return blocks[i].form;
	}
	return FORM_PLAIN;
}

const char *
inline_charset(struct sk_arena *a, struct sk_span armour)
{
	static const char name[] = "Charset:";
	size_t next;

	for (size_t at = line_next(armour, 0, armour.len); at < armour.len;
	    at = next) {
		struct sk_span line;
		char *label;

		next = line_next(armour, at, armour.len);
		line = span_trim(line_text(armour, at, next));
		if (line.len == 0)
			return NULL;
		if (line.len < sizeof(name) || line.len > LABEL_MOST ||
		    !span_ieq(span_cut(line, 0, sizeof(name) - 1), name))
			continue;
		line = span_trim(span_cut(line, sizeof(name) - 1, line.len));
		label = sk_arena_strn(a, line.p, line.len);
		for (char *c = label; *c != '\0'; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
		return label;
	}
	return NULL;
}
