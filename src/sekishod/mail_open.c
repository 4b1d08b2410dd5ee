/*
 * The inside of a stored mail for its operator: keyd opens the sealed body,
 * the reader finds the layers, keyd decrypts them, the reader extracts. The
 * daemon passes descriptors and reads none of it; what comes out goes to the
 * client as it stands (design.md §8).
 */
#include <string.h>

#include <sekisho/files.h>

#include "command.h"
#include "intake.h"

struct opening {
	enum mail_want want;
	uint32_t part, layer;
	int mail, payload, out;
	uint64_t at, len;	/* the layer in `mail`; len 0: all of it */
	const char *charset;	/* around an inline message, for its text */
	struct facts facts;
	/* Of a mail that was read and not opened: what `mail show` lists. */
	const struct facts *listed;
};

static int read_facts(struct command *c);

static void
close_all(struct command *c)
{
	struct opening *o = c->state;

	sk_fd_close(&o->mail);
	sk_fd_close(&o->payload);
	sk_fd_close(&o->out);
}

static int
failed(struct command *c, int code, const char *what, const char *why)
{
	return sk_fail(&c->e, code, "mail", "%s (%s): `sekisho mail save N "
	    "--raw FILE` gives it as it came", what, why ? why : "no reason "
	    "given");
}

static int
give(struct command *c, int *fd)
{
	c->out_fd = *fd;
	*fd = -1;
	return SK_OK;
}

static int
ask_reader(struct command *c, enum read_mode mode, command_then then)
{
	struct opening *o = c->state;
	struct msg_read ask = { .layer = o->layer, .mode = mode,
		.part = o->part, .at = o->at, .len = o->len,
		.charset = o->charset };
	struct sk_buf b;
	int fds[3], r;

	sk_fd_close(&o->out);
	sk_fd_close(&o->payload);
	o->out = sk_memfd("out");
	o->payload = sk_memfd("payload");
	fds[0] = o->mail;
	fds[1] = o->out;
	fds[2] = o->payload;
	sk_buf_init(&b, 256);
	msg_read_put(&b, &ask);
	r = command_ask(c, c->d->readers, MSG_READ, sk_buf_span(&b), fds, 3,
	    then);
	sk_buf_free(&b);
	return r;
}

static int
reader_done(struct command *c, struct channel_message *m, const char *error)
{
	struct msg_read_done done;

	if (!m || m->type != MSG_READ_DONE || msg_read_done_get(c->arena,
	    sk_buf_span(&m->fields), &done))
		return failed(c, SK_ERR_DATA, "the reader could not read it",
		    error);
	if (done.status)
		return failed(c, SK_ERR_DATA, "it cannot be read",
		    done.reason);
	return SK_OK;
}

static int
keyd_done(struct command *c, struct channel_message *m, const char *error)
{
	struct msg_opened_mail done;

	if (!m || m->type != MSG_OPENED_MAIL || msg_opened_mail_get(c->arena,
	    sk_buf_span(&m->fields), &done))
		return failed(c, SK_ERR_UNAVAILABLE, "keyd does not answer",
		    error);
	if (done.status || m->nfds != 1)
		return failed(c, SK_ERR_CRYPTO, "it cannot be opened",
		    done.reason);
	return SK_OK;
}

static int
file_opened(struct command *c, struct channel_message *m, const char *error)
{
	int r = keyd_done(c, m, error);

	return r ? r : give(c, &m->fds[0]);
}

/* The sealed file stands in `fd`, from `f`'s data on. */
static int
ask_keyd(struct command *c, int fd, const struct facts *f, command_then then)
{
	struct msg_open_mail ask = {
		.form = f->form, .data_at = f->data_at,
		.data_len = f->data_len, .sig_at = f->sig_at,
		.sig_len = f->sig_len,
	};
	struct sk_buf b;
	int r;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_open_mail_put(&b, &ask);
	sk_memfd_seal(fd);
	r = command_ask(c, c->d->keyds, form_opens(f->form) ?
	    MSG_DECRYPT : MSG_VERIFY, sk_buf_span(&b), &fd, 1, then);
	sk_buf_free(&b);
	return r;
}

