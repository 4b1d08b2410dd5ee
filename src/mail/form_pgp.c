/*
 * Encrypted OpenPGP as it arrives: PGP/MIME (RFC 3156), the same after a mail
 * server or a list took it apart, a file and nothing else, an armoured message
 * in the text. What stands beside is kept apart (facts.outside) and only if it
 * is plain text: HTML or an attachment around ciphertext is how EFAIL reads
 * what it wraps, so that is no encrypted mail (standards.md A6, B1).
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/read.h"

static const char armour_begin[] = "-----BEGIN PGP MESSAGE-----";

/* ---- what a part holds ---- */

static struct sk_span
beginning(struct mail_work *w, const struct mail_part *p, size_t most)
{
	bool damaged = false;
	struct sk_span s;
	struct sk_buf b;

	sk_buf_init(&b, most);
	part_decode(&w->scan, p, &b, &damaged);
	s = sk_span_of(sk_arena_dup(w->a, b.p, b.len), b.len);
	sk_buf_free(&b);
	return s;
}

/* "Version: 1" and nothing else, whatever the part calls itself by now. */
static bool
is_version(struct mail_work *w, const struct mail_part *p)
{
	struct sk_span s;

	if (p == NULL || p->leaf == 0)
		return false;
	s = span_trim(beginning(w, p, 256));
	return s.len < 256 && (span_ieq(s, "Version: 1") ||
	    span_ieq(s, "Version:1") || (s.len == 0 &&
	    part_is(p, "application/pgp-encrypted")));
}

/* The first packet of an encrypted message: PKESK, SKESK, SEIPD, the AEAD
 * packet 20 or the one without integrity (RFC 9580 5). */
static bool
is_binary_message(struct sk_span s)
{
	unsigned c;

	if (s.len < 16 || !(s.p[0] & 0x80))
		return false;
	c = s.p[0] & 0x40 ? s.p[0] & 0x3f : (s.p[0] & 0x3f) >> 2;
	return c == 1 || c == 3 || c == 9 || c == 18 || c == 20;
}

bool
form_pgp_message(struct sk_span head, bool binary)
{
	size_t n = sizeof(armour_begin) - 1;
	struct sk_span word = span_trim(head);

	return (word.len >= n && memcmp(word.p, armour_begin, n) == 0) ||
	    (binary && is_binary_message(head));
}

static bool
is_message(struct mail_work *w, const struct mail_part *p)
{
	if (p == NULL || p->leaf == 0 || part_is(p, "text/html"))
		return false;
	return form_pgp_message(beginning(w, p, 4096), part_is_kind(p,
	    "application/"));
}

static bool
has_pgp_name(struct mail_work *w, const struct mail_part *p)
{
	static const char *const ends[] = { ".asc", ".pgp", ".gpg" };
	uint32_t flags = 0, doubts = 0;
	const char *name = mime_file_name(w->a, &p->type, &p->disposition,
	    &flags, &doubts);
	size_t n = strlen(name);

	for (size_t i = 0; n > 4 && i < 3; i++)
		if (sk_ascii_ieq(name + n - 4, ends[i]))
			return true;
	return false;
}

bool
form_is_beside(const struct mail_part *p)
{
	return p->leaf > 0 && part_is(p, "text/plain") &&
	    strcmp(p->disposition.word, "attachment") != 0;
}

/* ---- words beside ---- */

static void
add_outside(struct mail_work *w, const char *text)
{
	const char *all = w->out->outside;

	if (span_trim_wide(sk_span_str(text)).len == 0)
		return;
	all = all == NULL ? text : sk_arena_printf(w->a, "%s\n%s", all, text);
	w->out->outside = text_cut(w->a, all, LIMIT_OUTSIDE);
	w->out->doubts |= DOUBT_OUTSIDE;
	if (text_has_bidi(w->out->outside))
		w->out->doubts |= DOUBT_BIDI;
}

void
form_put_beside(struct mail_work *w, const struct mail_part *p)
{
	add_outside(w, read_part_text(w, p));
	form_wrapper(w, p);
}

static void
add_bytes_outside(struct mail_work *w, const struct mail_part *p,
    struct sk_span bytes)
{
	char *text = charset_decode(w->a, span_trim(bytes), p->charset,
	    &w->out->doubts, &w->out->japanese_charset);

	text_to_lf(text);
	add_outside(w, text);
}

/* ---- PGP/MIME ---- */

static int
take(struct mail_work *w, enum fact_form form, const struct mail_part *version,
    const struct mail_part *data)
{
	w->out->form = form;
	if (version != NULL)
		form_wrapper(w, version);
	form_wrapper(w, data);
	return form_give(w, data, &w->out->data_at, &w->out->data_len);
}

/* Exactly the two parts of RFC 3156 4, in their order. */
static bool
is_whole(struct mail_work *w, const struct mail_part *p)
{
	const struct mail_part *data = part_child(&w->scan, p, 1);

	return part_is(p, "multipart/encrypted") && p->nchildren == 2 &&
	    part_is(part_child(&w->scan, p, 0),
	    "application/pgp-encrypted") &&
	    is_version(w, part_child(&w->scan, p, 0)) && data->leaf > 0 &&
	    (part_is(data, "application/octet-stream") ||
	    part_is(data, "application/pgp-encrypted"));
}

/* What stands in a multipart/mixed: the two parts loose, or the encrypted mail
 * whole, or an encrypted file; all else must be plain text. */
struct found {
	const struct mail_part *version, *data;
	enum fact_form form;
	bool spoilt, words;
};

