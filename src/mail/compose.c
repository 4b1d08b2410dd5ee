/*
 * Composing the three kinds of mail that leave: a P text, the payload of an E
 * text (which keyd signs and encrypts), and the PGP/MIME message around it.
 * Header protection is RFC 9788 with hcp_baseline: the real subject stands in
 * the payload only, HP-Outer says what the outside shows, and older readers
 * see the subject as the first line of the text. It must never take a byte
 * from a parsed mail but safe Message-IDs (L7), name a second recipient (I3),
 * or put the real subject or any of the text outside the ciphertext (I4, L4).
 */
#include <config.h>

#include <string.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/encode.h"

enum {
	FIELDS = 9,
	BOUNDARY = 26,
	REFERENCES_KEPT = 20,
	LABEL_MAX = 200,
	/* Copies of one digest differ by what each person may see; sizes in
	 * steps keep that from whoever counts bytes on the wire (B5). */
	PAD_SMALL = 4096, PAD_SMALL_UNTIL = 65536, PAD_LARGE = 65536,
	PAD_LEAST = sizeof("X-Padding: .\r\n") - 1,
	PAD_LINE = 64
};

struct fields {
	struct { const char *name; char *value; } f[FIELDS];
	size_t n;
};

static void
put(struct fields *f, const char *name, char *value)
{
	f->f[f->n].name = name;
	f->f[f->n++].value = value;
}

/* Names that we make ourselves: nothing but what sk_random_base32 gives and
 * dots, so that no case number can hide in one (L4). */
static bool
own_id_ok(const char *id)
{
	size_t n = id == NULL ? 0 : strspn(id, "abcdefghijklmnopqrstuvwxyz"
	    "234567.");

	return n >= BOUNDARY && id[n] == '@' && sk_address_valid(id) &&
	    enc_id_safe(id);
}

static bool
boundary_ok(const char *b)
{
	return b != NULL && strlen(b) == BOUNDARY && sk_is_base32(b, BOUNDARY);
}

static int
put_thread(struct sk_arena *a, const struct compose_head *h, struct fields *f)
{
	char *v = h->in_reply_to == NULL ? NULL :
	    enc_ids(a, &h->in_reply_to, 1, 1, h->to);

	if (v != NULL)
		put(f, "In-Reply-To", v);
	v = enc_ids(a, h->references, h->nreferences, REFERENCES_KEPT, h->to);
	if (v != NULL)
		put(f, "References", v);
	return 0;
}

static int
put_ids(struct sk_arena *a, const struct compose_head *h, struct fields *f,
    struct sk_error *e)
{
	char *date = enc_date(a, h->date, h->tz_minutes, e);

	if (date == NULL)
		return SK_ERR_DATA;
	if (!own_id_ok(h->message_id))
		return sk_fail(e, SK_ERR_DATA, "Message-ID",
		    "not at least %d characters of a-z2-7 at our domain",
		    BOUNDARY);
	put(f, "Date", date);
	put(f, "Message-ID", sk_arena_printf(a, "<%s>", h->message_id));
	put_thread(a, h, f);
	if (h->auto_submitted == NULL)
		return 0;
	if (strcmp(h->auto_submitted, "auto-replied") != 0 &&
	    strcmp(h->auto_submitted, "auto-generated") != 0)
		return sk_fail(e, SK_ERR_DATA, "Auto-Submitted",
		    "neither auto-replied nor auto-generated (RFC 3834)");
	put(f, "Auto-Submitted", sk_arena_str(a, h->auto_submitted));
	return 0;
}

static int
make_fields(struct sk_arena *a, const struct compose_head *h, struct fields *f,
    struct sk_error *e)
{
	char *from = enc_mailbox(a, "From", h->from_name, h->from, e);
	char *to = from ? enc_mailbox(a, "To", NULL, h->to, e) : NULL;
	char *subject = to ? enc_text(a, "Subject", h->subject, e) : NULL;
	char *reply = NULL;

	if (subject == NULL)
		return e != NULL && e->code < 0 ? e->code : SK_ERR_DATA;
	if (h->reply_to != NULL) {
		reply = enc_mailbox(a, "Reply-To", NULL, h->reply_to, e);
		if (reply == NULL)
			return SK_ERR_DATA;
	}
	put(f, "From", from);
	put(f, "To", to);
	if (reply != NULL)
		put(f, "Reply-To", reply);
	put(f, "Subject", subject);
	return put_ids(a, h, f, e);
}

static const char *
shown(const struct fields *f, size_t i, bool outside)
{
	return outside && strcmp(f->f[i].name, "Subject") == 0 ?
	    OUTER_SUBJECT : f->f[i].value;
}

