/*
 * Stored mails for operators. What was understood comes from the database;
 * text, attachments and the raw mail are opened on demand, for the operator of
 * that case only, and every opening is in the account (I8).
 */
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "command.h"
#include "delivery.h"

#define LIST_DEFAULT 50
#define LIST_MAX 5000

static int
find(struct command *c, struct mail_record *m)
{
	if (store_mail_get(c->d->store, c->arena, command_number(c, "n", 0),
	    m))
		return sk_fail(&c->e, SK_ERR_NOINPUT, command_str(c, "n"),
		    "no such mail: see `sekisho mail list`");
	return SK_OK;
}

static void
set_case(struct command *c, struct sk_json *o, int64_t row)
{
	struct case_record k;

	sk_json_set_str(o, "case", row && store_case_get(c->d->store,
	    c->arena, row, &k) == SK_OK ? k.number : NULL);
}

int
verb_mail_list(struct command *c)
{
	int64_t last = command_number(c, "last", LIST_DEFAULT);
	struct mail_record *m = NULL;
	struct case_record k = { 0 };
	struct sk_json *list;
	size_t n = 0;
	int r = command_str(c, "case") ? command_case(c, "case", &k) : SK_OK;

	if (!r)
		r = command_store(c, store_mail_list(c->d->store, c->arena,
		    k.row, last < LIST_MAX ? (size_t)last : LIST_MAX, &m,
		    &n), "mails");
	if (r)
		return r;
	c->out = sk_json_document("mails");
	list = sk_json_set(c->out, "mails", sk_json_array());
	for (size_t i = 0; i < n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		document_mail(o, &m[i]);
		set_case(c, o, m[i].case_row);
		sk_json_set_str(o, "from", m[i].from);
		sk_json_set_str(o, "subject", m[i].subject);
	}
	return SK_OK;
}

static void
understood(struct command *c, const struct mail_record *m)
{
	struct verdict v = { 0 };
	struct sk_json *facts;
	struct facts f;
	bool opened;

	if (!m->facts.len || facts_get(c->arena, m->facts, &f))
		return;
	opened = m->verdict.len && verdict_get(m->verdict, &v) == SK_OK;
	facts = facts_json(&f, opened ? &v : NULL);
	sk_json_merge(c->out, &facts);
	/* The text is not kept in the database: `mail text` opens it. */
	sk_json_set_null(c->out, "text");
}

/* Was it read, and opened? */
static bool
is_read(const struct mail_record *m)
{
	struct verdict v = { 0 };

	return m->facts.len && (!m->verdict.len ||
	    (verdict_get(m->verdict, &v) == SK_OK && !v.failed));
}

/* A colleague's answer that waits for somebody to vouch? */
static bool
is_colleagues(const struct mail_record *m)
{
	return m->class == MAIL_FOLLOW_UP &&
	    strcmp(m->note, "same-organisation") == 0;
}

/* What an operator may do about one that did not go through by itself. */
static const char *
next_step(const struct command *c, const struct mail_record *m)
{
	if (!m->done || m->class == MAIL_REPEAT)
		return NULL;
	if (!is_read(m))
		return sk_arena_printf(c->arena, "sekisho mail read-again %lld "
		    "has it read once more", (long long)m->row);
	if (is_colleagues(m))
		return sk_arena_printf(c->arena, "a colleague of the "
		    "originator answers: ask the originator by a contact not "
		    "taken from a mail, then sekisho mail vouch %lld",
		    (long long)m->row);
	return NULL;
}

/* The keys it brought, as keyd understood them; others stand in the raw mail
 * only (`mail save`). */
static int
brought(struct command *c, const struct mail_record *m)
{
	const char *mark = sk_arena_printf(c->arena, "mail %lld, ",
	    (long long)m->row);
	struct sk_json *list = sk_json_set(c->out, "keys", sk_json_array());
	struct key_record *k = NULL;
	size_t n = 0;

	if (m->case_row && store_keys(c->d->store, c->arena, NULL,
	    m->case_row, &k, &n))
		return command_store(c, SK_ERR_IO, "keys");
	for (size_t i = 0; i < n; i++)
		if (strncmp(k[i].origin, mark, strlen(mark)) == 0)
			document_key(sk_json_add(list, sk_json_object()),
			    &k[i], c->now);
	return SK_OK;
}

/* Why a key that it brought was not taken. */
static int
refused(struct command *c, const struct mail_record *m)
{
	struct sk_json *list = sk_json_set(c->out, "keys_refused",
	    sk_json_array());
	struct key_heard_record *k = NULL;
	size_t n = 0;
	int r = command_store(c, store_key_heard_refused(c->d->store,
	    c->arena, m->row, c->now, &k, &n), "keys");

	for (size_t i = 0; i < n; i++)
		sk_json_add_str(list, k[i].refused);
	return r;
}

