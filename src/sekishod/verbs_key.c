/*
 * Public keys. A block from anywhere is looked at by keyd, in a scratch home,
 * and checked by the import rules; without --approve it is a proposal, which
 * seals nothing (L16). --approve is the operator's word that the fingerprint
 * was checked out of band. What follows from it stands in key_acts.c.
 */
#include <ctype.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/text.h>

#include "roster_acts.h"

int
command_key_owner(struct command *c, struct key_owner *o)
{
	const char *id = command_str(c, "person");
	struct case_record k;
	struct person p;
	int r;

	if (verb_case_number(id)) {
		if (!command_role(c, FOR_OPERATOR))
			return sk_fail(&c->e, SK_ERR_NOPERM, id, "keys of "
			    "cases are for operators");
		r = command_case(c, "person", &k);
		if (!r)
			*o = key_owner_case(&k);
		return r;
	}
	r = command_person(c, id, &p);
	if (!r)
		*o = key_owner_person(&p);
	return r;
}

static struct key_act
act(const struct command *c)
{
	return (struct key_act){ c->actor, command_str(c, "how"), c->now };
}

/* What is sealed to the first key; one that only signs opens nothing. */
static int
welcome(struct command *c, const struct key_owner *o,
    const struct key_record *k)
{
	struct person p;
	int r;

	if (!o->person || key_role(&k->facts) == KEY_SIGNS)
		return SK_OK;
	r = command_person(c, o->person, &p);
	return r ? r : tell_welcome(c, &p);
}

/* Another key instead of the one that is pinned: how its fingerprint was
 * checked is written down (L16). A new certificate over the same key pair is
 * none: who could read before can read now. */
static int
said_how(struct command *c, const struct key_owner *o,
    const struct key_record *k)
{
	struct key_record old;

	if (command_str(c, "how"))
		return SK_OK;
	if (key_in_place(c->d, c->arena, o, &k->facts, &old) ||
	    strcmp(old.fpr, k->fpr) == 0 ||
	    key_same_pair(&old.facts, &k->facts))
		return SK_OK;
	return sk_fail(&c->e, SK_ERR_USAGE, "--how", "%s has another key "
	    "pinned (%s): say how you checked the new one's fingerprint, "
	    "--how phone|meeting|known-key|letter", o->name, old.fpr);
}

static int
pin(struct command *c, const struct key_owner *o, struct key_record *k)
{
	const struct key_act a = act(c);
	int r = said_how(c, o, k);

	if (!r)
		r = key_pin(c->d, c->arena, o, k, &a, &c->e);
	return r ? r : welcome(c, o, k);
}

static int
propose(struct command *c, const struct key_owner *o, struct key_record *k)
{
	const struct key_act a = act(c);
	int r = key_propose(c->d, c->arena, o, k, &a);

	if (r == SK_ERR_EXISTS)
		return sk_fail(&c->e, SK_ERR_EXISTS, k->fpr, "this key is "
		    "there already: see `sekisho key show %s`", o->name);
	return command_store(c, r, o->name);
}

static int
importable(struct command *c, const struct key_owner *o,
    const struct key_facts *k, bool *mismatch)
{
	int r = key_importable(k, c->now, o->address, mismatch, &c->e);

	if (!r)
		r = key_fits(c->d, c->arena, o, k, &c->e);
	if (!r && *mismatch && !command_flag(c, "any_address"))
		r = sk_fail(&c->e, SK_ERR_REFUSED, o->name, "this key names "
		    "another address than %s's: ask for the right one, or say "
		    "--any-address if that is known to be right", o->name);
	return r;
}

struct importing {
	struct key_owner owner;
	const char *beside;		/* fingerprint laid below, or NULL */
	size_t keys;			/* in the file */
	bool mismatch;
};

static bool
row_of(struct command *c, const struct key_owner *o, const char *fpr,
    struct key_record *out)
{
	struct key_record *keys = NULL;
	size_t n = 0, i = 0;