static void
add_fields(struct sk_buf *out, const struct fields *f, const char *prefix,
    bool outside)
{
	for (size_t i = 0; i < f->n; i++) {
		sk_buf_addf(out, "%s%s: ", prefix, f->f[i].name);
		sk_buf_adds(out, shown(f, i, outside));
		sk_buf_add(out, "\r\n", 2);
	}
}

/* Of the payload alone: no HP-Outer speaks of them, so a reader knows that the
 * outside never had any. */
static int
add_labels(struct sk_buf *out, const struct compose_head *h,
    struct sk_error *e)
{
	for (size_t i = 0; i < h->nlabels; i++) {
		const char *p = h->labels[i];

		while (*p >= ' ' && *p <= '~')
			p++;
		if (*p || p - h->labels[i] > LABEL_MAX)
			return sk_fail(e, SK_ERR_DATA, "X-Sekisho-Label",
			    "not at most %d printable ASCII characters",
			    LABEL_MAX);
		sk_buf_addf(out, "X-Sekisho-Label: %s\r\n", h->labels[i]);
	}
	return 0;
}

/* Nothing half-made is ever handed out. */
static int
finish(struct sk_arena *a, struct sk_buf *out, int rc, struct sk_error *e)
{
	if (rc == 0 && (out->over || out->len > LIMIT_OUT_MESSAGE))
		rc = sk_fail(e, SK_ERR_LIMIT, "message",
		    "larger than %lu bytes; send less at once",
		    LIMIT_OUT_MESSAGE);
	if (rc < 0)
		sk_buf_clear(out);
	sk_arena_free(&a);
	return rc;
}

static int
check_text(const char *text, struct sk_error *e)
{
	if (text == NULL || !sk_utf8_valid(sk_span_str(text)))
		return sk_fail(e, SK_ERR_DATA, "text", "not valid UTF-8");
	if (strlen(text) > LIMIT_OUT_MESSAGE)
		return sk_fail(e, SK_ERR_LIMIT, "text", "too long");
	return 0;
}

int
compose_plain(const struct compose_head *h, const char *text,
    struct sk_buf *out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct fields f = { .n = 0 };
	int rc = check_text(text, e);

	sk_buf_clear(out);
	if (rc == 0)
		rc = make_fields(a, h, &f, e);
	if (rc == 0) {
		add_fields(out, &f, "", false);
		sk_buf_adds(out, "MIME-Version: 1.0\r\n"
		    "Content-Type: text/plain; charset=utf-8\r\n"
		    "Content-Transfer-Encoding: base64\r\n\r\n");
		enc_lines(out, text);
	}
	return finish(a, out, rc, e);
}

/* RFC 9788 section 5: for readers that show the outer subject only. */
static void
add_legacy_text(struct sk_buf *out, const char *subject, const char *text)
{
	struct sk_buf b;

	sk_buf_init(&b, strlen(subject) + strlen(text) + 32);
	sk_buf_addf(&b, "Subject: %s\n\n", subject);
	sk_buf_adds(&b, text);
	enc_lines(out, sk_buf_str(&b));
	sk_buf_free(&b);
}