int
verb_mail_show(struct command *c)
{
	struct mail_record m;
	struct sk_json *to;
	int r = find(c, &m);

	if (r)
		return r;
	c->out = sk_json_document("mail");
	sk_json_set_str(c->out, "hint", next_step(c, &m));
	document_mail(c->out, &m);
	set_case(c, c->out, m.case_row);
	sk_json_set_str(c->out, "envelope_from", m.sender);
	to = sk_json_set(c->out, "envelope_to", sk_json_array());
	for (size_t i = 0; i < m.nrcpts; i++)
		sk_json_add_str(to, m.rcpts[i]);
	sk_json_set_str(c->out, "authentication", word_of(WORDS_AUTH,
	    (int)m.auth));
	understood(c, &m);
	r = brought(c, &m);
	return r ? r : refused(c, &m);
}

/* ---- what waits for keyd ---- */

static const char *
keyd_mend(const struct command *c)
{
	return c->d->config->nkeyd_sockets ? "start it again where "
	    "keyd.sockets names it, and see its log; what waits is read by "
	    "itself then" : "sekishod starts it again by itself, and its log "
	    "says why it ends (keyd.died)";
}

/* Numbers and times only: for whoever can mend it. */
int
verb_mail_check(struct command *c)
{
	struct sk_json *faults;
	int64_t since;
	size_t n = intake_at_keyd(c->d->intake, &since);

	c->out = sk_json_document("mail-check");
	faults = sk_json_set(c->out, "faults", sk_json_array());
	sk_json_set_int(c->out, "waiting", (int64_t)n);
	document_time(c->out, "since", since);
	if (!keyd_watch_misses(c->d->keyd_watch))
		return SK_OK;
	if (n)
		sk_json_add_str(faults, sk_arena_printf(c->arena, "%zu "
		    "mail%s for sekisho-keyd, which does not answer or cannot "
		    "use the council's key, the oldest since %s: %s", n, n == 1 ? " waits" : "s wait",
		    sk_time_local(c->arena, since), keyd_mend(c)));
	else
		sk_json_add_str(faults, sk_arena_printf(c->arena, "no "
		    "sekisho-keyd answers: what comes encrypted waits, what "
		    "must be encrypted does not leave: %s", keyd_mend(c)));
	return SK_OK;
}

/* ---- opened on demand ---- */

/* An untaken case is everybody's; a taken one its operator's. */
static int
may_open(struct command *c, const struct mail_record *m, const char **object)
{
	struct case_record k;

	*object = sk_arena_printf(c->arena, "mail %lld", (long long)m->row);
	if (!m->case_row)
		return SK_OK;
	if (store_case_get(c->d->store, c->arena, m->case_row, &k))
		return sk_fail(&c->e, SK_ERR_IO, *object, "its case is "
		    "missing");
	*object = k.number;
	if (k.owner && strcmp(k.owner, c->actor) != 0)
		return sk_fail(&c->e, SK_ERR_NOPERM, k.number, "is worked by "
		    "%s: take it over with `sekisho case take %s`", k.owner,
		    k.number);
	return SK_OK;
}

/* What stands in the database for the splitting: whose an indicator is was
 * found out there, with the outer mail's sender. */
static void
known_of(struct command *c, const struct mail_record *m)
{
	struct facts f = { 0 };

	set_case(c, c->out, m->case_row);
	if (m->facts.len && facts_get(c->arena, m->facts, &f))
		f = (struct facts){ 0 };
	facts_json_indicators(c->out, &f);
	facts_json_details(sk_json_set(c->out, "details", sk_json_array()),
	    &f, 0);
}

static int
open_mail(struct command *c, enum mail_want want, uint32_t part,
    const char *event)
{
	const char *object = NULL;
	struct mail_record m;
	int r = find(c, &m);

	if (!r)
		r = may_open(c, &m, &object);
	if (!r)
		r = command_audit(c, event, object, sk_arena_printf(c->arena,
		    "mail=%lld part=%u", (long long)m.row, part));
	if (r)
		return r;
	c->out = sk_json_document(want == MAIL_WANT_TEXT ? "mail-text" :
	    want == MAIL_WANT_FACTS ? "split" : "mail-part");
	sk_json_set_int(c->out, "number", m.row);
	if (part > 0)
		sk_json_set_int(c->out, "part", part);
	if (want == MAIL_WANT_FACTS)
		known_of(c, &m);
	return mail_open(c, &m, want, part);
}

int
verb_mail_text(struct command *c)
{
	return open_mail(c, MAIL_WANT_TEXT, 0, "mail.text");
}

int
verb_mail_split(struct command *c)
{
	return open_mail(c, MAIL_WANT_FACTS, 0, "mail.split");
}