	if (store_keys(c->d->store, c->arena, o->person, o->case_row, &keys,
	    &n))
		return false;
	while (i < n && strcmp(keys[i].fpr, fpr) != 0)
		i++;
	if (i < n)
		*out = keys[i];
	return i < n;
}

/* Nothing but news of it came, which proved itself. */
static int
settled(struct command *c, const struct importing *x, size_t news,
    const struct key_record *k)
{
	return news && !*key_unusable(&k->facts, c->now) ? welcome(c,
	    &x->owner, k) : SK_OK;
}

static int
take(struct command *c, struct importing *x, struct key_record *k)
{
	bool approve = command_flag(c, "approve"), pinned = false, dead;
	const struct key_act a = act(c);
	struct key_record row;
	size_t news = 0;
	int r = k->facts.block.len ? key_over(c->d, c->arena, &k->facts,
	    k->origin, &a, &news, &c->e) : SK_OK;

	if (r)
		return r;
	/* News of one of them counts; none of them is pinned. */
	if (!news && x->keys > 1)
		k->facts.primaries = x->keys;
	dead = news && *key_unusable(&k->facts, c->now);
	if (k->facts.block.len && k->facts.primaries == 1 &&
	    row_of(c, &x->owner, k->fpr, &row)) {
		pinned = row.state == KEY_PINNED || row.state == KEY_STOPPED;
		if (pinned || dead)
			*k = row;
	}
	if (dead)
		return SK_OK;
	if (approve)
		k->facts.stopped = false;	/* key_pin() has the mend */
	r = importable(c, &x->owner, &k->facts, &x->mismatch);
	if (r)
		return r;
	if (approve)
		return pin(c, &x->owner, k);
	return pinned ? settled(c, x, news, k) : propose(c, &x->owner, k);
}

static int inspected(struct command *c, struct channel_message *m,
    const char *error);

static int
ask(struct command *c, const char *beside)
{
	struct importing *x = c->state;
	int fds[2] = { sk_memfd_of("key", sk_buf_span(&c->file)), -1 }, r;
	struct sk_span known;

	x->beside = beside;
	if (beside && key_known(c->d, c->arena, beside, &known))
		fds[1] = sk_memfd_of("known", known);
	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), fds,
	    fds[1] < 0 ? 1 : 2, inspected);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
	return r;
}

/* The one to be looked at beside what is known of it: the pinned one, if it is
 * in the file, or if the file may be its revocation; else one that is known. */
static const char *
known_one(struct command *c, const struct msg_inspected *in)
{
	const struct importing *x = c->state;
	const char *known = NULL;
	struct key_record old;
	struct sk_span block;
	bool has = key_pinned_of(c->d, c->arena, &x->owner, &old) == SK_OK;

	if (x->beside || in->key.secret || (in->status && in->nnames))
		return NULL;
	if (in->status)
		return has ? old.fpr : NULL;
	for (size_t i = 0; i < in->nnames; i++)
		if (has && strcmp(in->names[i], old.fpr) == 0)
			return old.fpr;
		else if (in->nnames == 1 && key_known(c->d, c->arena,
		    in->names[i], &block))
			known = in->names[i];
	return known;
}

/* What was sealed to a revoked or stopped key and has gone to Postfix, by queue
 * id. */
int
document_handed(struct command *c, const struct key_record *keys, size_t n)
{
	struct recall out = { 0 };
	int r = SK_OK;

	for (size_t i = 0; i < n && !r; i++)
		if (keys[i].facts.revoked || keys[i].facts.stopped)
			r = recall_sealed_to(c, keys[i].person,
			    keys[i].case_row, keys[i].fpr, &out);
	recall_handed(c, c->out, &out);
	return r;
}

int
command_inspected(struct command *c, struct channel_message *m,
    const char *error, struct msg_inspected *out)
{
	if (m && m->type == MSG_INSPECTED && msg_inspected_get(c->arena,
	    sk_buf_span(&m->fields), out) == SK_OK)
		return out->status != SK_ERR_TEMP ? SK_OK : sk_fail(&c->e,
		    SK_ERR_TEMP, "keyd", "%s. Nothing was found wrong with "
		    "the key: see to it, then give it again", out->reason ?
		    out->reason : "its home is not usable");
	return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "keyd", "%s: see the log of "
	    "sekisho-keyd", error ? error : "odd answer");
}

