/*
 * Any bytes as a mail, or as a decrypted layer of one. Whatever comes out must
 * keep the promises of facts.h: checked UTF-8, limits, valid addresses, offsets
 * inside the payload, attachments that can be saved with the announced size.
 *
 * Input: the mail; behind an octet 0x01 it is a decrypted layer. So any mail is
 * an input as it stands.
 */
#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "fuzz.h"

static void
check_string(const char *s, size_t most)
{
	if (s == NULL)
		return;
	FUZZ_CHECK(strlen(s) <= most);
	FUZZ_CHECK(sk_utf8_valid(sk_span_str(s)));
}

static void
check_line(const char *s, size_t most)
{
	check_string(s, most);
	for (; s != NULL && *s != '\0'; s++)
		FUZZ_CHECK((unsigned char)*s >= ' ' && *s != 0x7f);
}

static void
check_mailbox(const struct fact_mailbox *m)
{
	FUZZ_CHECK(m->address != NULL || m->name == NULL);
	FUZZ_CHECK(m->address == NULL || sk_address_valid(m->address));
	check_line(m->name, LIMIT_NAME);
}

static void
check_header(const struct facts *f)
{
	check_mailbox(&f->from);
	check_mailbox(&f->reply_to);
	check_mailbox(&f->sender);
	FUZZ_CHECK(f->nto <= LIMIT_ADDRESSES);
	for (size_t i = 0; i < f->nto; i++) {
		FUZZ_CHECK(f->to[i].address != NULL);
		check_mailbox(&f->to[i]);
	}
	check_line(f->subject, LIMIT_SUBJECT);
	check_line(f->message_id, 998);
	FUZZ_CHECK(f->nrefs <= LIMIT_REFERENCES);
	for (size_t i = 0; i < f->nrefs; i++)
		FUZZ_CHECK(strpbrk(f->refs[i], "<> \t") == NULL);
	FUZZ_CHECK(f->nauthres <= LIMIT_AUTHRES);
	for (size_t i = 0; i < f->nauthres; i++) {
		check_line(f->authres[i].authserv_id, LIMIT_HEADER_FIELD);
		for (size_t k = 0; k < f->authres[i].nmethods; k++)
			check_string(f->authres[i].methods[k].result,
			    LIMIT_HEADER_FIELD);
	}
}

static void
check_parts(const struct facts *f, struct sk_span raw, unsigned layer)
{
	struct sk_buf out;
	struct sk_error e;

	FUZZ_CHECK(f->nattachments <= LIMIT_MIME_PARTS);
	FUZZ_CHECK(f->nkeys <= LIMIT_KEYS_PER_MAIL);
	for (size_t i = 0; i < f->nkeys; i++)
		FUZZ_CHECK(f->keys[i].block.len <= LIMIT_KEY_BYTES);
	for (size_t i = 0; i < f->nattachments; i++) {
		check_line(f->attachments[i].type, 127);
		check_line(f->attachments[i].name, LIMIT_NAME);
		/* Each look reads the mail again: two say it. A mail that is
		 * a sealed file names the part of what the file holds. */
		if (i >= 2 || (f->form == FORM_PGP_ATTACHED &&
		    f->attachments[i].flags & ATTACH_SEALED))
			continue;
		sk_buf_init(&out, raw.len);
		FUZZ_CHECK(mail_extract(raw, layer, f->attachments[i].part, &out,
		    &e) == SK_OK);
		FUZZ_CHECK(out.len == f->attachments[i].bytes);
		sk_buf_free(&out);
	}
}

static void
check_payload(const struct facts *f, size_t len)
{
	FUZZ_CHECK(f->data_at + f->data_len <= len);
	FUZZ_CHECK(f->sig_at + f->sig_len <= len);
	FUZZ_CHECK(f->form != FORM_PLAIN || len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned layer = size > 0 && data[0] == 1;
	struct sk_span raw = sk_span_of(data + layer, size - layer);
	struct sk_arena *a = sk_arena_new();
	struct sk_buf payload;
	struct sk_error e;
	struct facts f;
	int rc;

	sk_buf_init(&payload, raw.len * 2 + 64);
	rc = mail_read(raw, layer, a, &f, &payload, &e);
	/* Only the prescan refuses a mail: the payload has room for any. */
	FUZZ_CHECK(rc == SK_OK || layer > 0 || raw.len == 0 ||
	    mail_prescan(raw, &e) == rc);
	if (rc == SK_OK) {
		check_header(&f);
		check_string(f.text, LIMIT_TEXT);
		check_line(f.charset, 60);
		check_parts(&f, raw, layer);
		check_payload(&f, payload.len);
	}
	sk_buf_free(&payload);
	sk_arena_free(&a);
	return 0;
}
