/*
 * Organisations, persons and keys as JSON: one shape per record, whichever
 * verb prints it.
 */
#include <string.h>

#include <sekisho/clock.h>

#include "command.h"

void
document_time(struct sk_json *o, const char *name, int64_t t)
{
	struct sk_arena *a;

	if (t == 0) {
		sk_json_set_null(o, name);
		return;
	}
	a = sk_arena_new();
	sk_json_set_str(o, name, sk_time_iso(a, t));
	sk_arena_free(&a);
}

void
document_org(struct sk_json *o, const struct org *g)
{
	sk_json_set_str(o, "org", g->id);
	sk_json_set_str(o, "name", g->name);
	sk_json_set_str(o, "class", word_of(WORDS_CLASS, (int)g->class));
	sk_json_set_str(o, "org_kind", word_of(WORDS_ORG_KIND, (int)g->kind));
	sk_json_set_str(o, "state", word_of(WORDS_ORG_STATE, (int)g->state));
	sk_json_set_bool(o, "foreign_capital", g->foreign_capital);
	sk_json_set_bool(o, "receive_secret", g->receive_secret);
	sk_json_set_bool(o, "agreed", g->agreed);
	sk_json_set_str(o, "competent_for", g->competent_for);
	sk_json_set_str(o, "supervises", g->supervises);
	sk_json_set_str(o, "tf_approval", g->tf_approval);
	sk_json_set_str(o, "approval", g->approval);
}

int
document_history(struct command *c, const char *org, const char *person)
{
	struct sk_json *all = sk_json_set(c->out, "history", sk_json_array());
	struct roster_event *e = NULL;
	size_t n = 0;
	int r = command_store(c, store_roster_events(c->d->store, c->arena,
	    org, person, &e, &n), "history");

	for (size_t i = 0; i < n && !r; i++) {
		struct sk_json *o = sk_json_add(all, sk_json_object());

		document_time(o, "date", e[i].date);
		document_time(o, "recorded", e[i].time);
		sk_json_set_str(o, "person", e[i].person);
		sk_json_set_str(o, "what", e[i].what);
		sk_json_set_str(o, "from", e[i].from);
		sk_json_set_str(o, "to", e[i].to);
		sk_json_set_str(o, "approval", e[i].reference);
		sk_json_set_str(o, "reason", e[i].reason);
		sk_json_set_str(o, "who", e[i].who);
	}
	return r;
}

static void
set_bits(struct sk_json *o, const char *name, enum word_list list,
    uint32_t bits)
{
	struct sk_json *all = sk_json_set(o, name, sk_json_array());

	for (uint32_t bit = 1; bit && bit <= bits; bit <<= 1)
		if (bits & bit)
			sk_json_add_str(all, word_of(list, (int)bit));
}

void
document_person(struct sk_json *o, const struct person *p)
{
	sk_json_set_str(o, "person", p->id);
	sk_json_set_str(o, "org", p->org);
	sk_json_set_str(o, "name", p->name);
	sk_json_set_str(o, "address", p->address);
	set_bits(o, "roles", WORDS_ROLE, p->roles);
	sk_json_set_bool(o, "account", p->account);
	sk_json_set_bool(o, "active", p->active);
	sk_json_set_str(o, "language", p->language);
	sk_json_set_str(o, "scheme", p->scheme == KEY_SMIME ? "smime" :
	    "openpgp");
	sk_json_set_str(o, "fingerprint", p->fpr);
	sk_json_set_bool(o, "personal", p->address_personal);
	sk_json_set_str(o, "doubt", p->doubt);
	document_time(o, "applied", p->applied);
	document_time(o, "due", p->due);
	document_time(o, "removed", p->removed);
	document_time(o, "acknowledged", p->acknowledged);
	sk_json_set_str(o, "key", p->fpr ? p->key_state && *p->key_state ?
	    p->key_state : "ok" : "no-key");
}

static const char *
key_state_word(enum key_state st)
{
	static const char *const words[] = { "proposed", "pinned", "retired",
		"declined", "stopped" };

	return words[st];
}

void
document_key(struct sk_json *o, const struct key_record *k, int64_t now)
{
	const char *bad = key_fault(&k->facts, now);
	enum key_role role = key_role(&k->facts);
	struct sk_json *all;

	sk_json_set_str(o, "fingerprint", k->fpr);
	sk_json_set_str(o, "state", key_state_word(k->state));
	sk_json_set_str(o, "person", k->person);
	if (k->facts.scheme == KEY_SMIME) {
		sk_json_set_str(o, "sha256", k->facts.sha256);
		sk_json_set_str(o, "chain", key_chain_word(k->facts.chain));
	}
	sk_json_set_str(o, "scheme", k->facts.scheme == KEY_SMIME ? "smime" :
	    "openpgp");
	sk_json_set_str(o, "algorithm", k->facts.algorithm);
	sk_json_set_str(o, "role", key_role_word(role));
	sk_json_set_str(o, "encryption", role == KEY_SIGNS ? NULL :
	    key_encryption(&k->facts, now));
	sk_json_set_str(o, "usable", *bad ? bad : "ok");
	document_time(o, "made", k->facts.created);
	document_time(o, "until", key_serves_until(&k->facts));
	all = sk_json_set(o, "addresses", sk_json_array());
	for (size_t i = 0; i < k->facts.naddresses; i++)
		sk_json_add_str(all, k->facts.addresses[i]);
	sk_json_set_str(o, "origin", k->origin);
	sk_json_set_str(o, "approved_by", k->approved_by);
	document_time(o, "since", k->created);
}