static int
inspected(struct command *c, struct channel_message *m, const char *error)
{
	struct importing *x = c->state;
	struct msg_inspected in;
	struct key_record k;
	int r;

	r = command_inspected(c, m, error, &in);
	if (r)
		return r;
	if (known_one(c, &in))
		return ask(c, known_one(c, &in));
	if (in.status)
		return sk_fail(&c->e, SK_ERR_DATA, "key", "this is no usable "
		    "public key (%s): export one with `gpg --export`",
		    in.reason ? in.reason : "unreadable");
	x->keys = in.nnames;
	k = (struct key_record){
		.fpr = in.key.fpr, .person = x->owner.person,
		.case_row = x->owner.case_row, .facts = in.key,
		.origin = "import", .created = c->now,
	};
	r = take(c, x, &k);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, &k, c->now);
	sk_json_set_bool(c->out, "address_differs", x->mismatch);
	return document_handed(c, &k, 1);
}

int
verb_key_import(struct command *c)
{
	struct importing *x = sk_arena_alloc(c->arena, sizeof(*x));
	int r;

	*x = (struct importing){ .beside = NULL };
	r = command_key_owner(c, &x->owner);
	if (r)
		return r;
	if (!c->has_file || c->file.len > LIMIT_KEY_BYTES)
		return sk_fail(&c->e, SK_ERR_DATA, "FILE", "a key has at most "
		    "%d bytes: export it with --export-options "
		    "export-minimal", LIMIT_KEY_BYTES);
	c->state = x;
	return ask(c, NULL);
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
bool
command_names_key(const char *given, const struct key_record *k)
{
	return same_fpr(given, k->fpr) || (k->facts.scheme == KEY_SMIME &&
	    same_fpr(given, k->facts.sha256));
}

int
command_key(struct command *c, const struct key_owner *o,
    struct key_record **out)
{
	const char *fpr = command_str(c, "fpr");
	struct key_record *keys = NULL;
	size_t n = 0, i = 0;
	int r = command_store(c, store_keys(c->d->store, c->arena, o->person,
	    o->case_row, &keys, &n), o->name);

	if (r)
		return r;
	while (i < n && !command_names_key(fpr, &keys[i]))
		i++;
	if (i == n)
		return sk_fail(&c->e, SK_ERR_NOINPUT, o->name, "has no "
		    "key with this fingerprint: see `sekisho key "
		    "show %s`", o->name);
	*out = &keys[i];
	return SK_OK;
}

int
verb_key_approve(struct command *c)
{
	struct key_record *k = NULL;
	struct key_owner o;
	bool mismatch;
	int r = command_key_owner(c, &o);

	if (!r)
		r = command_key(c, &o, &k);
	if (!r)
		k->facts.stopped = false;	/* key_pin() has the mend */
	if (!r)
		r = importable(c, &o, &k->facts, &mismatch);
	if (!r)
		r = pin(c, &o, k);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, k, c->now);
	sk_json_set_bool(c->out, "address_differs", mismatch);
	return SK_OK;
}

int
verb_key_decline(struct command *c)
{
	struct key_record *k = NULL;
	struct key_owner o;
	struct key_act a = { c->actor, command_str(c, "reason"), c->now };
	int r = command_key_owner(c, &o);

	if (!r)
		r = command_key(c, &o, &k);
	if (!r && k->state != KEY_PROPOSED)
		r = sk_fail(&c->e, SK_ERR_REFUSED, k->fpr, "waits for no "
		    "decision: see `sekisho key show %s`", o.name);
	if (!r)
		r = command_store(c, key_decline(c->d, c->arena, &o, k, &a),
		    o.name);
	if (r)
		return r;
	c->out = sk_json_document("key");
	document_key(c->out, k, c->now);
	return SK_OK;
}

