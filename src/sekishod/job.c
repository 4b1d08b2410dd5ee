/*
 * One mail through reader and keyd: read, open the layer, read again, at most
 * LIMIT_LAYERS. Whatever fails ends in "unreadable" or in a failed verdict;
 * the mail itself stays sealed as it came.
 */
#include "intake.h"

#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/text.h>

#define AGAIN_MILLISECONDS 10000
#define AGAIN_DOUBLED 3			/* so often: 80 seconds at most */

static void read_layer(struct job *j);
static void open_body(void *ctx);

static void
unreadable(struct job *j, const char *word, const char *why)
{
	sk_log(SK_WARN, "mail.unreadable", "mail=%lld layer=%u reason=\"%s\"",
	    (long long)j->mail.row, j->layer, why);
	if (j->layer == 0) {
		j->unreadable = word;
	} else {
		/* The outer mail was read; its inside was not. */
		j->verdict.failed = true;
	}
	intake_job_read(j);
}

/* The answer to what was asked is here. */
static void
take_answer(struct job *j)
{
	j->ask = 0;
	j->waits = false;
	j->worked += pool_worked(j->asked);
}

static bool
took_too_long(const struct job *j)
{
	return j->worked >= LIMIT_MAIL_SECONDS * 1000;
}

/* It is as if it could not be opened; the sender's next mails wait for it. */
static void
give_up(struct job *j)
{
	sk_log(SK_WARN, "mail.too-long", "mail=%lld layer=%u "
	    "milliseconds=%lld", (long long)j->mail.row, j->layer,
	    (long long)j->worked);
	j->verdict.failed = true;
	intake_job_read(j);
}

/* ---- keyd ---- */

static void ask_keyd(struct job *j, const struct key_record *all, size_t n);
static void open_again(void *ctx);

/* It is no fault of this mail: a backlog after a long standstill opens more in
 * a minute than keyd's alarm allows, keyd died, its home lost the key. */
static void
keyd_later(struct job *j, loop_fn fn)
{
	unsigned n = j->faults > AGAIN_DOUBLED ? AGAIN_DOUBLED : j->faults;

	loop_timer_free(&j->again);
	j->again = loop_timer_new(j->d->loop, fn, j);
	loop_timer_in(j->again, AGAIN_MILLISECONDS << n);
	intake_job_waits(j);
}

/* Keyds that die of it again and again are killed by the mail; any other fault
 * of theirs ends when somebody mends it. */
static bool
keyd_is_tried_again(struct job *j, bool died, const char *error, loop_fn fn)
{
	if (died && ++j->deaths >= LIMIT_KEYD_ROUNDS)
		return false;
	sk_log(SK_ERROR, "mail.waits", "mail=%lld faults=%u error=\"%s\"",
	    (long long)j->mail.row, j->faults + 1, error);
	keyd_later(j, fn);
	j->faults++;
	return true;
}

/* Does keyd's answer name a key that it was not given, and that the store
 * knows as somebody's? Then it is asked once more with that key: "signed by
 * other" instead of "unknown", and still nothing believed for From (L14). */
static bool
ask_again(struct job *j, const struct msg_opened_mail *o)
{
	struct key_record *all = NULL;
	size_t n = 0;

	if (j->asked_again || took_too_long(j) || o->status || !*o->issuer ||
	    o->verdict.signature != SIGNATURE_UNKNOWN_KEY ||
	    store_keys_of_id(j->d->store, j->arena, o->issuer, &all, &n) ||
	    n == 0)
		return false;
	j->asked_again = true;
	ask_keyd(j, all, n);
	return true;
}

/* The same ciphertext from another sender: an attacker who has somebody's
 * encrypted mail lets us open it for him (EFAIL, B1). It is not read on; to
 * the outside it is a mail that could not be opened. From the same sender it
 * is an old mail, which anybody can send again in his name. */
