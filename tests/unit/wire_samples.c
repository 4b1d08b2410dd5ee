/*
 * Every message once with all its fields filled, and the small ones empty.
 * Each value is different from its neighbours, so that fields read in the
 * wrong order show.
 */
#include <config.h>

#include <string.h>

#include <sekisho/messages.h>

#include "wire_samples.h"

#define FPR "0123456789ABCDEF0123456789ABCDEF01234567"
#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct fact_mailbox to[] = {
	{ "csc-anken@example.jp", "\xe7\xaa\x93\xe5\x8f\xa3" },
	{ "other@example.jp", NULL }
};
static const char *const refs[] = { "a@example.jp", "b@example.jp" };
static const struct fact_auth_method methods[] = {
	{ "dkim", "pass", "acme.example" }, { "spf", "none", NULL }
};
static const struct fact_authres authres[] = {
	{ "mx.example.jp", true, false, methods, N(methods) },
	{ "mx.other.example", false, false, NULL, 0 },
	{ "mx.example.jp", true, true, NULL, 0 }
};
static const struct fact_attachment attachments[] = {
	{ "log.txt", "text/plain", 77, 2, ATTACH_NAME_TWICE },
	{ "", "application/octet-stream", 1ULL << 33, 3, 0 }
};
static const struct fact_key keys[] = {
	{ { (const unsigned char *)"\x99\x00\xff", 3 }, KEY_AUTOCRYPT }
};

static const char *const returned[] = { "x@example.jp", "y+z@example.jp" };
static const struct fact_indicator indicators[] = {
	{ INDICATOR_CVE, "CVE-2026-12345", INDICATOR_THEIRS },
	{ INDICATOR_URL, "https://evil.example/", INDICATOR_DEFANGED }
};
static const struct fact_detail details[] = {
	{ DETAIL_CONSULTED, "JC3" }, { DETAIL_TIME, "9:00" }
};
static const struct fact_passage passages[] = {
	{ 0, 6, true }, { 6, 7, false }
};

static const struct facts facts = {
	.from = { "sato@acme.example", "\xe4\xbd\x90\xe8\x97\xa4" },
	.reply_to = { "desk@acme.example", NULL },
	.sender = { NULL, "no address" },
	.to = to, .nto = N(to),
	.subject = "\xe7\x9b\xb8\xe8\xab\x87", .message_id = "id@acme.example",
	.refs = refs, .nrefs = N(refs), .date = -5, .received_count = 4,
	.automatic = AUTO_LIST, .no_reply_wanted = true,
	.likely = AUTO_REPLIED,
	.bounce = { .fate = FATE_TEMPORARY, .status = "4.4.1",
	    .recipient = "r@example.jp", .returned = returned,
	    .nreturned = N(returned) },
	.gives_password = true,
	.indicators = indicators, .nindicators = N(indicators),
	.details = details, .ndetails = N(details),
	.passages = passages, .npassages = N(passages),
	.authres = authres, .nauthres = N(authres),
	.content_id = { 1, 2, 3, [31] = 32 },
	.form = FORM_PGP_SIGNED, .protection = PROTECTION_CLEAR,
	.outside = "beside", .text = "first\nsecond\n",
	.charset = "iso-2022-jp", .kana = true, .japanese_charset = false,
	.answer = { .ticks = ANSWER_1B | ANSWER_2X, .unclear = ANSWER_3A,
	    .parts = "parts", .never = "never", .other = NULL,
	    .yes_word = true, .ref = "ref", .ref_other = "second ref",
	    .code = "code", .sightings = { { 'B', SEEN_NO },
	    { 0, SEEN_UNCLEAR } }, .nsightings = 2 },
	.attachments = attachments, .nattachments = N(attachments),
	.keys = keys, .nkeys = N(keys),
	.doubts = DOUBT_BIDI | DOUBT_IMITATION,
	.data_at = 1, .data_len = 200, .sig_at = 201, .sig_len = 30
};

static const struct key_subkey subkeys[] = {
	{ "0123456789ABCDEF", 99, true, "cv25519" },
	{ "FEDCBA9876543210", 0, false, NULL }
};
static const char *const addresses[] = { "a@b.example", "c@d.example" };
#define KEY { \
	.scheme = KEY_SMIME, .fpr = FPR, .created = 12, .expires = 34, \
	.revoked = true, .secret = false, .algorithm = "ed25519", \
	.subkeys = subkeys, .nsubkeys = N(subkeys), .addresses = addresses, \
	.naddresses = N(addresses), .primaries = 1, \
	.block = { (const unsigned char *)"block", 5 }, \
	.sha256 = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF" \
	    "FEDCBA9876543210", \
	.public_key = "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCC" \
	    "DDDDDDDDDDDDDDDD", \
	.issuer = { (const unsigned char *)"issuer", 6 }, \
	.serial = { (const unsigned char *)"12", 2 }, \
	.usage = KEY_MAY_SIGN | KEY_ODD, .bits = 2048, .weak_hash = true, \
	.chain = CHAIN_GOOD \
}

static const struct key_facts key = KEY;

static const struct msg_key signers[] = {
	{ FPR, { (const unsigned char *)"one", 3 } },
	{ FPR, { NULL, 0 } }
};

static const struct msg_read read_sample = { 2, READ_PART, 17, 5, 6,
	"iso-2022-jp" };
