/*
 * How a layer is wrapped: PGP/MIME (RFC 3156), what Exchange makes of it,
 * inline PGP, S/MIME (RFC 8551). Only the root decides: a wrapped part beside
 * others is not a wrapped mail, and is doubted (EFAIL, standards.md B1). What
 * a keyd is given is cut from the raw bytes: signed octets are never
 * re-serialised.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

static size_t
index_of(const struct mail_work *w, const struct mail_part *p)
{
	return (size_t)(p - w->scan.parts);
}

static void
mark_wrapper(struct mail_work *w, const struct mail_part *p)
{
	w->roles[index_of(w, p)] = ROLE_WRAPPER;
}

static int
too_large(struct mail_work *w)
{
	return sk_fail(w->e, SK_ERR_LIMIT, "payload",
	    "the encrypted or signed content is longer than allowed");
}

/* The decoded body of a leaf becomes data or signature of the payload. */
static int
give_decoded(struct mail_work *w, const struct mail_part *p, uint64_t *at,
    uint64_t *len)
{
	struct sk_buf *out = w->payload;
	bool damaged = false;
	size_t before;

	if (out == NULL)
		return SK_OK;
	before = out->len;
	if (part_body(&w->scan, p).len > out->max - before)
		return too_large(w);
	part_decode(&w->scan, p, out, &damaged);
	if (damaged)
		w->out->doubts |= DOUBT_BAD_MIME;
	*at = before;
	*len = out->len - before;
	return SK_OK;
}

/* RFC 3156 5: the octets of the part with its header, lines ended by CRLF. */
static int
give_signed(struct mail_work *w, const struct mail_part *p)
{
	struct sk_span s = span_cut(w->scan.raw, p->at, p->end);
	struct sk_buf *out = w->payload;
	size_t next, before;
	struct sk_span line;

	if (out == NULL)
		return SK_OK;
	before = out->len;
	for (size_t at = 0; at < s.len; at = next) {
		next = line_next(s, at, s.len);
		line = span_cut(s, at, next);
		if (line.p[line.len - 1] != '\n') {
			sk_buf_add(out, line.p, line.len);
			break;
		}
		line = line_text(s, at, next);
		sk_buf_add(out, line.p, line.len);
		sk_buf_add(out, "\r\n", 2);
	}
	w->out->data_at = before;
	w->out->data_len = out->len - before;
	return out->over ? too_large(w) : SK_OK;
}

static bool
is_version_part(struct mail_work *w, const struct mail_part *p)
{
	struct sk_buf text;
	bool damaged = false, is;

	if (p == NULL || !part_is(p, "application/pgp-encrypted"))
		return false;
	sk_buf_init(&text, 256);
	part_decode(&w->scan, p, &text, &damaged);
	is = span_ihas(sk_buf_span(&text), "Version: 1") ||
	    span_ihas(sk_buf_span(&text), "Version:1");
	sk_buf_free(&text);
	return is;
}

static int
take_encrypted(struct mail_work *w, enum fact_form form,
    const struct mail_part *version, const struct mail_part *data)
{
	w->out->form = form;
	mark_wrapper(w, version);
	mark_wrapper(w, data);
	return give_decoded(w, data, &w->out->data_at, &w->out->data_len);
}

static bool
is_blank_text(struct mail_work *w, const struct mail_part *p)
{
	struct sk_buf text;
	bool damaged = false, blank;

	if (!part_is(p, "text/plain"))
		return false;
	sk_buf_init(&text, 4096);
	part_decode(&w->scan, p, &text, &damaged);
	blank = text.len < 4096 && span_trim(sk_buf_span(&text)).len == 0;
	sk_buf_free(&text);
	return blank;
}

/* multipart/encrypted, or the multipart/mixed that Exchange makes of it: an
 * empty text may stand before the two parts, nothing else. */
static int
pgp_encrypted(struct mail_work *w, bool mangled)
{
	const struct mail_part *root = &w->scan.parts[0];
	const struct mail_part *one = part_child(&w->scan, root, 0);
	const struct mail_part *two = part_child(&w->scan, root, 1);
	size_t n = root->nchildren;

	if (mangled && n == 3 && is_blank_text(w, one)) {
		mark_wrapper(w, one);
		one = two;
		two = part_child(&w->scan, root, 2);
		n = 2;
	}
	if (n == 2 && is_version_part(w, one) && two->leaf > 0 &&
	    (part_is(two, "application/octet-stream") ||
	    part_is(two, "application/pgp-encrypted")))
		return take_encrypted(w, mangled ?
		    FORM_PGP_ENCRYPTED_MANGLED : FORM_PGP_ENCRYPTED, one,
		    two);
	return SK_OK;
}

static int
multipart_signed(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];
	const struct mail_part *data = part_child(&w->scan, root, 0);
	const struct mail_part *sig = part_child(&w->scan, root, 1);
	int rc;

	if (root->nchildren != 2 || sig->leaf == 0)
		return SK_OK;
	if (part_is(sig, "application/pgp-signature"))
		w->out->form = FORM_PGP_SIGNED;
	else if (part_is(sig, "application/pkcs7-signature") ||
	    part_is(sig, "application/x-pkcs7-signature"))
		w->out->form = FORM_SMIME_SIGNED;
	else
		return SK_OK;
	mark_wrapper(w, sig);
	rc = give_signed(w, data);
	return rc == SK_OK ? give_decoded(w, sig, &w->out->sig_at,
	    &w->out->sig_len) : rc;
}

static bool
is_pkcs7(const struct mail_part *p)
{
	return part_is(p, "application/pkcs7-mime") ||
	    part_is(p, "application/x-pkcs7-mime");
}