static bool
is_replayed(struct job *j, struct msg_opened_mail *o)
{
	const char *from = j->facts.from.address;
	bool others = false;

	for (size_t i = 0; i < o->nciphers; i++) {
		struct seen before;

		if (store_cipher_seen(j->d->store, o->ciphers[i], from ? from :
		    "", j->mail.row, &before))
			return true;	/* not known to be new: fail closed */
		if (!before.mail)
			continue;
		sk_log(SK_WARN, "mail.replayed", "mail=%lld first=%lld "
		    "sender=%s", (long long)j->mail.row,
		    (long long)before.mail, before.same_sender ? "same" :
		    "other");
		o->verdict.again |= before.same_sender;
		others |= !before.same_sender;
	}
	turn_after(j->d, NULL, NULL);
	return others;
}

/* What was signed beside its signature is the next layer, whatever the
 * signature is worth: nothing that stands around it is shown as if it were
 * under it (JYAF). */
static void
go_inside(struct job *j, struct channel_message *m)
{
	enum fact_form form = j->inner.form;

	j->opened = form;
	sk_fd_close(&j->mail_fd);
	if (m->nfds == 1) {
		j->mail_fd = m->fds[0];
		m->fds[0] = -1;
		j->at = j->len = 0;
	} else {
		j->mail_fd = j->payload_fd;
		j->payload_fd = -1;
		j->at = j->inner.data_at;
		j->len = j->inner.data_len;
	}
	j->layer++;
	read_layer(j);
}

/* Is there a next layer? An encrypted one that failed has none; signed octets
 * beside their signature always are one. */
static bool
has_inside(const struct job *j, const struct msg_opened_mail *o, size_t nfds)
{
	if (form_holds_layer(j->inner.form))
		return true;
	return o->status == SK_OK && !o->verdict.failed && nfds == 1;
}

/* A stranger's S/MIME certificate is a key that came with the mail: a proposal,
 * as an attached one (L16). */
static void
all_read(struct job *j)
{
	struct facts *f = &j->facts;
	struct fact_key *keys;

	if (j->certificate.len && f->nkeys < LIMIT_KEYS_PER_MAIL) {
		keys = sk_arena_array(j->arena, f->nkeys + 1, sizeof(*keys));
		if (f->nkeys)
			memcpy(keys, f->keys, f->nkeys * sizeof(*keys));
		keys[f->nkeys++] = (struct fact_key){ j->certificate,
			KEY_IN_SIGNATURE };
		f->keys = keys;
	}
	intake_job_read(j);
}

static void
keyd_answered(void *ctx, struct channel_message *m, const char *error)
{
	struct job *j = ctx;
	struct msg_opened_mail o;
	bool inside;

	take_answer(j);
	if (!m || m->type != MSG_OPENED_MAIL || msg_opened_mail_get(j->arena,
	    sk_buf_span(&m->fields), &o)) {
		error = error ? error : "odd answer";
		if (keyd_is_tried_again(j, true, error, open_again))
			return;
		sk_log(SK_WARN, "mail.open", "mail=%lld error=\"%s\"",
		    (long long)j->mail.row, error);
		j->verdict.failed = true;
		intake_job_read(j);
		return;
	}
	if (o.status == SK_ERR_TEMP && keyd_is_tried_again(j, false, o.reason,
	    open_again))
		return;
	j->faults = 0;
	if (ask_again(j, &o))
		return;
	if (o.certificate.len)
		j->certificate = o.certificate;
	j->tried |= j->enveloped;
	inside = has_inside(j, &o, m->nfds);
	o.verdict.failed = !inside;
	if (inside && is_replayed(j, &o))
		o.verdict.failed = o.verdict.replayed = true;
	else if (!inside && form_encrypted(j->inner.form) && !j->enveloped)
		job_count_failure(j);
	verdict_of_layer(j, &o.verdict);
	if (o.verdict.failed)
		intake_job_read(j);
	else if (took_too_long(j))
		give_up(j);
	else
		go_inside(j, m);
}

static size_t
candidate_keys(struct job *j, struct key_record **all)
{
	size_t n = 0;

	*all = NULL;
	if (!j->facts.from.address || store_keys_of_address(j->d->store,
	    j->arena, j->facts.from.address, all, &n))
		n = 0;
	return n;
}

