/*
 * Public keys. A block from anywhere is looked at by keyd, in a scratch home,
 * and checked by the import rules; without --approve it is a proposal, which
 * seals nothing (L16). --approve is the operator's word that the fingerprint
 * was checked out of band. Pinning wakes the copies that waited for a key.
 */
#include <ctype.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/text.h>

#include "roster_acts.h"

struct target {
	const char *person;
	int64_t case_row;
	const char *address, *name;
	int scheme;			/* enum key_scheme; -1: any (a case) */
};

static int
find_target(struct command *c, struct target *t)
{
	const char *id = command_str(c, "person");
	struct case_record k;
	struct person p;
	int r;

	*t = (struct target){ .name = id, .scheme = -1 };
	if (verb_case_number(id)) {
		if (!command_role(c, FOR_OPERATOR))
			return sk_fail(&c->e, SK_ERR_NOPERM, id, "keys of "
			    "cases are for operators");
		r = command_case(c, "person", &k);
		t->case_row = r ? 0 : k.row;
		t->address = r ? NULL : k.originator;
		return r;
	}
	r = command_person(c, id, &p);
	t->person = r ? NULL : p.id;
	t->address = r ? NULL : p.address;
	t->scheme = r ? -1 : p.scheme;
	return r;
}

/* What hangs on the key's kind: the person's scheme, and a certificate's bytes,
 * which are the pin: its SHA-1 fingerprint alone can be met by another. */
static int
fits(struct command *c, const struct target *t, const struct key_facts *k)
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r;

	if (t->scheme >= 0 && t->scheme != (int)k->scheme)
		return sk_fail(&c->e, SK_ERR_REFUSED, t->name, "is registered "
		    "for %s, and this is the other kind of key: ask for the "
		    "right one, or say `sekisho person change %s --scheme "
		    "%s'", t->scheme == KEY_SMIME ? "S/MIME" : "OpenPGP",
		    t->name, k->scheme == KEY_SMIME ? "smime" : "openpgp");
	if (k->scheme != KEY_SMIME)
		return SK_OK;
	r = command_store(c, store_keys(c->d->store, c->arena, t->person,
	    t->case_row, &keys, &n), t->name);
	for (size_t i = 0; i < n && !r; i++)
		if (strcmp(keys[i].fpr, k->fpr) == 0 &&
		    !sk_span_eq(keys[i].facts.block, k->block))
			r = sk_fail(&c->e, SK_ERR_REFUSED, k->fpr, "another "
			    "certificate has this very SHA-1 fingerprint: "
			    "one of them is forged; compare the SHA-256 "
			    "fingerprints with their owner by telephone");
	return r;
}

/* One key is one person's, also of those who left. */
static int
is_their_own(struct command *c, const struct target *t,
    const struct key_record *k)
{
	struct roster_key *keys = NULL;
	struct roster_known known;
	struct person p;
	size_t n = 0;
	int r = command_person(c, t->person, &p);

	if (!r && !p.active)
		return sk_fail(&c->e, SK_ERR_REFUSED, p.id, "was removed: "
		    "`sekisho person add %s` registers the person anew",
		    p.id);
	if (!r)
		r = act_known(c, &known);
	if (!r)
		r = command_store(c, store_roster_keys(c->d->store, c->arena,
		    &known, true, &keys, &n), t->name);
	return r ? r : roster_check_key(&k->facts, t->person, &known, keys, n,
	    &c->e);
}

static int
welcome(struct command *c, const struct target *t)
{
	struct person p;
	int r = t->person ? command_person(c, t->person, &p) : SK_OK;

	return r || !t->person ? r : tell_welcome(c, &p);
}

static int
pin(struct command *c, const struct target *t, struct key_record *k)
{
	int r;

	r = t->person ? is_their_own(c, t, k) : SK_OK;
	if (r)
		return r;
	k->state = KEY_PINNED;
	k->approved_by = c->actor;
	r = store_key_put(c->d->store, k);
	if (r == SK_ERR_EXISTS)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->fpr, "this key is "
		    "pinned for another person: one key, one person (R-109)");
	r = command_store(c, r, t->name);
	if (!r)
		r = command_audit(c, "key.pin", t->name, k->fpr);
	if (!r)
		key_trial(c->d, &k->facts);
	if (!r)
		r = welcome(c, t);
	return r ? r : outbox_release_keyed(c, t->person, t->case_row);
}

static int
propose(struct command *c, const struct target *t, struct key_record *k)
{
	int r = store_key_put(c->d->store, k);

	if (r == SK_ERR_EXISTS)
		return sk_fail(&c->e, SK_ERR_EXISTS, k->fpr, "this key is "
		    "there already: see `sekisho key show %s`", t->name);
	r = command_store(c, r, t->name);
	return r ? r : command_audit(c, "key.propose", t->name, k->fpr);
}

static int
inspected(struct command *c, struct channel_message *m, const char *error)
{
	struct target *t = c->state;
	struct msg_inspected in;
	struct key_record k;
	bool mismatch = false;
	int r;

	if (!m || m->type != MSG_INSPECTED || msg_inspected_get(c->arena,
	    sk_buf_span(&m->fields), &in))
		return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "keyd", "%s: see "
		    "the log of sekisho-keyd", error ? error : "odd answer");
	if (in.status)
		return sk_fail(&c->e, SK_ERR_DATA, "key", "this is no usable "
		    "public key (%s): export one with `gpg --export`",
		    in.reason ? in.reason : "unreadable");
	r = key_importable(&in.key, c->now, t->address, &mismatch, &c->e);
	if (!r)
		r = fits(c, t, &in.key);
	if (!r && mismatch && !command_flag(c, "any_address"))
		r = sk_fail(&c->e, SK_ERR_REFUSED, t->name, "this key names "
		    "another address than %s's: ask for the right one, or say "
		    "--any-address if that is known to be right", t->name);
	if (r)
		return r;
	k = (struct key_record){
		.fpr = in.key.fpr, .state = KEY_PROPOSED, .person = t->person,
		.case_row = t->case_row, .facts = in.key, .origin = "import",
		.created = c->now,
	};
	r = command_flag(c, "approve") ? pin(c, t, &k) : propose(c, t, &k);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, &k, c->now);
	sk_json_set_bool(c->out, "address_differs", mismatch);
	return SK_OK;
}

