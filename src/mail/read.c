/*
 * One mail, or one decrypted layer of it, to facts: prescan, second reading by
 * libetpan, header, form, text, attachments, answers. It decides nothing and
 * believes nothing; what it cannot read it says.
 */
#include <config.h>

#include <sekisho/answer.h>
#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"
#include "mail/bytes.h"
#include "mail/mime.h"
#include "mail/prescan.h"
#include "mail/read.h"

/* RFC 9788 4, or the older protected-headers="v1"; only inside a layer. */
static enum fact_protection
protection(const struct mail_work *w)
{
	const struct mime_value *type = &w->scan.parts[0].type;
	const char *hp = mime_param(w->a, type, "hp");
	const char *old = mime_param(w->a, type, "protected-headers");

	if (w->layer == 0)
		return PROTECTION_NONE;
	if (hp != NULL && sk_ascii_ieq(hp, "cipher"))
		return PROTECTION_CIPHER;
	if (hp != NULL && sk_ascii_ieq(hp, "clear"))
		return PROTECTION_CLEAR;
	return old != NULL ? PROTECTION_OLD : PROTECTION_NONE;
}

int
read_scan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *scan, bool *unwrapped, struct sk_error *e)
{
	const struct mail_part *root;
	int rc = prescan(a, raw, layer, scan, e);

	*unwrapped = false;
	if (rc != SK_OK || layer == 0)
		return rc;
	root = &scan->parts[0];
	if (!part_is(root, "message/rfc822") ||
	    root->transfer == TRANSFER_BASE64 ||
	    root->transfer == TRANSFER_QP)
		return SK_OK;
	*unwrapped = true;
	/* A mail, so its header needs no Content-Type to be one. */
	return prescan(a, part_body(scan, root), 0, scan, e);
}

/* What a person wrote, not what a mail system says. */
static void
read_content(struct mail_work *w, const struct lines *l)
{
	if (w->out->automatic == AUTO_DSN)
		return;
	indicators_find(w->a, l, w->out->answer.ref != NULL, w->out);
	details_find(w->a, l, w->out);
}

static void
read_words(struct mail_work *w)
{
	struct lines l;

	text_split(w->a, w->out->text, &l);
	answer_parse_lines(w->a, &l, &w->out->answer);
	other_answer_apply(&w->other, &w->out->answer);
	read_content(w, &l);
	w->out->gives_password = w->out->nattachments == 0 &&
	    gives_password(w->a, &l, w->out->subject, w->out->nrefs > 0);
}

static int
read_layer(struct mail_work *w)
{
	bool unwrapped;
	int rc;

	rc = read_scan(w->a, w->scan.raw, w->layer, &w->scan, &unwrapped,
	    w->e);
	if (rc != SK_OK)
		return rc;
	mime_confirm(w->a, &w->scan);
	w->out->doubts |= w->scan.doubts;
	w->out->protection = unwrapped ? PROTECTION_WRAPPED : protection(w);
	w->is_protected = w->out->protection != PROTECTION_NONE;
	w->roles = sk_arena_array(w->a, w->scan.n, sizeof(*w->roles));
	read_envelope(w);
	rc = read_form(w);
	if (rc != SK_OK)
		return rc;
	read_other_forms(w);
	read_text(w);
	read_bounce(w);
	read_attachments(w);
	read_imitation(w);
	read_words(w);
	return SK_OK;
}

int
mail_read_inline(struct sk_span raw, unsigned layer, const char *charset,
    struct sk_arena *a, struct facts *out, struct sk_buf *payload,
    struct sk_error *e)
{
	struct mail_work w = { .a = a, .layer = layer, .out = out,
		.payload = payload, .charset = charset, .e = e };

	*out = (struct facts){ 0 };
	if (raw.len == 0)
		return sk_fail(e, SK_ERR_DATA, "mail", "the mail is empty");
	w.scan.raw = raw;
	return read_layer(&w);
}

int
mail_read(struct sk_span raw, unsigned layer, struct sk_arena *a,
    struct facts *out, struct sk_buf *payload, struct sk_error *e)
{
	return mail_read_inline(raw, layer, NULL, a, out, payload, e);
}