int
verb_mail_save(struct command *c)
{
	int64_t part = command_number(c, "part", 0);
	bool raw = command_flag(c, "raw"), opened = command_flag(c, "open");

	if (raw == (part > 0) || (raw && opened))
		return sk_fail(&c->e, SK_ERR_USAGE, "mail save", "give the "
		    "number of an attachment, or --raw for the whole mail");
	if (part > FACTS_BESIDE + LIMIT_MIME_PARTS)
		return sk_fail(&c->e, SK_ERR_USAGE, "PART", "no mail has so "
		    "many parts");
	return open_mail(c, raw ? MAIL_WANT_RAW : opened ? MAIL_WANT_OPENED :
	    MAIL_WANT_PART, (uint32_t)part, opened ? "mail.save-open" :
	    "mail.save");
}

/* ---- once more through the reader ---- */

struct given_back {
	struct daemon *d;
	int64_t row;
};

static void
given_back(void *ctx, int result)
{
	struct given_back *g = ctx;

	if (result == SK_OK)
		intake_add(g->d->intake, g->row, NULL, NULL);
	free(g);
}

static int
not_ended(struct command *c, const struct mail_record *m,
    struct case_record *k)
{
	if (!m->case_row)
		return SK_OK;
	if (store_case_get(c->d->store, c->arena, m->case_row, k))
		return sk_fail(&c->e, SK_ERR_IO, "mail", "its case is "
		    "missing");
	if (case_ended(k))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "this case "
		    "has ended (%s): `sekisho case reopen %s` first",
		    word_of(WORDS_CASE_STATE, (int)k->state), k->number);
	return SK_OK;
}

/* Both verbs' beginning: this mail, whose case is this operator's or nobody's
 * and goes on, and which is not on its way already. */
static int
find_again(struct command *c, struct mail_record *m, struct case_record *k,
    const char **object)
{
	int r = find(c, m);

	if (!r)
		r = may_open(c, m, object);
	if (!r)
		r = not_ended(c, m, k);
	if (!r && !m->done)
		r = sk_fail(&c->e, SK_ERR_TEMP, command_str(c, "n"), "is with "
		    "the reader now: `sekisho mail show %lld` says when it is "
		    "filed", (long long)m->row);
	return r;
}

/* The row is the order: it outlives this daemon. */
static int
give_back(struct command *c, const struct mail_record *m,
    enum mail_again again, const char *event, const char *object,
    const char *detail)
{
	struct given_back *g;
	int r = command_store(c, store_mail_again(c->d->store, m->row, again),
	    "mail");

	if (!r)
		r = command_audit(c, event, object, detail);
	if (r)
		return r;
	g = sk_malloc(sizeof(*g));
	*g = (struct given_back){ c->d, m->row };
	turn_after(c->d, given_back, g);
	c->out = sk_json_document("read-again");
	sk_json_set_int(c->out, "number", m->row);
	set_case(c, c->out, m->case_row);
	sk_json_set_str(c->out, "state", "waiting");
	sk_json_set_str(c->out, "hint", sk_arena_printf(c->arena,
	    "sekisho mail show %lld says what came of it", (long long)m->row));
	return SK_OK;
}

int
verb_mail_read_again(struct command *c)
{
	struct case_record k = { 0 };
	const char *object = NULL;
	struct mail_record m;
	int r = find_again(c, &m, &k, &object);

	if (r)
		return r;
	if (m.repeat_of)
		return sk_fail(&c->e, SK_ERR_REFUSED, command_str(c, "n"),
		    "repeats mail %lld: have that one read again",
		    (long long)m.repeat_of);
	if (is_read(&m))
		return sk_fail(&c->e, SK_ERR_EXISTS, command_str(c, "n"),
		    "was read already (%s): see `sekisho mail show %lld`",
		    word_of(WORDS_MAIL_CLASS, (int)m.class),
		    (long long)m.row);
	return give_back(c, &m, AGAIN_READ, "mail.read-again", object,
	    sk_arena_printf(c->arena, "mail=%lld", (long long)m.row));
}

/* An operator asked the originator by another way, and the colleague answers
 * for it. Whether the mail counts is decided as ever: token, question and
 * authentication are what they are, and the read-back goes to the
 * originator. */
int
verb_mail_vouch(struct command *c)
{
	const char *how = command_str(c, "how"), *object = NULL;
	struct case_record k = { 0 };
	struct mail_record m;
	int r = find_again(c, &m, &k, &object);

	if (r)
		return r;
	if (!k.row || !is_colleagues(&m))
		return sk_fail(&c->e, SK_ERR_REFUSED, command_str(c, "n"),
		    "is no answer of a colleague of the originator (note "
		    "same-organisation): see `sekisho mail show %lld`",
		    (long long)m.row);
	k.needs_operator = false;
	r = store_case_update(c->d->store, &k);
	if (!r)
		r = store_case_note(c->d->store, k.row, c->now, c->actor,
		    sk_arena_printf(c->arena, "mail %lld answers for the "
		    "originator (%s): %s", (long long)m.row, how,
		    command_str(c, "reason")));
	r = command_store(c, r, k.number);
	return r ? r : give_back(c, &m, AGAIN_VOUCHED, "mail.vouch", object,
	    sk_arena_printf(c->arena, "mail=%lld how=%s", (long long)m.row,
	    how));
}
