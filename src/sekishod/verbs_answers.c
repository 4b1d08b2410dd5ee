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

/* How many persons were sent a copy with it in. */
static int
asked(struct command *c, const char *item, int64_t *n)
{
	struct digest_record *d = NULL;
	size_t nd = 0;
	int r = store_digest_list(c->d->store, c->arena, &d, &nd);

	*n = 0;
	for (size_t i = 0; i < nd && !r; i++) {
		struct copy_record *p = NULL;
		size_t np = 0;
		bool has = false;

		for (size_t k = 0; k < d[i].nitems; k++)
			has |= strcmp(d[i].items[k], item) == 0;
		if (!has)
			continue;
		r = store_copy_list(c->d->store, c->arena, COPY_SENT,
		    d[i].row, 0, LIMIT_STORE_LIST, &p, &np);
		for (size_t k = 0; k < np && !r; k++)
			*n += p[k].items && strstr(p[k].items, item);
	}
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
