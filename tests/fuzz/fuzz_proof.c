/*
 * Proof against any bytes, and proof against our own composer: what is accepted
 * must be what we say it is, and what we compose from whatever people write
 * must be accepted.
 *
 * Input: one octet of mode, then: M a whole E mail, P a whole P mail, K the
 * packets of an E mail (armoured right here), C values for the fields of a
 * mail, each ended by a NUL.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>

#include <sekisho/compose.h>
#include <sekisho/error.h>
#include <sekisho/limits.h>
#include <sekisho/proof.h>

#include "fuzz.h"

#define FROM "csc-info@council.example"
#define TO "sato@acme.example"
#define TOKEN "abcdefghijklmnopqrstuvwxyz"

static const char *const keys[] = { "1111111111111111" };

static struct proof_expect
expectation(void)
{
	return (struct proof_expect){ .from = FROM, .to = TO,
	    .own_domain = "council.example", .key_ids = keys, .nkey_ids = 1,
	    .subject = "subject", .text = "text\n" };
}

static struct compose_head
head(void)
{
	return (struct compose_head){ .from = FROM, .to = TO,
	    .subject = "subject", .message_id = TOKEN "@council.example",
	    .date = 1775001600, .tz_minutes = 540 };
}

static void
ascii(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK((p[i] >= ' ' && p[i] <= '~') || p[i] == '\r' ||
		    p[i] == '\n');
}

/* A payload: the fields we know, whatever people wrote into them. */
static void
payload(const uint8_t *p, size_t n)
{
	static const char first[] = "FTRSDMIRAHCX";	/* From, To, ... */

	ascii(p, n);
	for (; n > 2 && p[0] != '\r'; p++, n--) {
		const uint8_t *nl = memchr(p, '\n', n);

		FUZZ_CHECK(nl != NULL && nl[-1] == '\r');
		FUZZ_CHECK(*p == ' ' || strchr(first, *p) != NULL);
		n -= (size_t)(nl - p);
		p = nl;
	}
}

/* What any accepted mail has, found without a parser. */
static void
accepted(const uint8_t *p, size_t n, bool encrypted)
{
	const char *to = "To: " TO "\r\n";
	size_t header = (size_t)((const uint8_t *)memmem(p, n, "\r\n\r\n", 4) -
	    p);

	ascii(p, n);
	FUZZ_CHECK(memmem(p, header + 2, to, strlen(to)) != NULL);
	FUZZ_CHECK(memchr(p + header, '@', n - header) == NULL);
	if (encrypted)
		FUZZ_CHECK(memmem(p, header + 2, "\r\nSubject: [...]\r\n", 18) !=
		    NULL || memcmp(p, "Subject: [...]\r\n", 16) == 0);
}

static void
any_mail(const uint8_t *p, size_t n, bool encrypted)
{
	struct proof_expect want = expectation();
	struct sk_error e;
	int rc = encrypted ? proof_encrypted(sk_span_of(p, n), &want, &e) :
	    proof_plain(sk_span_of(p, n), &want, &e);

	FUZZ_CHECK(rc == 0 || (rc == SK_ERR_CRYPTO && e.text[0] != '\0'));
	if (rc == 0)
		accepted(p, n, encrypted);
}

static void
add64(struct sk_buf *out, const uint8_t *p, size_t n)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16 |
		    (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
		    (i + 2 < n ? p[i + 2] : 0);

		if (i > 0 && i % 48 == 0)
			sk_buf_addc(out, '\n');
		sk_buf_addc(out, abc[w >> 18]);
		sk_buf_addc(out, abc[w >> 12 & 63]);
		sk_buf_addc(out, i + 1 < n ? abc[w >> 6 & 63] : '=');
		sk_buf_addc(out, i + 2 < n ? abc[w & 63] : '=');
	}
}

