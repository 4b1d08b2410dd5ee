/*
 * What members answered to an item. For operators: an originator is
 * told counts only, and never who answered. Silence is no answer and
 * is counted as such.
 */
#include <string.h>

#include "command.h"

struct counted {
	int64_t seen, not_seen, unknown;
};

static void
count(struct counted *n, enum answer_seen seen)
{
	n->seen += seen == SEEN_YES;
	n->not_seen += seen == SEEN_NO;
	n->unknown += seen == SEEN_UNKNOWN;
}

/* How many persons have it; a second question is no second person. */
static int
asked(struct command *c, const char *item, int64_t *n)
{
	struct recipient *to = NULL;
	size_t nto = 0;
	int r = recipients_of(c->d, c->arena, item, &to, &nto);

	*n = (int64_t)nto;
	return r;
}

int
verb_answers(struct command *c)
{
	struct answer_record *x = NULL;
	struct counted n = { 0 };
	struct item_record item;
	struct sk_json *list;
	int64_t sent = 0;
	size_t nx = 0;
	int r = command_item(c, "item", &item);

	if (!r)
		r = command_store(c, store_answers(c->d->store, c->arena,
		    item.item.id, &x, &nx), item.item.id);
	if (!r)
		r = command_store(c, asked(c, item.item.id, &sent),
		    item.item.id);
	if (r)
		return r;
	c->out = sk_json_document("answers");
	sk_json_set_str(c->out, "item", item.item.id);
	list = sk_json_set(c->out, "answers", sk_json_array());
	for (size_t i = 0; i < nx; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		count(&n, x[i].seen);
		sk_json_set_str(o, "person", x[i].person);
		sk_json_set_str(o, "org", x[i].org);
		sk_json_set_str(o, "answer", answer_seen_word(x[i].seen));
		document_time(o, "time", x[i].time);
		sk_json_set_int(o, "mail", x[i].mail);
	}
	sk_json_set_int(c->out, "seen", n.seen);
	sk_json_set_int(c->out, "not_seen", n.not_seen);
	sk_json_set_int(c->out, "unknown", n.unknown);
	sk_json_set_int(c->out, "no_answer", sent > (int64_t)nx ?
	    sent - (int64_t)nx : 0);
	return SK_OK;
}
