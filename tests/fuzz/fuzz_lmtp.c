/*
 * A peer that says anything, in any slices, to a program that says no at any
 * time. Checked: events pair, replies are replies, a mail that ends holds no
 * stray CR or LF and keeps to the size, and input is left over only while the
 * machine waits for a commit.
 *
 * Input: two octets of seed, then what the peer sends. A slice ends behind
 * "DATA\r\n" in most runs, or no mail would ever begin.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>

#include <sekisho/error.h>
#include <sekisho/lmtp.h>

#include "fuzz.h"

#define MAX_BYTES 600

struct host {
	struct lmtp_session *s;
	uint32_t seed;
	bool open, failed;
	size_t begins, ends, aborts;
	size_t count;		/* content octets of this mail */
	unsigned char last;	/* its last octet */
	char line[4];		/* how the reply line in hand begins */
	size_t nline;
};

/* One time in n. */
static bool
chance(struct host *h, uint32_t n)
{
	return fuzz_next(&h->seed) % n == 0;
}

static int
answer(struct host *h, uint32_t n)
{
	if (!chance(h, n))
		return SK_OK;
	return chance(h, 2) ? SK_ERR_DATA : SK_ERR_IO;
}

static void
reply_line(const struct host *h)
{
	FUZZ_CHECK(h->nline >= 4 && h->nline <= 511);
	FUZZ_CHECK(h->line[0] >= '2' && h->line[0] <= '5');
	FUZZ_CHECK(h->line[1] >= '0' && h->line[1] <= '5');
	FUZZ_CHECK(h->line[2] >= '0' && h->line[2] <= '9');
	FUZZ_CHECK(h->line[3] == ' ' || h->line[3] == '-');
}

static void
on_write(void *ctx, const void *p, size_t n)
{
	struct host *h = ctx;
	const char *c = p;
	char before = '\0';

	FUZZ_CHECK(n > 0);
	for (size_t i = 0; i < n; i++) {
		if (c[i] == '\n') {
			FUZZ_CHECK(i == 0 || before == '\r');
			reply_line(h);
			h->nline = 0;
		} else {
			FUZZ_CHECK(c[i] == '\r' ||
			    (c[i] >= ' ' && c[i] <= '~'));
			if (h->nline < 4)
				h->line[h->nline] = c[i];
			h->nline++;
		}
		before = c[i];
	}
}

static int
on_rcpt(void *ctx, const char *address)
{
	struct host *h = ctx;

	FUZZ_CHECK(strlen(address) > 0 && strlen(address) <= 254);
	FUZZ_CHECK(strpbrk(address, "\r\n") == NULL);
	return answer(h, 4);
}

static int
on_begin(void *ctx, const struct lmtp_envelope *env)
{
	struct host *h = ctx;
	int rc = answer(h, 8);

	FUZZ_CHECK(!h->open && env->nrcpts > 0 && env->nrcpts <= 100);
	FUZZ_CHECK(env->size <= MAX_BYTES && strlen(env->sender) <= 254);
	for (size_t i = 0; i < env->nrcpts; i++)
		FUZZ_CHECK(strlen(env->rcpts[i]) > 0);
	if (rc != SK_OK)
		return rc;
	h->open = true;
	h->failed = false;
	h->begins++;
	h->count = 0;
	h->last = '\n';
	return SK_OK;
}

static int
on_content(void *ctx, const void *p, size_t n)
{
	struct host *h = ctx;
	const unsigned char *c = p;

	FUZZ_CHECK(h->open && !h->failed && n > 0);
	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK((c[i] == '\n') == (h->last == '\r') ||
		    (h->count == 0 && i == 0));
		h->last = c[i];
	}
	h->count += n;
	h->failed = chance(h, 16);
	return h->failed ? SK_ERR_IO : SK_OK;
}

static void
on_end(void *ctx)
{
	struct host *h = ctx;

	FUZZ_CHECK(h->open && !h->failed);
	FUZZ_CHECK(h->count <= MAX_BYTES && h->last == '\n');
	h->open = false;
	h->ends++;
	if (chance(h, 3))
		lmtp_committed(h->s, answer(h, 4));
}

static void
on_abort(void *ctx)
{
	struct host *h = ctx;

	FUZZ_CHECK(h->open);
	h->open = false;
	h->aborts++;
}

/* How much of the rest comes in one read. */
static size_t
slice(struct host *h, const uint8_t *p, size_t n)
{
	static const char data[] = "DATA\r\n";
	const uint8_t *at = memmem(p, n, data, 6);
	size_t most = 1 + fuzz_next(&h->seed) % (chance(h, 2) ? 4 : 700);

	if (at != NULL && !chance(h, 16) && (size_t)(at - p) + 6 < n)
		n = (size_t)(at - p) + 6;
	return most < n ? most : n;
}

static void
play(struct host *h, const uint8_t *p, size_t n)
{
	size_t at = 0, len, used;

	while (at < n) {
		len = slice(h, p + at, n - at);
		used = lmtp_feed(h->s, p + at, len);
		at += used;
		FUZZ_CHECK(used == len || lmtp_waiting(h->s));
		if (chance(h, 64))
			lmtp_shutdown(h->s, "fuzz\r\n\xff");
		if (lmtp_waiting(h->s) && !chance(h, 32))
			lmtp_committed(h->s, answer(h, 4));
		else if (lmtp_waiting(h->s))
			return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct lmtp_ops ops = {
		.write = on_write, .rcpt = on_rcpt, .begin = on_begin,
		.content = on_content, .end = on_end, .abort = on_abort,
	};
	struct host h = { 0 };

	if (n < 2)
		return 0;
	h.seed = p[0] | (uint32_t)p[1] << 8 | 0x10000;
	h.s = lmtp_new("fuzz.example", MAX_BYTES, &ops, &h);
	lmtp_greet(h.s);
	play(&h, p + 2, n - 2);
	lmtp_free(&h.s);
	FUZZ_CHECK(!h.open && h.begins == h.ends + h.aborts);
	FUZZ_CHECK(h.nline == 0);
	return 0;
}