/* The ContentInfo's object identifier (RFC 5652 3): 1.2.840.113549.1.7.N, or
 * authEnvelopedData 1.2.840.113549.1.9.16.1.23. */
static enum fact_form
cms_form(struct sk_span der)
{
	static const unsigned char pkcs7[] = { 0x06, 0x09, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x07 };
	static const unsigned char auth[] = { 0x06, 0x0b, 0x2a, 0x86, 0x48,
		0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17 };
	size_t at = 2;

	if (der.len < 20 || der.p[0] != 0x30)
		return FORM_PLAIN;
	if (der.p[1] & 0x80)
		at += der.p[1] & 0x7f;
	if (at + sizeof(auth) > der.len)
		return FORM_PLAIN;
	if (memcmp(der.p + at, auth, sizeof(auth)) == 0)
		return FORM_SMIME_ENVELOPED;
	if (memcmp(der.p + at, pkcs7, sizeof(pkcs7)) != 0)
		return FORM_PLAIN;
	return der.p[at + 10] == 3 ? FORM_SMIME_ENVELOPED :
	    der.p[at + 10] == 2 ? FORM_SMIME_SIGNED_OPAQUE : FORM_PLAIN;
}

/* The bytes decide, not smime-type: it is often missing and sometimes wrong;
 * certs-only is signed-data without content and stays an attachment. */
static int
smime(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];
	const char *type = mime_param(w->a, &root->type, "smime-type");
	enum fact_form form;
	struct sk_buf der;
	bool damaged = false;

	if (type != NULL && sk_ascii_ieq(type, "certs-only"))
		return SK_OK;
	sk_buf_init(&der, 64);
	part_decode(&w->scan, root, &der, &damaged);
	form = cms_form(sk_buf_span(&der));
	sk_buf_free(&der);
	if (form == FORM_PLAIN)
		return SK_OK;
	w->out->form = form;
	mark_wrapper(w, root);
	return give_decoded(w, root, &w->out->data_at, &w->out->data_len);
}

/* A .p7m that calls itself bytes: old gateways write it so (A10). */
static bool
is_named_p7m(struct mail_work *w, const struct mail_part *p)
{
	uint32_t flags = 0, doubts = 0;
	const char *name;
	size_t n;

	if (!part_is(p, "application/octet-stream"))
		return false;
	name = mime_file_name(w->a, &p->type, &p->disposition, &flags,
	    &doubts);
	n = strlen(name);
	return n > 4 && sk_ascii_ieq(name + n - 4, ".p7m");
}

/* Armour in the text parts: as a whole it is a form, in pieces a doubt. HTML
 * beside an inline message is dropped (A6). */
static int
inline_pgp(struct mail_work *w)
{
	const struct mail_part *p, *only = NULL;
	bool mixed = false, damaged = false;
	struct sk_span armour;
	struct sk_buf text;
	size_t shown = 0;

	read_roles(w);
	for (size_t i = 0; i < w->scan.n; i++) {
		p = &w->scan.parts[i];
		if (p->leaf == 0 || w->roles[i] != ROLE_TEXT)
			continue;
		shown++;
		only = only == NULL ? p : only;
	}
	if (only == NULL)
		return SK_OK;
	sk_buf_init(&text, LIMIT_MESSAGE_MAX);
	part_decode(&w->scan, only, &text, &damaged);
	w->out->form = inline_form(sk_buf_span(&text), &armour, &mixed);
	if (w->out->form != FORM_PLAIN && shown > 1) {
		w->out->form = FORM_PLAIN;
		mixed = true;
	}
	if (mixed || (w->out->form != FORM_PLAIN && w->scan.leaves > 1 &&
	    !part_is(&w->scan.parts[0], "multipart/alternative")))
		w->out->doubts |= DOUBT_MIXED_PARTS;
	if (w->out->form != FORM_PLAIN && w->payload != NULL) {
		w->out->data_at = w->payload->len;
		w->out->data_len = armour.len;
		sk_buf_add(w->payload, armour.p, armour.len);
	}
	sk_buf_free(&text);
	for (size_t i = 0; w->out->form != FORM_PLAIN && i < w->scan.n; i++)
		if (w->roles[i] == ROLE_HTML)
			w->roles[i] = ROLE_OTHER_FORM;
	return w->payload != NULL && w->payload->over ? too_large(w) : SK_OK;
}

/* Something encrypted that is not the whole of the mail. */
static void
look_for_mixed(struct mail_work *w)
{
	if (w->out->form != FORM_PLAIN)
		return;
	for (size_t i = 0; i < w->scan.n; i++) {
		const struct mail_part *p = &w->scan.parts[i];

		if (part_is(p, "multipart/encrypted") ||
		    part_is(p, "application/pgp-encrypted") ||
		    (i > 0 && is_pkcs7(p)))
			w->out->doubts |= DOUBT_MIXED_PARTS;
	}
}

int
read_form(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];
	int rc = SK_OK;

	w->out->form = FORM_PLAIN;
	if (part_is(root, "multipart/encrypted"))
		rc = pgp_encrypted(w, false);
	else if (part_is(root, "multipart/mixed"))
		rc = pgp_encrypted(w, true);
	else if (part_is(root, "multipart/signed"))
		rc = multipart_signed(w);
	else if (is_pkcs7(root) || is_named_p7m(w, root))
		rc = smime(w);
	if (rc == SK_OK && w->out->form == FORM_PLAIN)
		rc = inline_pgp(w);
	else
		read_roles(w);
	look_for_mixed(w);
	if (w->layer >= LIMIT_LAYERS && w->out->form != FORM_PLAIN)
		w->out->doubts |= DOUBT_TOO_DEEP;
	return rc;
}