static void
look_at(struct mail_work *w, const struct mail_part *p, struct found *f)
{
	if (f->data == NULL && is_whole(w, p)) {
		f->version = part_child(&w->scan, p, 0);
		f->data = part_child(&w->scan, p, 1);
		f->form = FORM_PGP_ENCRYPTED_MANGLED;
	} else if (f->data == NULL && f->version != NULL &&
	    is_message(w, p)) {
		f->data = p;
		f->form = FORM_PGP_ENCRYPTED_MANGLED;
	} else if (f->version == NULL && f->data == NULL &&
	    is_version(w, p)) {
		f->version = p;
	} else if (f->data == NULL && f->version == NULL &&
	    has_pgp_name(w, p) && is_message(w, p)) {
		f->data = p;
		f->form = FORM_PGP_ATTACHED;
	} else if (form_is_beside(p)) {
		f->words |= span_trim(beginning(w, p, 4096)).len > 0;
	} else {
		f->spoilt = true;
	}
}

static int
taken_apart(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0], *p;
	struct found f = { 0 };

	for (size_t i = 0; i < root->nchildren; i++)
		look_at(w, part_child(&w->scan, root, i), &f);
	/* A covering letter with an encrypted file is a letter. */
	if (f.data == NULL || f.spoilt ||
	    (f.form == FORM_PGP_ATTACHED && f.words))
		return SK_OK;
	for (size_t i = 0; i < root->nchildren; i++) {
		p = part_child(&w->scan, root, i);
		if (p != f.version && p != f.data && form_is_beside(p))
			form_put_beside(w, p);
	}
	return take(w, f.form, f.version, f.data);
}

int
form_pgp(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];

	if (is_whole(w, root))
		return take(w, FORM_PGP_ENCRYPTED, part_child(&w->scan, root,
		    0), part_child(&w->scan, root, 1));
	return part_is(root, "multipart/mixed") ? taken_apart(w) : SK_OK;
}

/* The body itself is the file: servers that drop what they do not know. */
int
form_pgp_file(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];

	if (w->scan.n != 1 || form_is_beside(root) || !is_message(w, root))
		return SK_OK;
	return take(w, FORM_PGP_ATTACHED, NULL, root);
}

/* ---- inline ---- */

static int
take_inline(struct mail_work *w, const struct mail_part *p,
    struct sk_span text, struct sk_span armour)
{
	size_t from = (size_t)(armour.p - text.p), to = from + armour.len;
	const char *charset;

	add_bytes_outside(w, p, span_cut(text, 0, from));
	add_bytes_outside(w, p, span_cut(text, to, text.len));
	form_wrapper(w, p);
	charset = inline_charset(w->a, armour);
	if (charset == NULL)
		charset = p->charset;
	w->out->charset = charset ? text_label(w->a, charset) : NULL;
	if (w->payload == NULL)
		return SK_OK;
	w->out->data_at = w->payload->len;
	sk_buf_add(w->payload, armour.p, armour.len);
	if (w->payload->over)
		return form_too_large(w);
	sk_armour_add_sum(w->payload, w->out->data_at);
	w->out->data_len = w->payload->len - w->out->data_at;
	return SK_OK;
}

/* Of all texts shown, one may hold one message; a second anywhere makes it
 * none. *which stays NULL where there is none. */
static enum fact_form
find_inline(struct mail_work *w, const struct mail_part **which, bool *mixed)
{
	enum fact_form found = FORM_PLAIN, form;
	struct sk_span armour;
	struct sk_buf text;
	bool damaged;

	for (size_t i = 0; i < w->scan.n; i++) {
		if (w->scan.parts[i].leaf == 0 || w->roles[i] != ROLE_TEXT)
			continue;
		damaged = false;
		sk_buf_init(&text, LIMIT_MESSAGE_MAX);
		part_decode(&w->scan, &w->scan.parts[i], &text, &damaged);
		form = inline_form(sk_buf_span(&text), &armour, mixed);
		sk_buf_free(&text);
		if (form == FORM_PLAIN)
			continue;
		*mixed |= *which != NULL;
		*which = &w->scan.parts[i];
		found = form;
	}
	return *mixed ? FORM_PLAIN : found;
}

/* Every other text is beside it, and HTML beside it is dropped (A6). */
static void
put_beside(struct mail_work *w)
{
	for (size_t i = 0; i < w->scan.n; i++) {
		if (w->scan.parts[i].leaf == 0)
			continue;
		if (w->roles[i] == ROLE_TEXT) {
			add_outside(w, read_part_text(w, &w->scan.parts[i]));
			w->roles[i] = ROLE_WRAPPER;
		} else if (w->roles[i] == ROLE_HTML) {
			w->roles[i] = ROLE_OTHER_FORM;
			w->out->doubts |= DOUBT_OUTSIDE;
		} else if (w->roles[i] == ROLE_ATTACHMENT) {
			w->out->doubts |= DOUBT_OUTSIDE;
		}
	}
}

int
form_pgp_inline(struct mail_work *w)
{
	const struct mail_part *which = NULL;
	bool mixed = false, damaged = false;
	struct sk_span armour;
	struct sk_buf text;
	int rc;

	w->out->form = find_inline(w, &which, &mixed);
	if (mixed)
		w->out->doubts |= DOUBT_MIXED_PARTS;
	if (w->out->form == FORM_PLAIN)
		return SK_OK;
	sk_buf_init(&text, LIMIT_MESSAGE_MAX);
	part_decode(&w->scan, which, &text, &damaged);
	inline_form(sk_buf_span(&text), &armour, &mixed);
	rc = take_inline(w, which, sk_buf_span(&text), armour);
	sk_buf_free(&text);
	put_beside(w);
	return rc;
}
