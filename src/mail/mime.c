/*
 * The only libetpan user. It reads the skeleton of a mail (mime.h), never the
 * mail: no content, no message inside a message, no header but the MIME
 * fields, and only after the prescan. Its recursion is bounded by the depth
 * of the skeleton, its time by the number of parts.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <libetpan/charconv.h>
#include <libetpan/libetpan.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/mime.h"

struct walk {
	struct sk_arena *a;
	struct mime_reading *out;
	size_t n, max;
};

static const char *
discrete_word(const struct mailmime_discrete_type *t)
{
	switch (t->dt_type) {
	case MAILMIME_DISCRETE_TYPE_TEXT:
		return "text";
	case MAILMIME_DISCRETE_TYPE_IMAGE:
		return "image";
	case MAILMIME_DISCRETE_TYPE_AUDIO:
		return "audio";
	case MAILMIME_DISCRETE_TYPE_VIDEO:
		return "video";
	case MAILMIME_DISCRETE_TYPE_APPLICATION:
		return "application";
	default:
		return t->dt_extension;
	}
}

static const char *
type_word(struct sk_arena *a, const struct mailmime_content *c)
{
	const struct mailmime_type *t = c->ct_type;
	const char *kind = NULL;

	if (t->tp_type == MAILMIME_TYPE_DISCRETE_TYPE)
		kind = discrete_word(t->tp_data.tp_discrete_type);
	if (kind == NULL || c->ct_subtype == NULL)
		return NULL;
	return sk_ascii_lower(a, sk_arena_printf(a, "%s/%s", kind,
	    c->ct_subtype));
}

static enum transfer
transfer_word(const struct mailmime_mechanism *m)
{
	if (m == NULL)
		return TRANSFER_IDENTITY;
	switch (m->enc_type) {
	case MAILMIME_MECHANISM_QUOTED_PRINTABLE:
		return TRANSFER_QP;
	case MAILMIME_MECHANISM_BASE64:
		return TRANSFER_BASE64;
	case MAILMIME_MECHANISM_TOKEN:
		return transfer_of(m->enc_token);
	default:
		return TRANSFER_IDENTITY;
	}
}

static void
add_leaf(struct walk *w, struct mailmime *m)
{
	struct mailmime_single_fields fields = { 0 };
	const struct mailmime_data *d = m->mm_data.mm_single;
	struct mime_reading r = { 0 };
	char *charset;

	if (m->mm_mime_fields != NULL)
		mailmime_single_fields_init(&fields, m->mm_mime_fields,
		    m->mm_content_type);
	if (fields.fld_content != NULL)
		r.type = type_word(w->a, fields.fld_content);
	charset = m->mm_content_type ?
	    mailmime_content_param_get(m->mm_content_type,
	    (char *)(uintptr_t)"charset") : NULL;
	r.charset = sk_arena_str(w->a, charset);
	r.transfer = transfer_word(fields.fld_encoding);
	if (d != NULL && d->dt_type == MAILMIME_DATA_TEXT)
		for (size_t i = 0; i < d->dt_data.dt_text.dt_length &&
		    byte_digit((unsigned char)
		    d->dt_data.dt_text.dt_data[i]); i++)
			r.leaf = r.leaf * 10 + (uint32_t)
			    (d->dt_data.dt_text.dt_data[i] - '0');
	if (w->n < w->max)
		w->out[w->n] = r;
	w->n++;
}

static void
walk(struct walk *w, struct mailmime *m)
{
	clistiter *i;

	if (m->mm_type == MAILMIME_SINGLE) {
		add_leaf(w, m);
	} else if (m->mm_type == MAILMIME_MESSAGE) {
		if (m->mm_data.mm_message.mm_msg_mime != NULL)
			walk(w, m->mm_data.mm_message.mm_msg_mime);
	} else {
		for (i = clist_begin(m->mm_data.mm_multipart.mm_mp_list);
		    i != NULL; i = clist_next(i))
			walk(w, clist_content(i));
	}
}

/* libetpan would decode encoded words in parameters by an iconv of the mail's
 * choice, whose tables it then opens: in the sandbox that is death. Nobody
 * reads those words here (params.c does), so their bytes stay as they are. */
static int
leave_bytes(const char *to, const char *from, const char *s, size_t n,
    char *out, size_t *room)
{
	(void)to;
	(void)from;
	if (n > *room)
		n = *room;
	memcpy(out, s, n);
	*room = n;
	return MAIL_CHARCONV_NO_ERROR;
}

bool
mime_read_skeleton(struct sk_arena *a, struct sk_span skeleton,
    struct mime_reading *out, size_t max, size_t *n)
{
	struct walk w = { .a = a, .out = out, .max = max };
	struct mailmime *m = NULL;
	size_t at = 0;

	extended_charconv = leave_bytes;
	if (mailmime_parse((const char *)skeleton.p, skeleton.len, &at, &m) !=
	    MAILIMF_NO_ERROR || m == NULL)
		return false;
	walk(&w, m);
	mailmime_free(m);
	*n = w.n;
	return true;
}
