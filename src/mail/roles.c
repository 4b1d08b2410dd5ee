/*
 * Which parts a person would be shown as the text of the mail. Of the forms of
 * one content (multipart/alternative) the plain one is taken unless it is
 * empty; what is marked as an attachment, or has a name, is never text, so a
 * log file cannot answer questions. Some mailers name the mail's own text: the
 * first part is text in spite of a type's name, and of a file's where there is
 * no other.
 */
#include <config.h>

#include "mail/bytes.h"
#include "mail/read.h"

enum { LOOK_AT = 65536 };

static bool
is_named(const struct mail_part *p)
{
	return mime_has_param(&p->disposition, "filename") ||
	    mime_has_param(&p->type, "name");
}

static bool
is_nameless_text(const struct mail_part *p)
{
	return (part_is(p, "text/plain") || part_is(p, "text/html")) &&
	    strcmp(p->disposition.word, "attachment") != 0 && !is_named(p);
}

static bool
has_other_text(const struct mail_scan *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->parts[i].leaf > 1 && is_nameless_text(&s->parts[i]))
			return true;
	return false;
}

static bool
is_marked(const struct mail_scan *s, const struct mail_part *p)
{
	if (strcmp(p->disposition.word, "attachment") == 0)
		return true;
	if (p->leaf > 1)
		return is_named(p);
	return mime_has_param(&p->disposition, "filename") &&
	    has_other_text(s);
}

static bool
is_blank(const struct mail_scan *s, const struct mail_part *p)
{
	struct sk_buf text;
	bool damaged = false, blank;

	sk_buf_init(&text, LOOK_AT);
	part_decode(s, p, &text, &damaged);
	blank = span_trim(sk_buf_span(&text)).len == 0;
	sk_buf_free(&text);
	return blank;
}

/* Is `i` inside the multipart `top`, or `top` itself? */
static bool
is_inside(const struct mail_scan *s, size_t i, size_t top)
{
	while (i > top)
		i = s->parts[i].parent;
	return i == top;
}

static size_t
end_of(const struct mail_scan *s, size_t top)
{
	size_t i = top + 1;

	while (i < s->n && is_inside(s, i, top))
		i++;
	return i;
}

static bool
holds(const struct mail_scan *s, size_t top, const char *type, bool not_blank)
{
	size_t end = end_of(s, top);

	for (size_t i = top; i < end; i++)
		if (part_is(&s->parts[i], type) &&
		    !is_marked(s, &s->parts[i]) &&
		    !(not_blank && is_blank(s, &s->parts[i])))
			return true;
	return false;
}

/* The child to show: the first with words in plain text, else the last with
 * HTML, else the first. */
static size_t
chosen_form(const struct mail_scan *s, size_t top)
{
	size_t html = 0, first = 0, end = end_of(s, top);

	for (size_t i = top + 1; i < end; i++) {
		if (s->parts[i].parent != top)
			continue;
		if (first == 0)
			first = i;
		if (holds(s, i, "text/plain", true))
			return i;
		if (holds(s, i, "text/html", true))
			html = i;
	}
	return html > 0 ? html : first;
}

static enum part_role
leaf_role(const struct mail_scan *s, const struct mail_part *p)
{
	if (is_marked(s, p))
		return ROLE_ATTACHMENT;
	return part_is(p, "text/plain") ? ROLE_TEXT :
	    part_is(p, "text/html") ? ROLE_HTML : ROLE_ATTACHMENT;
}

/* What is not chosen is not shown; what is no text in it stays attached. */
static void
drop_other_forms(struct mail_work *w, size_t top)
{
	size_t chosen = chosen_form(&w->scan, top);
	size_t end = end_of(&w->scan, top);

	for (size_t i = top + 1; i < end; i++)
		if (!is_inside(&w->scan, i, chosen) &&
		    (w->roles[i] == ROLE_TEXT || w->roles[i] == ROLE_HTML))
			w->roles[i] = ROLE_OTHER_FORM;
}

/* Old header protection put the subject into a part of its own. */
static bool
is_legacy_display(const struct mail_part *p)
{
	return part_is(p, "text/rfc822-headers") &&
	    mime_has_param(&p->type, "protected-headers");
}

void
read_roles(struct mail_work *w)
{
	for (size_t i = 0; i < w->scan.n; i++) {
		const struct mail_part *p = &w->scan.parts[i];

		if (w->roles[i] == ROLE_WRAPPER || p->leaf == 0)
			continue;
		w->roles[i] = is_legacy_display(p) ? ROLE_OTHER_FORM :
		    leaf_role(&w->scan, p);
	}
	for (size_t i = 0; i < w->scan.n; i++)
		if (part_is(&w->scan.parts[i], "multipart/alternative"))
			drop_other_forms(w, i);
}