static const struct msg_read_done done_sample = {
	.status = SK_ERR_LIMIT, .reason = "too deep", .facts_len = 8,
	.payload_len = 9, .last = true
};
static const struct msg_own_key own_samples[] = {
	{ FPR, 0, 1800000000, 1700000000, true, { NULL, 0 } },
	{ FPR, 1790000000, 0, 0, false, { (const unsigned char *)"own", 3 } }
};
static const struct msg_keyd_ready ready_sample = {
	"gpgme, gpg", { { own_samples, N(own_samples), "" },
	    { own_samples, 1, FPR } }
};
static const struct msg_open_mail open_mail_sample = {
	FORM_PGP_INLINE_SIGNED, 1, 2, 3, 4, signers, N(signers),
	"a@example.jp", 1790000000
};
static const struct msg_opened_mail opened_mail_sample = {
	.status = SK_OK,
	.verdict = { .outer_form = FORM_SMIME_SIGNED, .encrypted = true,
	    .integrity = false, .failed = true, .signature = SIGNATURE_GOOD,
	    .coverage = COVERS_WHOLE, .signer = FPR, .replayed = true,
	    .outside = true, .whose = SIGNER_CASE, .owner = "2026-0001",
	    .signed_at = -1, .again = true, .former = true,
	    .untried = true },
	.issuer = "0123456789ABCDEF", .nciphers = 2,
	.ciphers = { { 1, [31] = 2 }, { 3 } }, .reason = NULL,
	.certificate = { (const unsigned char *)"der", 3 }
};
static const struct msg_seal seal_sample = {
	KEY_SMIME, FPR, { (const unsigned char *)"pinned", 6 }
};
static const struct msg_sealed sealed_sample = { SK_ERR_CRYPTO, "expired" };
static const struct msg_open open_sample = {
	.purpose = OPEN_ITEM, .at = 5, .len = 6, .wrap = { 7, [79] = 8 },
	.by_case = true, .case_wrap = { 9, [79] = 10 }
};
static const struct msg_opened opened_sample = { SK_ERR_IO };
static const struct msg_rewrap rewrap_sample = {
	.wrap = { 1, [79] = 2 }, .case_pk = { 3, [31] = 4 }
};
static const struct msg_rewrapped rewrapped_sample = {
	SK_OK, { 5, [79] = 6 }
};
static const struct key_facts openpgp_key = {
	.fpr = FPR, .created = 12, .algorithm = "ed25519",
	.subkeys = subkeys, .nsubkeys = N(subkeys), .primaries = 1,
	.block = { (const unsigned char *)"block", 5 }
};
static const char names[2][41] = { FPR, FPR };
static const struct msg_inspected inspected_sample = {
	SK_OK, NULL, KEY, true, names, 2
};
static const struct msg_inspected refused_sample = {
	.status = SK_ERR_DATA, .reason = "no key in it", .names = names,
	.nnames = 1
};

static const struct msg_guard guard_sample = {
	.hash = { 1, [31] = 2 }, .nrcpts = 1, .rcpt = "sato@acme.example",
	.queue_id = "4F1tJ", .local = true
};
static const struct msg_guard guard_many_sample = {
	.hash = { 3, [31] = 4 }, .nrcpts = 7
};
static const struct msg_guarded guarded_sample = {
	GUARD_LATER, "a word"
};

const struct facts *
wire_sample_facts(void)
{
	return &facts;
}

const struct key_facts *
wire_sample_key(void)
{
	return &key;
}

#define SAMPLE(name, type, kind, value)					\
	static void							\
	put_##name(struct sk_buf *b)					\
	{								\
		kind##_put(b, &(value));				\
	}								\
	static int							\
	again_##name(struct sk_arena *a, struct sk_span s,		\
	    struct sk_buf *b)						\
	{								\
		struct type m;						\
		int r = kind##_get(a, s, &m);				\
									\
		if (r == SK_OK)						\
			kind##_put(b, &m);				\
		return r;						\
	}

SAMPLE(read, msg_read, msg_read, read_sample)
SAMPLE(guard, msg_guard, msg_guard, guard_sample)
SAMPLE(guard_many, msg_guard, msg_guard, guard_many_sample)
SAMPLE(guarded, msg_guarded, msg_guarded, guarded_sample)
SAMPLE(done, msg_read_done, msg_read_done, done_sample)
SAMPLE(ready, msg_keyd_ready, msg_keyd_ready, ready_sample)
SAMPLE(open_mail, msg_open_mail, msg_open_mail, open_mail_sample)
SAMPLE(opened_mail, msg_opened_mail, msg_opened_mail, opened_mail_sample)
SAMPLE(seal, msg_seal, msg_seal, seal_sample)
SAMPLE(sealed, msg_sealed, msg_sealed, sealed_sample)
SAMPLE(open, msg_open, msg_open, open_sample)
SAMPLE(opened, msg_opened, msg_opened, opened_sample)
SAMPLE(rewrap, msg_rewrap, msg_rewrap, rewrap_sample)
SAMPLE(rewrapped, msg_rewrapped, msg_rewrapped, rewrapped_sample)
SAMPLE(inspected, msg_inspected, msg_inspected, inspected_sample)
SAMPLE(refused, msg_inspected, msg_inspected, refused_sample)
SAMPLE(key, key_facts, key_facts, key)
SAMPLE(openpgp_key, key_facts, key_facts, openpgp_key)
SAMPLE(facts, facts, facts, facts)

#define ROW(name) { #name, put_##name, again_##name }
const struct wire_sample wire_samples[] = {
	ROW(read), ROW(done), ROW(ready), ROW(open_mail), ROW(opened_mail),
	ROW(seal), ROW(sealed), ROW(open), ROW(opened), ROW(rewrap),
	ROW(rewrapped), ROW(inspected), ROW(refused), ROW(key),
	ROW(openpgp_key), ROW(facts),
	ROW(guard), ROW(guard_many), ROW(guarded)
};
const size_t wire_nsamples = N(wire_samples);