static void
document_keys(struct command *c, struct sk_json *all,
    const struct key_record *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		document_key(sk_json_add(all, sk_json_object()), &keys[i],
		    c->now);
}

static int
add_keys(struct command *c, struct sk_json *all, const char *person)
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = command_store(c, store_keys(c->d->store, c->arena, person, 0,
	    &keys, &n), "keys");

	document_keys(c, all, keys, n);
	return r;
}

int
verb_key_show(struct command *c)
{
	struct key_record *keys = NULL;
	struct key_owner o;
	size_t n = 0;
	int r = command_key_owner(c, &o);

	if (r)
		return r;
	r = command_store(c, store_keys(c->d->store, c->arena, o.person,
	    o.case_row, &keys, &n), "keys");
	if (r)
		return r;
	c->out = sk_json_document("keys");
	document_keys(c, sk_json_set(c->out, "keys", sk_json_array()), keys,
	    n);
	return document_handed(c, keys, n);
}

/* Of every case too, and of who left, since nobody else would find them. */
static int
list_all(struct command *c, struct sk_json *all,
    int (*of)(struct store *, struct sk_arena *, struct key_record **,
    size_t *))
{
	struct key_record *keys = NULL;
	size_t n = 0;
	int r = command_store(c, of(c->d->store, c->arena, &keys, &n),
	    "keys");

	for (size_t i = 0; i < n && !r; i++) {
		struct sk_json *o;
		struct case_record k;

		if (!keys[i].person && !command_role(c, FOR_OPERATOR))
			continue;
		o = sk_json_add(all, sk_json_object());
		document_key(o, &keys[i], c->now);
		if (keys[i].case_row && store_case_get(c->d->store, c->arena,
		    keys[i].case_row, &k) == SK_OK)
			sk_json_set_str(o, "person", k.number);
	}
	return r;
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
	if (command_flag(c, "proposed"))
		return list_all(c, all, store_keys_proposed);
	if (command_flag(c, "stopped"))
		return list_all(c, all, store_keys_stopped);
	for (size_t i = 0; i < k.npersons && !r; i++)
		r = add_keys(c, all, k.persons[i].id);
	return r;
}

/* Neither is secret. A certificate goes out as PEM, which every program
 * takes. */
static int
export_own(struct command *c, struct channel_message *m, const char *error)
{
	bool smime = command_flag(c, "smime"), next = command_flag(c, "next");
	struct council_key k;

	(void)m;
	if (!council_key(c->d, smime ? KEY_SMIME : KEY_OPENPGP, next ?
	    OWN_NEXT : OWN_CURRENT, &k) || !k.block.len) {
		if (next)
			return sk_fail(&c->e, SK_ERR_NOINPUT, "--next", "no "
			    "other key follows: see `sekisho key own'");
		if (smime)
			return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "smime",
			    "this council has no S/MIME certificate: run "
			    "`sekisho setup smime', or see the log of "
			    "sekisho-keyd");
		return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "keyd", "no keyd "
		    "has told the council's key (%s): see the log of "
		    "sekishod", error ? error : "it is starting");
	}
	c->out = sk_json_document("council-key");
	sk_json_set_str(c->out, "fingerprint", k.fpr);
	sk_json_set_str(c->out, "key", smime ? sk_pem(c->arena, "CERTIFICATE",
	    k.block) : sk_arena_strn(c->arena, k.block.p, k.block.len));
	return SK_OK;
}

/* Right after a start the keyds are still on their way. Each tells the key
 * before it answers anything, so any question waits for it; this one is about
 * no key at all. */
int
verb_key_export(struct command *c)
{
	int fd, r;

	if (*council_fpr(c->d, KEY_OPENPGP))
		return export_own(c, NULL, NULL);
	fd = sk_memfd_of("none", sk_span_of("", 0));
	r = command_ask(c, c->d->keyds, MSG_INSPECT, sk_span_of("", 0), &fd,
	    1, export_own);
	sk_fd_close(&fd);
	return r;
}
