/*
 * The text of the mail: every text part that a reader is shown, in UTF-8 with
 * LF line ends, HTML turned into text. Cut at LIMIT_TEXT; the mail itself is
 * kept whole elsewhere. What cannot be read is marked, never left out.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/read.h"

/* Bytes of a part that can still matter: no charset needs more than four for
 * one byte of UTF-8 (JIS with its escapes). */
enum { MOST_BYTES = LIMIT_TEXT * 4 };

void
text_to_lf(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\r' && p[1] == '\n')
			continue;
		*to++ = *p == '\r' ? '\n' : *p;
	}
	*to = '\0';
}

/* A line that repeats a field of the header, or goes on with one. */
static bool
is_display_line(const char *line, size_t n)
{
	static const char *const names[] = { "Subject:", "From:", "To:",
		"Cc:", "Date:", "Reply-To:", "Followup-To:" };

	if (byte_blank((unsigned char)*line))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (n >= strlen(names[i]) && span_ieq(sk_span_of(line,
		    strlen(names[i])), names[i]))
			return true;
	return false;
}

/* RFC 9788 4.5: "Subject: ..." and a blank line for readers that know no
 * header protection. Only what looks like it is left off. */
static const char *
without_legacy_display(const struct mail_work *w, const struct mail_part *p,
    const char *text)
{
	const char *value = mime_param(w->a, &p->type, "hp-legacy-display");
	const char *at = text + strspn(text, "\n"), *end;

	if (!w->is_protected || value == NULL || strcmp(value, "1") != 0 ||
	    byte_blank((unsigned char)*at))
		return text;
	while (*at != '\0' && *at != '\n') {
		end = strchrnul(at, '\n');
		if (!is_display_line(at, (size_t)(end - at)))
			return text;
		at = *end ? end + 1 : end;
	}
	return *at ? at + 1 : at;
}

static const char *
shape(struct mail_work *w, const struct mail_part *p, char *text)
{
	const char *format = mime_param(w->a, &p->type, "format");
	const char *delsp = mime_param(w->a, &p->type, "delsp");

	text_to_lf(text);
	if (part_is(p, "text/html"))
		return without_legacy_display(w, p,
		    html_to_text(w->a, text));
	if (format != NULL && sk_ascii_ieq(format, "flowed"))
		text = text_unflow(w->a, text,
		    delsp != NULL && sk_ascii_ieq(delsp, "yes"));
	return without_legacy_display(w, p, text);
}

/* A hint that does not fit is none, and no doubt. */
static char *
decode(struct mail_work *w, const struct mail_part *p, struct sk_span bytes)
{
	struct facts *f = w->out;
	bool japanese = false;
	uint32_t doubts = 0;
	char *text;

	if (p->charset == NULL && w->charset != NULL) {
		text = charset_decode(w->a, bytes, w->charset, &doubts,
		    &japanese);
		if ((doubts & (DOUBT_CHARSET | DOUBT_UNDECODABLE)) == 0) {
			f->doubts |= doubts;
			f->japanese_charset |= japanese;
			return text;
		}
	}
	return charset_decode(w->a, bytes, p->charset, &f->doubts,
	    &f->japanese_charset);
}

const char *
read_part_text(struct mail_work *w, const struct mail_part *p)
{
	struct sk_buf bytes;
	bool damaged = false;
	char *text;

	sk_buf_init(&bytes, MOST_BYTES);
	part_decode(&w->scan, p, &bytes, &damaged);
	if (damaged)
		w->out->doubts |= DOUBT_BAD_MIME;
	if (bytes.len == MOST_BYTES)
		w->out->doubts |= DOUBT_TEXT_CUT;
	if (w->out->charset == NULL && p->charset != NULL)
		w->out->charset = text_label(w->a, p->charset);
	text = decode(w, p, sk_buf_span(&bytes));
	sk_buf_free(&bytes);
	return shape(w, p, text);
}

static void
add_text(struct mail_work *w, struct sk_buf *all, const char *text)
{
	size_t n = strlen(text), room = all->max - all->len, keep;

	if (all->len > 0 && all->p[all->len - 1] != '\n' && room > 0) {
		sk_buf_addc(all, '\n');
		room--;
	}
	keep = text_cut_at(text, n, room);
	sk_buf_add(all, text, keep);
	if (keep < n)
		w->out->doubts |= DOUBT_TEXT_CUT;
}

void
read_text(struct mail_work *w)
{
	struct sk_buf all;
	bool plain = false, html = false;
	const char *text;

	sk_buf_init(&all, LIMIT_TEXT);
	for (size_t i = 0; i < w->scan.n; i++) {
		if (w->roles[i] != ROLE_TEXT && w->roles[i] != ROLE_HTML)
			continue;
		if (w->scan.parts[i].leaf == 0)
			continue;
		/* What nobody will read costs nothing either. */
		if (all.len == all.max) {
			w->out->doubts |= DOUBT_TEXT_CUT;
			break;
		}
		text = read_part_text(w, &w->scan.parts[i]);
		if (w->roles[i] == ROLE_HTML) {
			html = true;
			if (strstr(text, "-----BEGIN PGP MESSAGE-----"))
				w->out->doubts |= DOUBT_PGP_IN_HTML;
		} else if (span_trim(sk_span_str(text)).len > 0)
			plain = true;
		add_text(w, &all, text);
	}
	if (html && !plain)
		w->out->doubts |= DOUBT_HTML_ONLY;
	w->out->text = sk_arena_strn(w->a, all.p, all.len);
	sk_buf_free(&all);
	if (text_has_bidi(w->out->text))
		w->out->doubts |= DOUBT_BIDI;
	w->out->kana = sk_has_kana(w->out->text) ||
	    (w->out->subject != NULL && sk_has_kana(w->out->subject)) ||
	    (w->out->outside != NULL && sk_has_kana(w->out->outside));
}
