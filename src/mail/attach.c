/*
 * Attachments: counted, named, never opened. A large one is decoded piece by
 * piece and thrown away at once; only its size, its first bytes and the
 * encryption bit of a zip are remembered (standards.md B3). Small ones that
 * hold an OpenPGP key are proposed as keys.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/read.h"

enum { TYPE_MAX = 127 };	/* RFC 6838 4.2 */

/* Looks for zip headers that may lie across two pieces. */
struct zip_watch {
	unsigned char tail[16];
	size_t ntail;
	uint64_t seen;
	bool zip, encrypted;
};

/* Local (PK 3 4) and central (PK 1 2) headers hold the flags at 6 and 8. */
static void
look_at(struct zip_watch *z, const unsigned char *p, bool first)
{
	if (p[0] != 'P' || p[1] != 'K')
		return;
	if (p[2] == 3 && p[3] == 4) {
		z->zip |= first;
		z->encrypted |= (p[6] & 1) != 0;
	} else if (p[2] == 1 && p[3] == 2) {
		z->encrypted |= (p[8] & 1) != 0;
	}
}

static bool
zip_piece(void *ctx, const unsigned char *p, size_t n)
{
	struct zip_watch *z = ctx;
	unsigned char joint[32];
	size_t head = n < 16 ? n : 16;
	const unsigned char *at = p, *end = p + n;

	memcpy(joint, z->tail, z->ntail);
	memcpy(joint + z->ntail, p, head);
	for (size_t i = 0; i < z->ntail && i + 9 <= z->ntail + head; i++)
		look_at(z, joint + i, false);
	while ((size_t)(end - at) >= 9 &&
	    (at = memchr(at, 'P', (size_t)(end - at) - 8)) != NULL) {
		look_at(z, at, z->seen == 0 && at == p);
		at++;
	}
	z->ntail = n < 8 ? n : 8;
	memcpy(z->tail, p + n - z->ntail, z->ntail);
	z->seen += n;
	return true;
}

static bool
may_be_key(const struct mail_part *p, const char *name)
{
	static const char *const ends[] = { ".asc", ".key", ".gpg", ".pgp",
		".pub", ".txt" };
	size_t n = strlen(name);

	if (part_is(p, "application/pgp-keys"))
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > 4 && sk_ascii_ieq(name + n - 4, ends[i]))
			return true;
	return false;
}

static bool
take_keys(struct mail_work *w, const struct mail_part *p,
    struct fact_key *keys, size_t *n)
{
	size_t before = *n;
	bool damaged = false;
	struct sk_buf bytes;
	struct sk_span s;

	sk_buf_init(&bytes, LIMIT_KEY_BYTES * LIMIT_KEYS_PER_MAIL);
	part_decode(&w->scan, p, &bytes, &damaged);
	s = sk_buf_span(&bytes);
	keys_in_text(w->a, s, KEY_ATTACHED, keys, n);
	if (*n == before && *n < LIMIT_KEYS_PER_MAIL && key_is_binary(s) &&
	    s.len <= LIMIT_KEY_BYTES && !part_is_kind(p, "text/"))
		key_add(keys, n, KEY_ATTACHED, sk_span_of(sk_arena_dup(w->a,
		    s.p, s.len), s.len));
	sk_buf_free(&bytes);
	return *n > before;
}

static void
one_attachment(struct mail_work *w, const struct mail_part *p,
    struct fact_attachment *out)
{
	struct zip_watch zip = { .ntail = 0 };
	bool damaged = false;

	out->type = text_cut(w->a, p->type.word, TYPE_MAX);
	out->part = p->leaf;
	out->name = mime_file_name(w->a, &p->type, &p->disposition,
	    &out->flags, &w->out->doubts);
	out->bytes = transfer_decode(p->transfer, part_body(&w->scan, p),
	    zip_piece, &zip, &damaged);
	if (damaged)
		out->flags |= ATTACH_BAD_ENCODING;
	if (zip.zip && zip.encrypted)
		out->flags |= ATTACH_ENCRYPTED_ARCHIVE;
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

		if (p->leaf == 0 || w->roles[i] != ROLE_ATTACHMENT)
			continue;
		one_attachment(w, p, &list[n]);
		if (may_be_key(p, list[n].name) &&
		    take_keys(w, p, keys, &nkeys))
			list[n].flags |= ATTACH_KEY;
		all |= list[n++].flags;
	}
	keys_autocrypt(w, keys, &nkeys);
	if ((all & ATTACH_ENCRYPTED_ARCHIVE) &&
	    speaks_of_password(w->out->text))
		w->out->doubts |= DOUBT_PASSWORD_MAIL;
	w->out->attachments = list;
	w->out->nattachments = n;
	w->out->keys = keys;
	w->out->nkeys = nkeys;
}