static void
ask_keyd(struct job *j, const struct key_record *all, size_t n)
{
	const struct facts *f = &j->inner;
	struct msg_key keys[MSG_KEYS_MAX];
	struct msg_open_mail o = {
		.form = f->form, .data_at = f->data_at,
		.data_len = f->data_len, .sig_at = f->sig_at,
		.sig_len = f->sig_len, .keys = keys,
		.from = j->facts.from.address, .came = j->mail.received,
	};
	struct sk_buf b;

	for (size_t i = 0; i < n && o.nkeys < MSG_KEYS_MAX; i++)
		if (all[i].facts.scheme == (form_smime(f->form) ? KEY_SMIME :
		    KEY_OPENPGP))
			keys[o.nkeys++] = (struct msg_key){ all[i].fpr,
			    all[i].facts.block };
	sk_buf_init(&b, LIMIT_WIRE_FIELDS);
	msg_open_mail_put(&b, &o);
	while (b.over && o.nkeys) {	/* many large keys: fewer of them */
		o.nkeys--;
		sk_buf_free(&b);
		sk_buf_init(&b, LIMIT_WIRE_FIELDS);
		msg_open_mail_put(&b, &o);
	}
	sk_memfd_seal(j->payload_fd);
	sk_fd_close(&j->mail_fd);
	sk_fd_close(&j->facts_fd);
	j->asked = j->d->keyds;
	j->ask = pool_ask(j->asked, form_opens(f->form) ? MSG_DECRYPT :
	    MSG_VERIFY, sk_buf_span(&b), &j->payload_fd, 1, false,
	    keyd_answered, j);
	sk_buf_free(&b);
	intake_job_waits(j);
}

static void
open_again(void *ctx)
{
	struct job *j = ctx;
	struct key_record *all;
	size_t n = candidate_keys(j, &all);

	ask_keyd(j, all, n);
}

static void
open_layer(struct job *j)
{
	enum fact_form form = j->inner.form;
	struct key_record *all;
	size_t n;

	if (j->layer == 0)
		j->verdict.outer_form = form;
	if (form == FORM_SMIME_ENVELOPED && !j->enveloped) {
		j->enveloped = true;
		j->before = j->facts;
	}
	if (took_too_long(j)) {
		give_up(j);
		return;
	}
	if (j->layer >= LIMIT_LAYERS)
		j->facts.doubts |= DOUBT_TOO_DEEP;
	else if (form_encrypted(form))
		j->verdict.untried = job_failed_too_often(j);
	if (j->layer >= LIMIT_LAYERS || j->verdict.untried) {
		j->verdict.failed |= form_encrypted(form);
		intake_job_read(j);
		return;
	}
	j->asked_again = false;
	n = candidate_keys(j, &all);
	ask_keyd(j, all, n);
}

/* ---- reader ---- */

static int
take_facts(struct job *j, const struct msg_read_done *done)
{
	struct sk_buf b;
	int r;

	sk_buf_init(&b, LIMIT_FACTS);
	if (done->facts_len > LIMIT_FACTS)
		return SK_ERR_PROTOCOL;
	r = sk_fd_slurp(j->facts_fd, &b);
	if (!r && b.len != done->facts_len)
		r = SK_ERR_PROTOCOL;
	if (!r)
		r = facts_get(j->arena, sk_span_of(sk_arena_dup(j->arena, b.p,
		    b.len), b.len), &j->inner);
	sk_buf_free(&b);
	return r;
}

/* RFC 9788: a header inside counts if it came out whole, or is signed well;
 * what could be anything does not, whoever signed around it. */
static bool
header_believed(const struct job *j)
{
	return !verdict_is_malleable(&j->verdict) && ((j->verdict.encrypted &&
	    j->verdict.integrity) || j->verdict.signature == SIGNATURE_GOOD);
}

static void
layer_read(struct job *j)
{
	if (j->layer == 0) {
		j->facts = j->inner;
		j->have_facts = true;
	} else {
		facts_join(j->arena, &j->facts, &j->inner, j->opened,
		    header_believed(j));
	}
	if (j->inner.form == FORM_PLAIN) {
		if (verdict_is_malleable(&j->verdict))
			j->facts.doubts |= DOUBT_MALLEABLE;
		all_read(j);
	} else if (form_smime(j->inner.form) && !j->d->config->smime_home) {
		/* This council has no certificate: kept, shown to the
		 * operator, never guessed at. */
		if (j->layer == 0)
			j->verdict.outer_form = j->inner.form;
		j->verdict.failed = form_encrypted(j->inner.form) ||
		    j->inner.form == FORM_SMIME_SIGNED_OPAQUE;
		intake_job_read(j);
	} else {
		open_layer(j);
	}
}