int
verb_key_import(struct command *c)
{
	struct target *t = sk_arena_alloc(c->arena, sizeof(*t));
	int r = find_target(c, t), fd;

	if (r)
		return r;
	if (!c->has_file || c->file.len > LIMIT_KEY_BYTES)
		return sk_fail(&c->e, SK_ERR_DATA, "FILE", "a key has at most "
		    "%d bytes: export it with --export-options "
		    "export-minimal", LIMIT_KEY_BYTES);
	c->state = t;
	fd = sk_memfd_of("key", sk_buf_span(&c->file));
	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), &fd,
	    1, inspected);
	sk_fd_close(&fd);
	return r;
}

static bool
same_fpr(const char *given, const char *fpr)
{
	for (; *given; given++) {
		if (*given == ' ' || *given == ':')
			continue;
		if (toupper((unsigned char)*given) != *fpr++)
			return false;
	}
	return *fpr == '\0';
}

/* As gpgsm shows it, or as everybody else shows a certificate's. */
static bool
names_key(const char *given, const struct key_record *k)
{
	return same_fpr(given, k->fpr) || (k->facts.scheme == KEY_SMIME &&
	    same_fpr(given, k->facts.sha256));
}

int
verb_key_approve(struct command *c)
{
	const char *fpr = command_str(c, "fpr");
	struct key_record *keys = NULL;
	struct target t;
	bool mismatch;
	size_t n = 0, i = 0;
	int r = find_target(c, &t);

	if (!r)
		r = command_store(c, store_keys(c->d->store, c->arena,
		    t.person, t.case_row, &keys, &n), t.name);
	if (r)
		return r;
	while (i < n && !names_key(fpr, &keys[i]))
		i++;
	if (i == n)
		return sk_fail(&c->e, SK_ERR_NOINPUT, t.name, "has no "
		    "proposed key with this fingerprint: see `sekisho key "
		    "show %s`", t.name);
	r = key_importable(&keys[i].facts, c->now, t.address, &mismatch,
	    &c->e);
	if (!r)
		r = pin(c, &t, &keys[i]);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, &keys[i], c->now);
	return SK_OK;
}

static int
add_keys(struct command *c, struct sk_json *all, const char *person,
    int64_t case_row)
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = command_store(c, store_keys(c->d->store, c->arena, person,
	    case_row, &keys, &n), "keys");

	for (size_t i = 0; i < n && !r; i++)
		document_key(sk_json_add(all, sk_json_object()), &keys[i],
		    c->now);
	return r;
}

int
verb_key_show(struct command *c)
{
	struct target t;
	int r = find_target(c, &t);

	if (r)
		return r;
	c->out = sk_json_document("keys");
	return add_keys(c, sk_json_set(c->out, "keys", sk_json_array()),
	    t.person, t.case_row);
}

int
verb_key_list(struct command *c)
{
	struct roster_known k;
	struct sk_json *all;
	int r;

	if (command_str(c, "person"))
		return verb_key_show(c);
	r = command_store(c, store_roster(c->d->store, c->arena, true, &k),
	    "roster");
	if (r)
		return r;
	c->out = sk_json_document("keys");
	all = sk_json_set(c->out, "keys", sk_json_array());
	for (size_t i = 0; i < k.npersons && !r; i++)
		r = add_keys(c, all, k.persons[i].id, 0);
	return r;
}

/* The certificate is no secret; PEM is what every program takes. */
static int
export_certificate(struct command *c)
{
	struct sk_span s = sk_buf_span(&c->d->certificate);

	if (!s.len)
		return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "smime", "this "
		    "council has no S/MIME certificate: run `sekisho setup "
		    "smime', or see the log of sekisho-keyd");
	c->out = sk_json_document("council-key");
	sk_json_set_str(c->out, "fingerprint", c->d->smime_fpr);
	sk_json_set_str(c->out, "key", sk_pem(c->arena, "CERTIFICATE", s));
	return SK_OK;
}

static int
export_own(struct command *c, struct channel_message *m, const char *error)
{
	struct sk_span s = sk_buf_span(&c->d->own_block);

	(void)m;
	if (command_flag(c, "smime"))
		return export_certificate(c);
	if (!s.len)
		return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "keyd", "no keyd "
		    "has told the council's key (%s): see the log of "
		    "sekishod", error ? error : "it is starting");
	c->out = sk_json_document("council-key");
	sk_json_set_str(c->out, "fingerprint", c->d->own_fpr);
	sk_json_set_str(c->out, "key", sk_arena_strn(c->arena, s.p, s.len));
	return SK_OK;
}

/* Right after a start the keyds are still on their way. Each tells the key
 * before it answers anything, so any question waits for it; this one is about
 * no key at all. */
int
verb_key_export(struct command *c)
{
	int fd, r;

	if (c->d->own_block.len)
		return export_own(c, NULL, NULL);
	fd = sk_memfd_of("none", sk_span_of("", 0));
	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), &fd,
	    1, export_own);
	sk_fd_close(&fd);
	return r;
}
