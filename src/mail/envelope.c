/*
 * The header of the mail: who it says it is from, to whom, answering what,
 * written by whom. All of it is a claim. A field that may stand once and
 * stands twice is a doubt, and From counts only if there is exactly one
 * mailbox in exactly one field (standards.md A3).
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/read.h"

static const char *const once[] = {
	"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Date", "Subject",
	"Message-ID", "In-Reply-To", "References", "MIME-Version",
	"Content-Type", "Content-Transfer-Encoding", "Auto-Submitted",
};

static void
one_mailbox(struct mail_work *w, const char *name, struct fact_mailbox *out)
{
	const struct mail_header *h = &w->scan.parts[0].head;
	const struct mail_field *f = header_find(h, name);
	struct fact_mailbox found = { 0 };

	if (header_count(h, name) == 1 && mailbox_list(w->a, f->value, true,
	    &found, 1, &w->out->doubts, &w->out->japanese_charset) == 1)
		*out = found;
}

static void
read_from(struct mail_work *w)
{
	const struct mail_header *h = &w->scan.parts[0].head;

	one_mailbox(w, "From", &w->out->from);
	if (w->out->from.address != NULL)
		return;
	if (w->layer == 0)
		w->out->doubts |= DOUBT_FROM_NOT_ONE;
	else if (header_count(h, "From") > 0)
		w->out->doubts |= DOUBT_FROM_INSIDE;
}

static void
read_recipients(struct mail_work *w)
{
	const struct mail_header *h = &w->scan.parts[0].head;
	struct fact_mailbox *to = sk_arena_array(w->a, LIMIT_ADDRESSES,
	    sizeof(*to));
	size_t n = 0, room;
	int found;

	for (size_t i = 0; i < h->n && n < LIMIT_ADDRESSES; i++) {
		if (!field_is(&h->fields[i], "To") &&
		    !field_is(&h->fields[i], "Cc"))
			continue;
		room = LIMIT_ADDRESSES - n;
		found = mailbox_list(w->a, h->fields[i].value, false, to + n,
		    room, &w->out->doubts, &w->out->japanese_charset);
		n += (size_t)found < room ? (size_t)found : room;
	}
	w->out->to = to;
	w->out->nto = n;
}

static void
read_subject(struct mail_work *w)
{
	const struct mail_field *f = header_find(&w->scan.parts[0].head,
	    "Subject");
	char *subject;

	if (f == NULL)
		return;
	subject = encoded_decode(w->a, f->value, &w->out->doubts,
	    &w->out->japanese_charset);
	if (text_has_bidi(subject))
		w->out->doubts |= DOUBT_BIDI;
	w->out->subject = text_cut(w->a, subject, LIMIT_SUBJECT);
}

/* The newest of a long References are kept: ours is among the last. */
static void
read_ids(struct mail_work *w)
{
	const struct mail_header *h = &w->scan.parts[0].head;
	const char **refs = sk_arena_array(w->a, LIMIT_REFERENCES,
	    sizeof(*refs));
	const char *id = NULL;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (field_is(&h->fields[i], "In-Reply-To"))
			message_ids(w->a, h->fields[i].value, false, refs,
			    &n, LIMIT_REFERENCES);
	for (size_t i = 0; i < h->n; i++)
		if (field_is(&h->fields[i], "References"))
			message_ids(w->a, h->fields[i].value, true, refs, &n,
			    LIMIT_REFERENCES);
	w->out->refs = refs;
	w->out->nrefs = n;
	n = 0;
	if (header_find(h, "Message-ID") != NULL)
		message_ids(w->a, header_find(h, "Message-ID")->value, false,
		    &id, &n, 1);
	w->out->message_id = id;
}

static void
read_authres(struct mail_work *w)
{
	const struct mail_header *h = &w->scan.parts[0].head;
	struct fact_authres *list = sk_arena_array(w->a, LIMIT_AUTHRES,
	    sizeof(*list));
	bool above = true;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (field_is(&h->fields[i], "Received")) {
			w->out->received_count++;
			above = false;
		}
		if (n == LIMIT_AUTHRES ||
		    !field_is(&h->fields[i], "Authentication-Results") ||
		    !authres_parse(w->a, h->fields[i].value, &list[n]))
			continue;
		list[n++].above_received = above;
	}
	w->out->authres = list;
	w->out->nauthres = n;
}

static void
look_for_doubts(struct mail_work *w)
{
	const struct mail_header *h = &w->scan.parts[0].head;

	for (size_t i = 0; i < sizeof(once) / sizeof(*once); i++)
		if (header_count(h, once[i]) > 1)
			w->out->doubts |= DOUBT_DUPLICATE_FIELD;
}

static void
compare_reply_to(struct facts *f)
{
	const char *from = f->from.address, *reply = f->reply_to.address;

	if (from != NULL && reply != NULL && !sk_ascii_ieq(from, reply))
		f->doubts |= DOUBT_REPLY_TO;
}

void
read_envelope(struct mail_work *w)
{
	const struct mail_part *root = &w->scan.parts[0];
	const struct mail_field *date;

	if (w->layer > 0 && !w->is_protected)
		return;
	look_for_doubts(w);
	read_from(w);
	read_subject(w);
	one_mailbox(w, "Reply-To", &w->out->reply_to);
	compare_reply_to(w->out);
	read_recipients(w);
	read_ids(w);
	if (w->layer > 0)
		return;
	one_mailbox(w, "Sender", &w->out->sender);
	read_authres(w);
	date = header_find(&root->head, "Date");
	if (date != NULL)
		w->out->date = mail_date(w->a, date->value);
	mail_automatic(w->a, &w->scan, w->out);
	mail_content_id(w->scan.raw, w->out->content_id);
}
