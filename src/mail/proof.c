/*
 * Proof: walks a finished message from its first byte to its last, before it
 * may enter the outbox (design.md section 4, I3, I4). Every line is either
 * exactly what it must be or belongs to a block that is checked whole; there
 * is no line that is skipped. It must never include a header of composing, and
 * never look for what is wrong: it knows what is right, all else fails.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>

#include "mail/proof_walk.h"

int
proof_fail(const struct proof_walk *w, const char *where, const char *what)
{
	return sk_fail(w->e, SK_ERR_CRYPTO, where,
	    "proof: %s; the copy is held", what);
}

bool
proof_line(struct proof_walk *w, struct sk_span *line)
{
	const unsigned char *nl;

	if (w->p == w->end)
		return false;
	nl = memchr(w->p, '\n', (size_t)(w->end - w->p));
	if (nl == NULL || nl == w->p || nl[-1] != '\r')
		return false;
	*line = sk_span_of(w->p, (size_t)(nl - 1 - w->p));
	w->p = nl + 1;
	return true;
}

bool
proof_expect_line(struct proof_walk *w, const char *line)
{
	struct sk_span got;

	return proof_line(w, &got) && sk_span_is(got, line);
}

/* Printable ASCII and CRLF, no long line, no blank before a line end, one line
 * end at the very end: what reaches a milter unchanged. */
static int
check_bytes(const struct proof_walk *w)
{
	const unsigned char *p = w->p;
	size_t n = (size_t)(w->end - w->p), col = 0;

	if (n > LIMIT_OUT_MESSAGE)
		return proof_fail(w, "message", "too large");
	if (n < 4 || memcmp(w->end - 2, "\r\n", 2) != 0 || w->end[-3] == '\n')
		return proof_fail(w, "message", "not exactly one final CRLF");
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\r' && p[i + 1] == '\n') {
			if (i > 0 && p[i - 1] == ' ')
				return proof_fail(w, "message",
				    "a blank before a line end");
			col = 0;
			i++;
		} else if (p[i] < ' ' || p[i] > '~') {
			return proof_fail(w, "message",
			    "a byte that is not printable ASCII");
		} else if (++col > LIMIT_OUT_HEADER) {
			return proof_fail(w, "message", "a line too long");
		}
	}
	return 0;
}

static bool
one_address(const char *s)
{
	const char *at = s == NULL ? NULL : strchr(s, '@');

	return at != NULL && at != s && at[1] != '\0' &&
	    strchr(at + 1, '@') == NULL && strpbrk(s, " ,;<>\"\r\n") == NULL;
}

/* Without something to compare with nothing is proved. */
static int
check_want(const struct proof_walk *w)
{
	const struct proof_expect *x = w->want;

	if (!one_address(x->from) || !one_address(x->to) ||
	    x->own_domain == NULL || *x->own_domain == '\0')
		return proof_fail(w, "expectation",
		    "no sender, recipient or domain to compare with");
	if (w->encrypted && !w->smime &&
	    (x->key_ids == NULL || x->nkey_ids == 0))
		return proof_fail(w, "expectation", "no pinned key");
	if (w->smime && (x->nkey_ids != 0 || x->serial.len == 0))
		return proof_fail(w, "expectation", "not one certificate");
	if (!w->encrypted && (x->subject == NULL || x->text == NULL))
		return proof_fail(w, "expectation", "no text to compare with");
	return 0;
}

