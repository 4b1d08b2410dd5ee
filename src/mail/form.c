/*
 * How a layer is wrapped: signed parts and S/MIME (RFC 8551) here, encrypted
 * OpenPGP in form_pgp.c. Only the root decides, or its one part beside plain
 * text: a wrapped part beside others is not a wrapped mail, and is doubted
 * (EFAIL, standards.md B1). What a keyd is given is cut from the raw bytes:
 * signed octets are never re-serialised.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

void
form_wrapper(struct mail_work *w, const struct mail_part *p)
{
	w->roles[p - w->scan.parts] = ROLE_WRAPPER;
}

int
form_too_large(struct mail_work *w)
{
	return sk_fail(w->e, SK_ERR_LIMIT, "payload",
	    "the encrypted or signed content is longer than allowed");
}

int
form_give(struct mail_work *w, const struct mail_part *p, uint64_t *at,
    uint64_t *len)
{
	struct sk_buf *out = w->payload;
	bool damaged = false;
	size_t before;

	if (out == NULL)
		return SK_OK;
	before = out->len;
	if (part_body(&w->scan, p).len > out->max - before)
		return form_too_large(w);
	part_decode(&w->scan, p, out, &damaged);
	if (damaged)
		w->out->doubts |= DOUBT_BAD_MIME;
	sk_armour_add_sum(out, before);
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
	return out->over ? form_too_large(w) : SK_OK;
}

/* Something that calls itself bytes and has such a name: old gateways write it
 * so (A10). */
static bool
is_named(struct mail_work *w, const struct mail_part *p, const char *end)
{
	uint32_t flags = 0, doubts = 0;
	const char *name;
	size_t n, m = strlen(end);

	if (!part_is(p, "application/octet-stream"))
		return false;
	name = mime_file_name(w->a, &p->type, &p->disposition, &flags,
	    &doubts);
	n = strlen(name);
	return n >= m && sk_ascii_ieq(name + n - m, end);
}

/* Which signature the second part is: by its type, else by its name. */
static enum fact_form
signature_form(struct mail_work *w, const struct mail_part *sig)
{
	if (part_is(sig, "application/pgp-signature") ||
	    is_named(w, sig, "signature.asc") || is_named(w, sig, ".sig"))
		return FORM_PGP_SIGNED;
	if (part_is(sig, "application/pkcs7-signature") ||
	    part_is(sig, "application/x-pkcs7-signature") ||
	    is_named(w, sig, ".p7s"))
		return FORM_SMIME_SIGNED;
	return FORM_PLAIN;
}

static int
multipart_signed(struct mail_work *w, const struct mail_part *p)
{
	const struct mail_part *data = part_child(&w->scan, p, 0);
	const struct mail_part *sig = part_child(&w->scan, p, 1);
	int rc;

	if (p->nchildren != 2 || sig->leaf == 0)
		return SK_OK;
	w->out->form = signature_form(w, sig);
	if (w->out->form == FORM_PLAIN)
		return SK_OK;
	form_wrapper(w, sig);
	rc = give_signed(w, data);
	return rc == SK_OK ? form_give(w, sig, &w->out->sig_at,
	    &w->out->sig_len) : rc;
}

bool
form_is_pkcs7(const struct mail_part *p)
{
	return part_is(p, "application/pkcs7-mime") ||
	    part_is(p, "application/x-pkcs7-mime");
}

/* The ContentInfo's object identifier (RFC 5652 3): 1.2.840.113549.1.7.N, or
 * authEnvelopedData 1.2.840.113549.1.9.16.1.23. */
enum fact_form
form_cms(struct sk_span der)
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
		return FORM_SMIME_AUTH_ENVELOPED;
	if (memcmp(der.p + at, pkcs7, sizeof(pkcs7)) != 0)
		return FORM_PLAIN;
	return der.p[at + 10] == 3 ? FORM_SMIME_ENVELOPED :
	    der.p[at + 10] == 2 ? FORM_SMIME_SIGNED_OPAQUE : FORM_PLAIN;
}

/* The bytes decide, not smime-type: it is often missing and sometimes wrong;
 * certs-only is signed-data without content and stays an attachment. */
static int
smime(struct mail_work *w, const struct mail_part *p)
{
	const char *type = mime_param(w->a, &p->type, "smime-type");
	enum fact_form form;
	struct sk_buf der;
	bool damaged = false;

	if (type != NULL && sk_ascii_ieq(type, "certs-only"))
		return SK_OK;
	sk_buf_init(&der, 64);
	part_decode(&w->scan, p, &der, &damaged);
	form = form_cms(sk_buf_span(&der));
	sk_buf_free(&der);
	if (form == FORM_PLAIN)
		return SK_OK;
	w->out->form = form;
	form_wrapper(w, p);
	return form_give(w, p, &w->out->data_at, &w->out->data_len);
}

/* A list or a gateway put its footer under a wrapped mail: all of that mail in
 * one part, beside it plain text only. What it signs or seals is the mail, for
 * the rest nobody vouches. S/MIME comes first: below a letter it is a file. */
static int
wrapped_with_footer(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0], *p, *it = NULL;
	int rc;

	for (size_t i = 0; i < root->nchildren; i++) {
		p = part_child(&w->scan, root, i);
		if (it == NULL && (part_is(p, "multipart/signed") ||
		    (i == 0 && form_is_pkcs7(p))))
			it = p;
		else if (!form_is_beside(p))
			return SK_OK;
	}
	if (it == NULL)
		return SK_OK;
	rc = form_is_pkcs7(it) ? smime(w, it) : multipart_signed(w, it);
	for (size_t i = 0; w->out->form != FORM_PLAIN &&
	    i < root->nchildren; i++) {
		p = part_child(&w->scan, root, i);
		if (p != it)
			form_put_beside(w, p);
	}
	return rc;
}

/* Something encrypted or signed that is not the whole of the mail. */
static void
look_for_mixed(struct mail_work *w)
{
	if (w->out->form != FORM_PLAIN)
		return;
	for (size_t i = 0; i < w->scan.n; i++) {
		const struct mail_part *p = &w->scan.parts[i];

		if (part_is(p, "multipart/encrypted") ||
		    part_is(p, "application/pgp-encrypted") ||
		    (i > 0 && (form_is_pkcs7(p) ||
		    part_is(p, "multipart/signed"))))
			w->out->doubts |= DOUBT_MIXED_PARTS;
	}
}

int
read_form(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];
	int rc = SK_OK;

	w->out->form = FORM_PLAIN;
	if (part_is(root, "multipart/encrypted") ||
	    part_is(root, "multipart/mixed"))
		rc = form_pgp(w);
	else if (part_is(root, "multipart/signed"))
		rc = multipart_signed(w, root);
	else if (form_is_pkcs7(root) || is_named(w, root, ".p7m") ||
	    is_named(w, root, ".p7s"))
		rc = smime(w, root);
	if (rc == SK_OK && w->out->form == FORM_PLAIN &&
	    part_is(root, "multipart/mixed"))
		rc = wrapped_with_footer(w);
	if (rc == SK_OK && w->out->form == FORM_PLAIN)
		rc = form_pgp_file(w);
	read_roles(w);
	if (rc == SK_OK && w->out->form == FORM_PLAIN)
		rc = form_pgp_inline(w);
	look_for_mixed(w);
	if (w->layer >= LIMIT_LAYERS && w->out->form != FORM_PLAIN)
		w->out->doubts |= DOUBT_TOO_DEEP;
	return rc;
}
