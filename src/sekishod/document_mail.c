/*
 * Mails and outgoing copies as JSON. A postmaster sees a copy without its
 * address: queue id, state and reason are enough to mend delivery.
 */
#include <stdio.h>
#include <string.h>

#include <sekisho/text.h>

#include "command.h"

static const char *const copy_states[] = {
	[COPY_TO_SEAL] = "to-seal", [COPY_READY] = "ready",
	[COPY_HANDING] = "handing", [COPY_SENT] = "sent",
	[COPY_HELD] = "held", [COPY_DROPPED] = "dropped",
	[COPY_MARKED] = "marked", [COPY_BOUNCED] = "bounced",
};

const char *
document_copy_state(enum copy_state st)
{
	return copy_states[st];
}

bool
document_copy_state_parse(const char *word, enum copy_state *out)
{
	for (size_t i = 0; i < sizeof(copy_states) / sizeof(*copy_states);
	    i++) {
		if (strcmp(copy_states[i], word) == 0) {
			*out = (enum copy_state)i;
			return true;
		}
	}
	return false;
}

static bool
has_hash(const struct copy_record *p)
{
	for (size_t i = 0; i < sizeof(p->copy_hash); i++)
		if (p->copy_hash[i])
			return true;
	return false;
}

/* Of a copy that was told another way what follows the first word was written
 * by an operator, in whatever words. */
static void
document_reason(struct sk_json *o, const struct copy_record *p, bool whole)
{
	const char *all = p->reason && *p->reason ? p->reason : NULL;
	char word[32];

	if (all && !whole && p->state == COPY_MARKED) {
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(all, ":"),
		    all);
		all = word;
	}
	sk_json_set_str(o, "reason", all);
}

/* Without a 250 of which we know, nothing was sent; it may have left. */
static void
document_sent(struct sk_json *o, const struct copy_record *p)
{
	bool known = p->state == COPY_SENT || p->state == COPY_BOUNCED ||
	    p->state == COPY_MARKED;

	document_time(o, "sent", known ? p->sent : 0);
	document_time(o, "may_have_left", known ? 0 : p->sent);
}

void
document_held(struct sk_json *list, const char *person, const char *reason)
{
	struct sk_json *h = sk_json_add(list, sk_json_object());

	sk_json_set_str(h, "person", person);
	sk_json_set_str(h, "reason", reason);
}

void
document_copy(struct sk_json *o, const struct copy_record *p, bool address)
{
	char hex[2 * SK_HASH + 1], serial[COPY_SERIAL + 1];

	sk_json_set_int(o, "copy", p->row);
	sk_json_set_str(o, "state", document_copy_state(p->state));
	sk_json_set_str(o, "template", p->template);
	sk_json_set_str(o, "form", p->encrypted ? "E" : "P");
	if (address)
		sk_json_set_str(o, "to", p->address);
	sk_json_set_str(o, "person", address ? p->person : NULL);
	/* By which a copy that got out is known. */
	snprintf(serial, sizeof(serial), "%.*s", COPY_SERIAL, p->token);
	sk_json_set_str(o, "serial", address && p->person ? serial : NULL);
	if (p->digest)
		sk_json_set_int(o, "digest", p->digest);
	else
		sk_json_set_null(o, "digest");
	document_reason(o, p, address);
	sk_json_set_str(o, "queue_id", p->queue_id);
	sk_json_set_str(o, "reply", address ? p->reply : NULL);
	sk_json_set_int(o, "tries", p->tries);
	sk_json_set_str(o, "fingerprint", address ? p->fpr : NULL);
	/* Of a mail about a registration it names a person. */
	sk_json_set_str(o, "items", address || p->digest ? p->items : NULL);
	sk_hex(hex, p->copy_hash, SK_HASH);
	sk_json_set_str(o, "hash", has_hash(p) ? hex : NULL);
	document_time(o, "created", p->created);
	document_time(o, "next_try", p->next_try);
	document_sent(o, p);
}

void
document_mail(struct sk_json *o, const struct mail_record *m)
{
	sk_json_set_int(o, "number", m->row);
	document_time(o, "received", m->received);
	sk_json_set_str(o, "class", word_of(WORDS_MAIL_CLASS, (int)m->class));
	sk_json_set_str(o, "direction", "in");
	sk_json_set_str(o, "state", m->done ? "filed" : "waiting");
	sk_json_set_str(o, "note", m->note && *m->note ? m->note : NULL);
	sk_json_set_int(o, "size", (int64_t)m->size);
	if (m->repeat_of)
		sk_json_set_int(o, "repeat_of", m->repeat_of);
	else
		sk_json_set_null(o, "repeat_of");
}