static void
armour(struct sk_buf *out, const uint8_t *p, size_t n)
{
	uint32_t crc = 0xb704ce;
	uint8_t sum[3];

	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)p[i] << 16;
		for (int k = 0; k < 8; k++)
			crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0);
	}
	sum[0] = (uint8_t)(crc >> 16);
	sum[1] = (uint8_t)(crc >> 8);
	sum[2] = (uint8_t)crc;
	sk_buf_adds(out, "-----BEGIN PGP MESSAGE-----\n\n");
	add64(out, p, n);
	sk_buf_adds(out, "\n=");
	add64(out, sum, 3);
	sk_buf_adds(out, "\n-----END PGP MESSAGE-----\n");
}

/* Whatever is accepted begins with one packet for the pinned key, and the next
 * byte after it is a packet of tag 18 in the new format. */
static void
any_packets(const uint8_t *p, size_t n)
{
	static const uint8_t id[8] = { 17, 17, 17, 17, 17, 17, 17, 17 };
	struct proof_expect want = expectation();
	struct compose_head h = head();
	struct sk_buf asc, mail;
	size_t lead, len;

	sk_buf_init(&asc, LIMIT_OUT_MESSAGE);
	sk_buf_init(&mail, LIMIT_OUT_MESSAGE);
	armour(&asc, p, n);
	if (n > 0 && compose_encrypted(&h, sk_buf_span(&asc), TOKEN, &mail,
	    NULL) == 0 && proof_encrypted(sk_buf_span(&mail), &want, NULL) ==
	    0) {
		FUZZ_CHECK(n > 60);
		lead = p[0] == 0x85 ? 3 : p[0] == 0xc1 && p[1] >= 192 ? 3 : 2;
		len = lead == 2 ? p[1] : p[0] == 0x85 ? p[1] * 256u + p[2] :
		    (p[1] - 192u) * 256 + p[2] + 192;
		FUZZ_CHECK(p[0] == 0x84 || p[0] == 0x85 || p[0] == 0xc1);
		FUZZ_CHECK(p[lead] == 3 && memcmp(p + lead + 1, id, 8) == 0);
		FUZZ_CHECK(lead + len + 40 < n && p[lead + len] == 0xd2);
	}
	sk_buf_free(&asc);
	sk_buf_free(&mail);
}

/* The next value of the input. */
static const char *
value(const char **s, const char *end)
{
	const char *v = *s;

	if (v < end)
		*s += strlen(v) + 1;
	return v < end ? v : NULL;
}

static void
any_values(const char *s, size_t n)
{
	struct proof_expect want = expectation();
	struct compose_head h = head();
	const char *end = s + n, *refs[3], *text;
	struct compose_attachment att = { .bytes = sk_span_of(s, n) };
	struct sk_buf mail;

	h.subject = value(&s, end);
	h.from_name = value(&s, end);
	text = value(&s, end);
	h.in_reply_to = refs[0] = value(&s, end);
	refs[1] = value(&s, end);
	refs[2] = value(&s, end);
	h.references = refs;
	h.nreferences = 3;
	att.name = value(&s, end);
	att.type = value(&s, end);
	want.subject = h.subject;
	want.from_name = h.from_name;
	want.text = text;
	sk_buf_init(&mail, LIMIT_OUT_MESSAGE);
	if (compose_plain(&h, text, &mail, NULL) == 0) {
		FUZZ_CHECK(proof_plain(sk_buf_span(&mail), &want, NULL) == 0);
		accepted(mail.p, mail.len, false);
	}
	if (compose_payload(&h, text, &att, 1, TOKEN, &mail, NULL) == 0)
		payload(mail.p, mail.len);
	sk_buf_free(&mail);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char *values;

	if (n < 1)
		return 0;
	switch (p[0]) {
	case 'M':
	case 'P':
		any_mail(p + 1, n - 1, p[0] == 'M');
		break;
	case 'K':
		any_packets(p + 1, n - 1);
		break;
	case 'C':
		values = calloc(1, n);
		FUZZ_CHECK(values != NULL);
		memcpy(values, p + 1, n - 1);
		any_values(values, n);
		free(values);
		break;
	}
	return 0;
}