/* As the reader found it. What shows no mark is tried as OpenPGP. */
static enum fact_form
file_form(const struct opening *o)
{
	const struct facts *f = &o->facts;
	enum fact_form form = FORM_PLAIN;

	for (size_t i = 0; i < f->nattachments; i++)
		if (f->attachments[i].part == o->part)
			form = attachment_form(f->attachments[i].flags);
	return form == FORM_PLAIN ? FORM_PGP_ATTACHED : form;
}

/* An attachment sealed to the council, as people do with a program beside
 * their mail's: keyd gives its content only whole. */
static int
open_file(struct command *c)
{
	struct opening *o = c->state;
	struct facts f = { .form = file_form(o) };
	size_t n;

	if (sk_fd_size(o->out, &n) || n == 0)
		return failed(c, SK_ERR_DATA, "it cannot be opened",
		    "the attachment is empty");
	if (form_smime(f.form) && !c->d->config->smime_home)
		return failed(c, SK_ERR_CONFIG, "it cannot be opened", "it is "
		    "S/MIME, and this council has no certificate: see "
		    "`sekisho setup smime`");
	f.data_len = n;
	return ask_keyd(c, o->out, &f, file_opened);
}

static int
extracted(struct command *c, struct channel_message *m, const char *error)
{
	struct opening *o = c->state;
	int r = reader_done(c, m, error);

	if (r)
		return r;
	return o->want == MAIL_WANT_OPENED ? open_file(c) : give(c, &o->out);
}

static int
extract(struct command *c)
{
	struct opening *o = c->state;

	return ask_reader(c, o->want == MAIL_WANT_TEXT ? READ_TEXT :
	    READ_PART, extracted);
}

/* ---- a number of the list ---- */

static bool
wants_part(const struct opening *o)
{
	return o->want == MAIL_WANT_PART || o->want == MAIL_WANT_OPENED;
}

static bool
same_list(const struct facts *x, const struct facts *y)
{
	if (x->nattachments != y->nattachments)
		return false;
	for (size_t i = 0; i < x->nattachments; i++)
		if (x->attachments[i].part != y->attachments[i].part ||
		    x->attachments[i].bytes != y->attachments[i].bytes ||
		    strcmp(x->attachments[i].name, y->attachments[i].name))
			return false;
	return true;
}

static const struct fact_attachment *
attachment(const struct facts *f, uint32_t part)
{
	for (size_t i = 0; i < f->nattachments; i++)
		if (f->attachments[i].part == part)
			return &f->attachments[i];
	return NULL;
}

/* A mail that is a sealed file has the number of what that holds, and its
 * octets as the payload. */
static bool
is_sealed_mail(const struct opening *o, const struct fact_attachment *it)
{
	return o->facts.form == FORM_PGP_ATTACHED &&
	    (it->flags & ATTACH_SEALED) && o->facts.data_at == 0;
}

/* This is the layer at which reading ended: the number is one of this list,
 * whatever keyd could do by now. */
static int
listed_part(struct command *c)
{
	struct opening *o = c->state;
	const struct fact_attachment *it = attachment(o->listed, o->part);

	if (!it)
		return sk_fail(&c->e, SK_ERR_NOINPUT, "PART", "this mail was "
		    "not opened, and `sekisho mail show` lists no attachment "
		    "%u: `sekisho mail read-again N` has it read once more, "
		    "`sekisho mail save N --raw FILE` gives it as it came",
		    o->part);
	if (!is_sealed_mail(o, it))
		return extract(c);
	sk_fd_close(&o->out);
	o->out = o->payload;
	o->payload = -1;
	return o->want == MAIL_WANT_OPENED ? open_file(c) : give(c, &o->out);
}

/* ---- layers ---- */

/* The signed octets; what stands around them is not shown (JYAF). */
static int
go_inside(struct command *c)
{
	struct opening *o = c->state;

	sk_fd_close(&o->mail);
	o->mail = o->payload;
	o->payload = -1;
	o->at = o->facts.data_at;
	o->len = o->facts.data_len;
	o->layer++;
	return read_facts(c);
}