static void
add_single(struct sk_buf *out, const struct compose_head *h, const char *text)
{
	sk_buf_adds(out, "Content-Type: text/plain; charset=utf-8;"
	    " hp=\"cipher\";\r\n hp-legacy-display=\"1\";"
	    " protected-headers=\"v1\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	add_legacy_text(out, h->subject, text);
}

static int
add_mixed(struct sk_arena *a, struct sk_buf *out, const struct compose_head *h,
    const char *text, const struct compose_attachment *att, size_t natt,
    const char *boundary, struct sk_error *e)
{
	sk_buf_addf(out, "Content-Type: multipart/mixed; hp=\"cipher\";\r\n"
	    " protected-headers=\"v1\"; boundary=\"%s\"\r\n\r\n"
	    "--%s\r\nContent-Type: text/plain; charset=utf-8;"
	    " hp-legacy-display=\"1\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n", boundary, boundary);
	add_legacy_text(out, h->subject, text);
	for (size_t i = 0; i < natt; i++) {
		int rc;

		sk_buf_addf(out, "\r\n--%s\r\n", boundary);
		rc = enc_attachment(a, &att[i], out, e);
		if (rc < 0)
			return rc;
		enc_base64(out, att[i].bytes);
	}
	sk_buf_addf(out, "\r\n--%s--\r\n", boundary);
	return 0;
}

/* A field that no reader shows, as long as it takes to reach the next step. */
static void
add_padding(struct sk_buf *out, size_t rest)
{
	size_t now = out->len + rest + PAD_LEAST;
	size_t step = now <= PAD_SMALL_UNTIL ? PAD_SMALL : PAD_LARGE;
	size_t dots = (step - now % step) % step + 1;

	sk_buf_adds(out, "X-Padding: ");
	for (size_t line = 0; dots > 0; line++) {
		if (line == PAD_LINE && dots > 3) {
			sk_buf_adds(out, "\r\n ");
			dots -= 3;
			line = 0;
		}
		sk_buf_addc(out, '.');
		dots--;
	}
	sk_buf_add(out, "\r\n", 2);
}

int
compose_payload(const struct compose_head *h, const char *text,
    const struct compose_attachment *att, size_t natt, const char *boundary,
    struct sk_buf *out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct fields f = { .n = 0 };
	struct sk_buf body;
	int rc = check_text(text, e);

	sk_buf_clear(out);
	sk_buf_init(&body, LIMIT_OUT_MESSAGE);
	if (rc == 0 && !boundary_ok(boundary))
		rc = sk_fail(e, SK_ERR_BUG, "boundary", "not %d of a-z2-7",
		    BOUNDARY);
	if (rc == 0)
		rc = make_fields(a, h, &f, e);
	if (rc == 0) {
		add_fields(out, &f, "", false);
		add_fields(out, &f, "HP-Outer: ", true);
		rc = add_labels(out, h, e);
	}
	if (rc == 0) {
		sk_buf_adds(&body, "MIME-Version: 1.0\r\n");
		if (natt == 0)
			add_single(&body, h, text);
		else
			rc = add_mixed(a, &body, h, text, att, natt,
			    boundary, e);
	}
	if (rc == 0) {
		add_padding(out, body.len);
		sk_buf_add(out, body.p, body.len);
		out->over = out->over || body.over;
	}
	sk_buf_free(&body);
	return finish(a, out, rc, e);
}

/* Line by line with CRLF; whether it is what it should be is for proof. */
static int
add_armour(struct sk_buf *out, struct sk_span armour, struct sk_error *e)
{
	for (size_t at = 0; at < armour.len; ) {
		const unsigned char *p = armour.p + at;
		const unsigned char *nl = memchr(p, '\n', armour.len - at);
		size_t n = nl == NULL ? armour.len - at : (size_t)(nl - p);

		at += n + 1;
		if (n > 0 && p[n - 1] == '\r')
			n--;
		if (n > LIMIT_OUT_LINE)
			return sk_fail(e, SK_ERR_DATA, "ciphertext",
			    "a line is longer than %d", LIMIT_OUT_LINE);
		for (size_t i = 0; i < n; i++)
			if (p[i] < ' ' || p[i] > '~')
				return sk_fail(e, SK_ERR_DATA, "ciphertext",
				    "not armoured");
		sk_buf_add(out, p, n);
		sk_buf_add(out, "\r\n", 2);
	}
	return 0;
}

/* The outer header and what says how the ciphertext is wrapped. */
static int
begin_outer(struct sk_arena *a, const struct compose_head *h,
    struct sk_buf *out, struct sk_error *e)
{
	struct fields f = { .n = 0 };
	int rc = make_fields(a, h, &f, e);

	if (rc == 0)
		add_fields(out, &f, "", true);
	sk_buf_adds(out, "MIME-Version: 1.0\r\n");
	return rc;
}

int
compose_encrypted(const struct compose_head *h, struct sk_span armour,
    const char *boundary, struct sk_buf *out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	int rc = 0;

	sk_buf_clear(out);
	if (!boundary_ok(boundary))
		rc = sk_fail(e, SK_ERR_BUG, "boundary", "not %d of a-z2-7",
		    BOUNDARY);
	if (rc == 0)
		rc = begin_outer(a, h, out, e);
	if (rc == 0) {
		sk_buf_addf(out, "Content-Type: multipart/encrypted;"
		    " protocol=\"application/pgp-encrypted\";\r\n"
		    " boundary=\"%s\"\r\n\r\n--%s\r\n"
		    "Content-Type: application/pgp-encrypted\r\n\r\n"
		    "Version: 1\r\n\r\n--%s\r\n"
		    "Content-Type: application/octet-stream;"
		    " name=\"encrypted.asc\"\r\n"
		    "Content-Disposition: inline;"
		    " filename=\"encrypted.asc\"\r\n\r\n",
		    boundary, boundary, boundary);
		rc = add_armour(out, armour, e);
		sk_buf_addf(out, "\r\n--%s--\r\n", boundary);
	}
	return finish(a, out, rc, e);
}

int
compose_enveloped(const struct compose_head *h, struct sk_span base64,
    struct sk_buf *out, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	int rc;

	sk_buf_clear(out);
	rc = begin_outer(a, h, out, e);
	if (rc == 0) {
		sk_buf_adds(out, "Content-Type: application/pkcs7-mime;"
		    " smime-type=enveloped-data;\r\n name=\"smime.p7m\"\r\n"
		    "Content-Transfer-Encoding: base64\r\n"
		    "Content-Disposition: attachment;"
		    " filename=\"smime.p7m\"\r\n\r\n");
		rc = add_armour(out, base64, e);
	}
	return finish(a, out, rc, e);
}