static void
reader_answered(void *ctx, struct channel_message *m, const char *error)
{
	struct job *j = ctx;
	struct msg_read_done done;

	take_answer(j);
	if (!m) {
		unreadable(j, "unreadable", error);
	} else if (m->type != MSG_READ_DONE || msg_read_done_get(j->arena,
	    sk_buf_span(&m->fields), &done)) {
		unreadable(j, "unreadable", "reader broke the protocol");
	} else if (done.status) {
		/* A code: the reader's own words may be those of the mail. */
		unreadable(j, "unreadable", sk_err_word(done.status));
	} else if (take_facts(j, &done)) {
		unreadable(j, "unreadable", "reader sent odd facts");
	} else {
		layer_read(j);
	}
}

static void
read_layer(struct job *j)
{
	struct msg_read ask = { .layer = j->layer, .mode = READ_FACTS,
		.at = j->at, .len = j->len,
		.charset = j->layer && form_inline(j->opened) ?
		    j->inner.charset : NULL };
	int fds[3];
	struct sk_buf b;

	sk_fd_close(&j->facts_fd);
	sk_fd_close(&j->payload_fd);
	j->facts_fd = sk_memfd("facts");
	j->payload_fd = sk_memfd("payload");
	fds[0] = j->mail_fd;
	fds[1] = j->facts_fd;
	fds[2] = j->payload_fd;
	sk_buf_init(&b, 256);
	msg_read_put(&b, &ask);
	j->asked = j->d->readers;
	j->ask = pool_ask(j->asked, MSG_READ, sk_buf_span(&b), fds, 3, false,
	    reader_answered, j);
	sk_buf_free(&b);
}

static void
try_counted(void *ctx, int result)
{
	if (result == SK_OK)	/* else the daemon ends, and begins anew */
		read_layer(ctx);
}

/* The try is committed before the reading: a mail that kills the daemon does
 * so LIMIT_READ_TRIES times at most. Waiting for keyd is no try. */
static void
count_try(struct job *j)
{
	/* Its key is here, so this is the first reading; custody may have
	 * counted it. */
	bool counted = j->has_key && j->mail.tries > 0;

	if (counted)
		try_counted(j, SK_OK);
	else if (j->mail.tries >= LIMIT_READ_TRIES)
		unreadable(j, "unreadable", "third try: filed unread");
	else if (store_mail_try(j->d->store, j->mail.row))
		unreadable(j, "cannot-open", "the store refused");
	else
		turn_after(j->d, try_counted, j);
}

static void
body_opened(void *ctx, struct channel_message *m, const char *error)
{
	struct job *j = ctx;
	struct msg_opened o;

	take_answer(j);
	if (!m || m->type != MSG_OPENED || msg_opened_get(j->arena,
	    sk_buf_span(&m->fields), &o))
		o.status = SK_ERR_PROTOCOL;
	if (o.status == SK_ERR_LIMIT) {
		keyd_later(j, open_body);
	} else if (o.status == SK_ERR_PROTOCOL && keyd_is_tried_again(j, true,
	    error ? error : "odd answer", open_body)) {
		return;
	} else if (o.status || m->nfds != 1) {
		unreadable(j, "cannot-open", error ? error :
		    "keyd could not open the sealed body");
	} else {
		j->mail_fd = m->fds[0];
		m->fds[0] = -1;
		j->faults = 0;
		count_try(j);
	}
}

static void
open_body(void *ctx)
{
	struct job *j = ctx;
	struct sk_error e = { 0 };

	j->asked = j->d->keyds;
	j->ask = opening_ask(j->d, j->arena, &j->mail, OPEN_READ_AGAIN, false,
	    body_opened, j, &e);
	if (j->ask)
		intake_job_waits(j);
	else
		unreadable(j, "cannot-open", e.text);
}

void
job_read(struct job *j)
{
	if (j->plain.len) {
		j->mail_fd = sk_memfd_of("mail", sk_buf_span(&j->plain));
		sk_buf_free(&j->plain);
		count_try(j);
	} else {
		open_body(j);
	}
}