static int
decrypted(struct command *c, struct channel_message *m, const char *error)
{
	struct opening *o = c->state;
	int r = keyd_done(c, m, error);

	if (r)
		return r;
	sk_fd_close(&o->mail);
	o->mail = m->fds[0];
	m->fds[0] = -1;
	o->at = o->len = 0;
	o->layer++;
	return read_facts(c);
}

static int
take_facts(struct command *c)
{
	struct opening *o = c->state;
	struct sk_buf b;
	int r;

	sk_buf_init(&b, LIMIT_FACTS);
	r = sk_fd_slurp(o->out, &b);
	if (!r)
		r = facts_get(c->arena, sk_span_of(sk_arena_dup(c->arena, b.p,
		    b.len), b.len), &o->facts);
	sk_buf_free(&b);
	return r ? failed(c, SK_ERR_DATA, "the reader sent odd facts",
	    "protocol") : SK_OK;
}

static int
layer_read(struct command *c, struct channel_message *m, const char *error)
{
	struct opening *o = c->state;
	enum fact_form form;
	int r = reader_done(c, m, error);

	if (!r)
		r = take_facts(c);
	if (r)
		return r;
	form = o->facts.form;
	if (o->listed && wants_part(o) && same_list(o->listed, &o->facts))
		return listed_part(c);
	if (form_inline(form) && o->part > FACTS_BESIDE) {
		o->part -= FACTS_BESIDE;
		return extract(c);
	}
	if (form == FORM_PLAIN || (form == FORM_SMIME_SIGNED &&
	    !c->d->config->smime_home))
		return o->want == MAIL_WANT_FACTS ? give(c, &o->out) :
		    extract(c);
	o->charset = form_inline(form) ? o->facts.charset : NULL;
	if (o->layer >= LIMIT_LAYERS && wants_part(o))
		return extract(c);	/* there reading ended, too */
	if (o->layer >= LIMIT_LAYERS)
		return failed(c, SK_ERR_LIMIT, "it is wrapped too often",
		    "limit");
	return form_holds_layer(form) ? go_inside(c) :
	    ask_keyd(c, o->payload, &o->facts, decrypted);
}

static int
read_facts(struct command *c)
{
	return ask_reader(c, READ_FACTS, layer_read);
}

/* ---- the sealed body ---- */

static int
body_opened(struct command *c, struct channel_message *m, const char *error)
{
	struct opening *o = c->state;
	struct msg_opened done;

	if (!m || m->type != MSG_OPENED || msg_opened_get(c->arena,
	    sk_buf_span(&m->fields), &done) || done.status || m->nfds != 1)
		return sk_fail(&c->e, SK_ERR_UNAVAILABLE, "keyd", "the sealed "
		    "mail could not be opened (%s): see the log of "
		    "sekisho-keyd", error ? error : "refused");
	o->mail = m->fds[0];
	m->fds[0] = -1;
	return o->want == MAIL_WANT_RAW ? give(c, &o->mail) : read_facts(c);
}

static const struct facts *
listed_unopened(struct command *c, const struct mail_record *m)
{
	struct facts *f = sk_arena_alloc(c->arena, sizeof(*f));
	struct verdict v = { 0 };

	if (!m->facts.len || !m->verdict.len || verdict_get(m->verdict, &v) ||
	    !v.failed || facts_get(c->arena, m->facts, f))
		return NULL;
	return f;
}

int
mail_open(struct command *c, const struct mail_record *m,
    enum mail_want want, uint32_t part)
{
	struct opening *o = sk_arena_alloc(c->arena, sizeof(*o));

	o->want = want;
	o->part = part;
	o->listed = listed_unopened(c, m);
	o->mail = o->payload = o->out = -1;
	c->state = o;
	c->cleanup = close_all;
	c->then = body_opened;
	c->asked = c->d->keyds;
	c->ask = opening_ask(c->d, c->arena, m, want == MAIL_WANT_TEXT ||
	    want == MAIL_WANT_FACTS ? OPEN_OPERATOR_TEXT :
	    OPEN_OPERATOR_SAVE, true, command_answered, c, &c->e);
	return c->ask ? COMMAND_LATER : c->e.code;
}
