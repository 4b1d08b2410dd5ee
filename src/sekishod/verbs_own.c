/*
 * The council's own keys: which there are, and the mail that names the next
 * one. They are made by `sekisho setup', without the daemon, which holds none.
 */
#include <sekisho/clock.h>

#include "command.h"

static const char *const schemes[KEY_SCHEMES] = { "openpgp", "smime" };

int
verb_key_own(struct command *c)
{
	struct council_key list[LIMIT_OWN_KEYS];
	struct sk_json *all;

	c->out = sk_json_document("own-keys");
	sk_json_set_str(c->out, "mend", council_keys_differ(c->d));
	all = sk_json_set(c->out, "keys", sk_json_array());
	for (int s = 0; s < KEY_SCHEMES; s++) {
		size_t n = council_keys_list(c->d, (enum key_scheme)s, list);

		for (size_t i = 0; i < n; i++) {
			struct sk_json *o = sk_json_add(all,
			    sk_json_object());

			sk_json_set_str(o, "scheme", schemes[s]);
			sk_json_set_str(o, "fingerprint", list[i].fpr);
			sk_json_set_str(o, "state", list[i].revoked ?
			    "revoked" : own_word(list[i].state));
			document_time(o, "since", list[i].since);
			document_time(o, "until", list[i].until);
			document_time(o, "ends", list[i].ends);
		}
	}
	return SK_OK;
}

/* One row of each that another follows. */
static int
add_announced(struct command *c, struct sk_json *keys, int scheme,
    const struct announced *x, bool yes)
{
	struct sk_json *o;

	if (!x->about)
		return SK_OK;
	o = sk_json_add(keys, sk_json_object());
	sk_json_set_str(o, "scheme", schemes[scheme]);
	sk_json_set_int(o, "copies", (int64_t)x->copies);
	sk_json_set_int(o, "told", (int64_t)x->told);
	document_time(o, "since", x->next.since);
	sk_json_set_str(o, "fingerprint", x->next.fpr);
	sk_json_set_bool(o, "withdrawn", x->withdrawn);
	document_time(o, "until", x->present.until);
	sk_json_set_str(o, "former", x->present.fpr);
	return yes && x->copies ? command_audit(c, "council.announce",
	    "council", x->about) : SK_OK;
}

int
verb_key_announce(struct command *c)
{
	bool yes = command_flag(c, "yes");
	struct announcement x;
	struct sk_json *keys, *held;
	size_t copies = 0, told = 0;
	int r = announcement_send(c->d, c->arena, yes, &x, &c->e);

	if (r)
		return r;
	c->out = sk_json_document("key-announce");
	sk_json_set_bool(c->out, "sent", yes);
	keys = sk_json_set(c->out, "keys", sk_json_array());
	for (int s = 0; s < KEY_SCHEMES && !r; s++) {
		r = add_announced(c, keys, s, &x.of[s], yes);
		copies += x.of[s].copies;
		told += x.of[s].told;
	}
	sk_json_set_int(c->out, "copies", (int64_t)copies);
	sk_json_set_int(c->out, "told", (int64_t)told);
	held = sk_json_set(c->out, "held", sk_json_array());
	for (size_t i = 0; i < x.nno_key; i++) {
		struct sk_json *o = sk_json_add(held, sk_json_object());

		sk_json_set_str(o, "person", x.no_key[i]);
		sk_json_set_str(o, "reason", "no-key");
	}
	outbox_kick(c->d->outbox);
	return r;
}
