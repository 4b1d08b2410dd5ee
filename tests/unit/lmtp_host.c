/* The program around the LMTP machine: see lmtp_host.h. */
#include <config.h>

#include "lmtp_host.h"

static void
host_write(void *ctx, const void *p, size_t n)
{
	struct host *h = ctx;
	const unsigned char *c = p;

	assert_true(n > 0 && n <= 4096);
	for (size_t i = 0; i < n; i++)
		assert_true(c[i] == '\r' || c[i] == '\n' ||
		    (c[i] >= ' ' && c[i] <= '~'));
	sk_buf_add(&h->out, p, n);
	h->writes++;
}

static int
host_rcpt(void *ctx, const char *address)
{
	(void)ctx;
	if (strncmp(address, "csc-", 4) == 0)
		return SK_OK;
	return strncmp(address, "busy", 4) == 0 ? SK_ERR_IO : SK_ERR_DATA;
}

static int
host_begin(void *ctx, const struct lmtp_envelope *env)
{
	struct host *h = ctx;

	assert_false(h->open);
	sk_buf_addf(&h->envelopes, "<%s> %zu%s%s:", env->sender, env->size,
	    env->body8bit ? " 8bit" : "", env->smtputf8 ? " utf8" : "");
	for (size_t i = 0; i < env->nrcpts; i++)
		sk_buf_addf(&h->envelopes, " %s", env->rcpts[i]);
	sk_buf_adds(&h->envelopes, "\n");
	if (h->begin_rc != SK_OK)
		return h->begin_rc;
	h->open = true;
	h->failed = false;
	h->begins++;
	return SK_OK;
}

static int
host_content(void *ctx, const void *p, size_t n)
{
	struct host *h = ctx;

	assert_true(h->open && n > 0);
	assert_false(h->failed);
	if (h->content_rc != SK_OK) {
		h->failed = true;
		return h->content_rc;
	}
	sk_buf_add(&h->content, p, n);
	return SK_OK;
}

static void
host_end(void *ctx)
{
	struct host *h = ctx;

	assert_true(h->open);
	h->open = false;
	h->ends++;
	sk_buf_adds(&h->content, "<end>");
	if (h->sync)
		lmtp_committed(h->s, h->commit_rc);
}

static void
host_abort(void *ctx)
{
	struct host *h = ctx;

	assert_true(h->open);
	h->open = false;
	h->aborts++;
	sk_buf_adds(&h->content, "<abort>");
}

void
host_open(struct host *h)
{
	static const struct lmtp_ops ops = {
		.write = host_write, .rcpt = host_rcpt, .begin = host_begin,
		.content = host_content, .end = host_end, .abort = host_abort,
	};
	size_t most = 8 << 20;

	sk_buf_init(&h->out, most);
	sk_buf_init(&h->content, most);
	sk_buf_init(&h->envelopes, most);
	sk_buf_init(&h->codes, most);
	h->s = lmtp_new("gate.example.jp", h->max != 0 ? h->max : HOST_MAX,
	    &ops, h);
	lmtp_greet(h->s);
}

void
host_close(struct host *h)
{
	lmtp_free(&h->s);
	assert_null(h->s);
	assert_false(h->open);
	assert_int_equal(h->begins, h->ends + h->aborts);
	sk_buf_free(&h->out);
	sk_buf_free(&h->content);
	sk_buf_free(&h->envelopes);
	sk_buf_free(&h->codes);
}

static void
play_piece(struct host *h, const struct piece *piece, size_t slice)
{
	size_t at = 0;

	while (at < piece->n) {
		size_t n = piece->n - at < slice ? piece->n - at : slice;
		size_t used = lmtp_feed(h->s, piece->p + at, n);

		assert_true(used == n || lmtp_waiting(h->s));
		at += used;
		if (!lmtp_waiting(h->s))
			continue;
		assert_int_equal(lmtp_feed(h->s, "x", 1), 0);
		if (h->hold)
			return;
		lmtp_committed(h->s, h->commit_rc);
	}
}

void
host_play(struct host *h, const struct piece *piece, size_t n, size_t slice)
{
	for (size_t i = 0; i < n; i++)
		play_piece(h, &piece[i], slice);
}

void
host_say(struct host *h, const char *text)
{
	struct piece piece = { text, strlen(text) };

	host_play(h, &piece, 1, SIZE_MAX);
}

/* RFC 5321 4.2: code, blank or hyphen, text, CRLF, at most 512 octets. */
static void
add_code(struct sk_buf *codes, const char *line, size_t n)
{
	assert_true(n >= 4 && n <= 510);
	assert_true(strspn(line, "0123456789") == 3);
	assert_true(line[3] == ' ' || line[3] == '-');
	assert_null(memchr(line, '\r', n));
	if (line[3] == '-')
		return;
	if (codes->len > 0)
		sk_buf_adds(codes, " ");
	sk_buf_add(codes, line, 3);
	if (n > 9 && line[5] == '.' && line[7] == '.') {
		assert_true(line[0] == line[4]);
		sk_buf_addf(codes, ":%.5s", line + 4);
	}
}

const char *
host_codes(struct host *h)
{
	const char *p = sk_buf_str(&h->out), *end = p + h->out.len;

	sk_buf_clear(&h->codes);
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));

		assert_true(lf != NULL && lf > p && lf[-1] == '\r');
		add_code(&h->codes, p, (size_t)(lf - p) - 1);
		p = lf + 1;
	}
	sk_buf_clear(&h->out);
	return sk_buf_str(&h->codes);
}