/* RFC 3156 section 4, with nothing optional. */
static int
encrypted_body(struct proof_walk *w, struct sk_buf *bin)
{
	char open[PROOF_BOUNDARY + 3], close[PROOF_BOUNDARY + 5];
	int rc;

	memcpy(open, "--", 2);
	memcpy(open + 2, w->boundary, sizeof(w->boundary));
	memcpy(close, open, sizeof(open) - 1);
	memcpy(close + sizeof(open) - 1, "--", 3);
	if (!proof_expect_line(w, open))
		return proof_fail(w, "MIME", "text before the first part");
	if (!proof_expect_line(w, "Content-Type: application/pgp-encrypted") ||
	    !proof_expect_line(w, "") ||
	    !proof_expect_line(w, "Version: 1") ||
	    !proof_expect_line(w, "") || !proof_expect_line(w, open))
		return proof_fail(w, "MIME", "the first part is not the "
		    "control part of PGP/MIME");
	if (!proof_expect_line(w, "Content-Type: application/octet-stream; "
	    "name=\"encrypted.asc\"") ||
	    !proof_expect_line(w, "Content-Disposition: inline; "
	    "filename=\"encrypted.asc\"") || !proof_expect_line(w, ""))
		return proof_fail(w, "MIME",
		    "the second part is not the encrypted one");
	rc = proof_armour(w, bin);
	if (rc < 0)
		return rc;
	if (!proof_expect_line(w, "") || !proof_expect_line(w, close) ||
	    w->p != w->end)
		return proof_fail(w, "MIME",
		    "something stands after the encrypted part");
	return 0;
}

/* RFC 8551 3.3: the ciphertext in base64, and nothing behind it. */
static int
enveloped_body(struct proof_walk *w, struct sk_buf *bin)
{
	struct proof_base64 b = { .out = bin };
	struct sk_span line;

	while (w->p != w->end)
		if (!proof_line(w, &line) || !proof_base64_line(&b, line))
			return proof_fail(w, "MIME", "is not base64 to its "
			    "end");
	return 0;
}

/* Is the decoded body the wanted text with its line ends as CRLF? */
static bool
same_text(struct sk_span got, const char *want)
{
	const unsigned char *p = got.p, *end = got.p + got.len;
	char last = '\0';

	for (; *want != '\0'; last = *want++) {
		if (*want == '\n' && last == '\r')
			continue;
		if (*want == '\r' || *want == '\n') {
			if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
				return false;
			p += 2;
		} else if (p == end || *p++ != (unsigned char)*want) {
			return false;
		}
	}
	if (last != '\r' && last != '\n')
		return end - p == 2 && p[0] == '\r' && p[1] == '\n';
	return p == end;
}

static int
plain_body(struct proof_walk *w, struct sk_buf *text)
{
	struct proof_base64 b = { .out = text, .width = LIMIT_OUT_LINE };
	struct sk_span line;

	while (w->p != w->end)
		if (!proof_line(w, &line) || !proof_base64_line(&b, line))
			return proof_fail(w, "text", "is not base64");
	if (!same_text(sk_buf_span(text), w->want->text))
		return proof_fail(w, "text",
		    "is not what the template's fields give");
	return 0;
}

static int
walk(struct proof_walk *w)
{
	struct sk_buf content;
	int rc = check_want(w);

	if (rc == 0)
		rc = check_bytes(w);
	if (rc == 0)
		rc = proof_header(w);
	if (rc < 0)
		return rc;
	sk_buf_init(&content, LIMIT_OUT_MESSAGE);
	if (w->smime)
		rc = enveloped_body(w, &content);
	else
		rc = w->encrypted ? encrypted_body(w, &content) :
		    plain_body(w, &content);
	if (rc == 0 && w->encrypted)
		rc = w->smime ? proof_cms(w, sk_buf_span(&content)) :
		    proof_packets(w, sk_buf_span(&content));
	sk_buf_free(&content);
	return rc;
}

static int
prove(struct sk_span message, const struct proof_expect *want, bool encrypted,
    struct sk_error *e)
{
	struct proof_walk w = { .p = message.p, .end = message.p + message.len,
	    .want = want, .encrypted = encrypted, .e = e };
	int rc;

	if (message.p == NULL || want == NULL)
		return proof_fail(&w, "message", "nothing to prove");
	w.smime = encrypted && want->issuer.len > 0;
	w.arena = sk_arena_new();
	rc = walk(&w);
	sk_arena_free(&w.arena);
	return rc;
}

int
proof_encrypted(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e)
{
	return prove(message, want, true, e);
}

int
proof_plain(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e)
{
	return prove(message, want, false, e);
}
