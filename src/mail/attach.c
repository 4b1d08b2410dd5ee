/*
 * Attachments: counted, named, never opened. A large one is decoded piece by
 * piece and thrown away at once; only its size and whether it is encrypted are
 * remembered (standards.md B3). Small ones that hold an OpenPGP key or a
 * certificate are proposed as keys.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/encrypted.h"
#include "mail/read.h"

enum { TYPE_MAX = 127 };	/* RFC 6838 4.2 */

static bool
any_is(const struct mail_part *p, const char *const *types)
{
	while (*types && !part_is(p, *types))
		types++;
	return *types != NULL;
}

static bool
ends_in(const char *name, const char *const *ends)
{
	size_t n = strlen(name);

	for (; *ends; ends++)
		if (n > 4 && sk_ascii_ieq(name + n - 4, *ends))
			return true;
	return false;
}

static bool
may_be_key(const struct mail_part *p, const char *name)
{
	static const char *const types[] = { "application/pgp-keys", NULL };
	static const char *const ends[] = { ".asc", ".key", ".gpg", ".pgp",
		".pub", ".txt", NULL };

	return any_is(p, types) || ends_in(name, ends);
}

/* RFC 2585 4.1, RFC 8551 3.8, and what programs write. */
static bool
may_be_certificate(struct mail_work *w, const struct mail_part *p,
    const char *name)
{
	static const char *const types[] = { "application/pkix-cert",
		"application/x-x509-user-cert", "application/x-x509-ca-cert",
		"application/x-pem-file", "application/x-pkcs7-certificates",
		NULL };
	static const char *const ends[] = { ".cer", ".crt", ".der", ".pem",
		".p7b", ".p7c", ".txt", NULL };
	const char *kind = mime_param(w->a, &p->type, "smime-type");

	return any_is(p, types) || ends_in(name, ends) ||
	    (kind && sk_ascii_ieq(kind, "certs-only"));
}

static bool
take_keys(struct mail_work *w, const struct mail_part *p, const char *name,
    struct fact_key *keys, size_t *n)
{
	bool is_key = may_be_key(p, name);
	bool is_certificate = may_be_certificate(w, p, name);
	size_t before = *n;
	bool damaged = false;
	struct sk_buf bytes;
	struct sk_span s;

	if (!is_key && !is_certificate)
		return false;
	sk_buf_init(&bytes, LIMIT_KEY_BYTES * LIMIT_KEYS_PER_MAIL);
	part_decode(&w->scan, p, &bytes, &damaged);
	s = sk_buf_span(&bytes);
	if (is_key)
		keys_in_text(w->a, s, KEY_ATTACHED, keys, n);
	if (*n == before && s.len <= LIMIT_KEY_BYTES && ((is_key &&
	    key_is_binary(s) && !part_is_kind(p, "text/")) ||
	    (is_certificate && key_is_certificate(s))))
		key_add(keys, n, KEY_ATTACHED, sk_span_of(sk_arena_dup(w->a,
		    s.p, s.len), s.len));
	sk_buf_free(&bytes);
	return *n > before;
}

/* Sealed, or signed around its content, so that a keyd opens it. A p7m file is
 * told by its octets; that of a signature, or of certificates only, holds
 * nothing. */
static uint32_t
wrapped(struct mail_work *w, const struct mail_part *p, const char *name,
    struct sk_span head)
{
	static const char *const ends[] = { ".p7m", NULL };

	if (form_pgp_message(head, part_is_kind(p, "application/")))
		return ATTACH_SEALED;
	if ((!form_is_pkcs7(p) && !ends_in(name, ends)) ||
	    may_be_certificate(w, p, name))
		return 0;
	switch (form_cms(head)) {
	case FORM_SMIME_ENVELOPED:
		return ATTACH_ENVELOPED;
	case FORM_SMIME_AUTH_ENVELOPED:
		return ATTACH_AUTH_ENVELOPED;
	case FORM_SMIME_SIGNED_OPAQUE:
		return ATTACH_SIGNED;
	default:
		return 0;
	}
}

static void
one_attachment(struct mail_work *w, const struct mail_part *p,
    struct fact_attachment *out)
{
	struct encrypted_watch watch = { .seen = 0 };
	bool damaged = false;

	out->type = text_cut(w->a, p->type.word, TYPE_MAX);
	out->part = p->leaf;
	out->name = mime_file_name(w->a, &p->type, &p->disposition,
	    &out->flags, &w->out->doubts);
	out->bytes = transfer_decode(p->transfer, part_body(&w->scan, p),
	    encrypted_piece, &watch, &damaged);
	if (damaged)
		out->flags |= ATTACH_BAD_ENCODING;
	if (encrypted_is(&watch))
		out->flags |= ATTACH_ENCRYPTED;
	out->flags |= wrapped(w, p, out->name, sk_span_of(watch.head,
	    watch.nhead));
}

static bool
speaks_of_password(const char *text)
{
	static const char *const words[] = { "パスワード", "ﾊﾟｽﾜｰﾄﾞ",
		"暗証", "解凍キー", "展開キー", "password", "passwd",
		"passphrase", "PW:", "PW:" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_ihas(sk_span_str(text), words[i]))
			return true;
	return false;
}

/* A mail that is an encrypted file: its name is that of what it holds. */
static bool
is_listed(const struct mail_work *w, size_t i)
{
	return w->scan.parts[i].leaf > 0 && (w->roles[i] == ROLE_ATTACHMENT ||
	    (w->roles[i] == ROLE_WRAPPER &&
	    w->out->form == FORM_PGP_ATTACHED &&
	    !form_is_beside(&w->scan.parts[i])));
}

void
read_attachments(struct mail_work *w)
{
	struct fact_attachment *list = sk_arena_array(w->a, w->scan.leaves,
	    sizeof(*list));
	struct fact_key *keys = sk_arena_array(w->a, LIMIT_KEYS_PER_MAIL,
	    sizeof(*keys));
	size_t n = 0, nkeys = 0;
	uint32_t all = 0;

	keys_in_text(w->a, sk_span_str(w->out->text), KEY_IN_TEXT, keys,
	    &nkeys);
	for (size_t i = 0; i < w->scan.n; i++) {
		const struct mail_part *p = &w->scan.parts[i];

		if (!is_listed(w, i))
			continue;
		one_attachment(w, p, &list[n]);
		if (w->roles[i] == ROLE_WRAPPER)
			list[n].part = 1;	/* in what it holds */
		if (take_keys(w, p, list[n].name, keys, &nkeys))
			list[n].flags |= ATTACH_KEY;
		all |= list[n++].flags;
	}
	if (form_encrypted(attachment_form(all)) &&
	    w->out->form == FORM_PLAIN)
		w->out->doubts |= DOUBT_MIXED_PARTS;
	keys_autocrypt(w, keys, &nkeys);
	if ((all & ATTACH_ENCRYPTED) &&
	    speaks_of_password(w->out->text))
		w->out->doubts |= DOUBT_PASSWORD_MAIL;
	w->out->attachments = list;
	w->out->nattachments = n;
	w->out->keys = keys;
	w->out->nkeys = nkeys;
}
