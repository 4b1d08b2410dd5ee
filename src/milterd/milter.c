/*
 * libmilter's callbacks, and nothing that decides: what a mail means is
 * message.c's word, whether one of ours may pass sekishod's. Threads are here
 * only; a connection's state belongs to its thread.
 */
#include "milterd/milterd.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#include "milterd/intake.h"

#define BACKLOG 256
#define STOP_SECONDS 10

/* No reply to these, where Postfix can do without: half the round trips. */
#define QUIET_WANTED (SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | \
	SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY)
#define ACTIONS (SMFIF_CHGHDRS | SMFIF_DELRCPT)

struct connection {
	unsigned long quiet;		/* of QUIET_WANTED, agreed */
	struct message *message;
	struct settings *settings;	/* of the mail in progress */
	struct intake *intake;
	char client[160], helo[160];
};

static struct {
	uid_t peer;
	pthread_t thread, main;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned mails;		/* in progress */
	bool running, stopping;
} self = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.idle = PTHREAD_COND_INITIALIZER };

/* ---- one mail ---- */

static bool
mail_begins(void)
{
	bool ok;

	pthread_mutex_lock(&self.lock);
	ok = !self.stopping;
	self.mails += ok;
	pthread_mutex_unlock(&self.lock);
	return ok;
}

static void
mail_ends(struct connection *c)
{
	if (!c->settings)
		return;
	message_reset(c->message);
	intake_free(&c->intake);
	settings_give(&c->settings);
	pthread_mutex_lock(&self.lock);
	if (--self.mails == 0)
		pthread_cond_signal(&self.idle);
	pthread_mutex_unlock(&self.lock);
}

static sfsistat
quietly(const struct connection *c, unsigned long which)
{
	return c->quiet & which ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static const char *
macro(SMFICTX *ctx, const char *name)
{
	char key[64];

	snprintf(key, sizeof(key), "%s", name);
	return smfi_getsymval(ctx, key);
}

static const char *
queue_id(SMFICTX *ctx)
{
	const char *id = macro(ctx, "i");

	return id && strlen(id) <= LIMIT_QUEUE_ID ? id : NULL;
}

static sfsistat
say(SMFICTX *ctx, const char *code, const char *status, const char *text)
{
	char c[4], s[8], t[128];

	snprintf(c, sizeof(c), "%s", code);
	snprintf(s, sizeof(s), "%s", status);
	snprintf(t, sizeof(t), "%s", text);
	smfi_setreply(ctx, c, s, t);
	return *code == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

static sfsistat
later(SMFICTX *ctx)
{
	return say(ctx, "451", "4.7.1", "try again later");
}

/* On the pickup path a refusal would bounce the mail past every milter. */
static sfsistat
refuse(SMFICTX *ctx, const struct connection *c, const char *reason)
{
	const char *id = queue_id(ctx);
	bool local = c->settings->rules.local;

	sk_log(SK_WARN, local ? "milter.discarded" : "milter.refused",
	    "reason=%s queue=%s", reason, id ? id : "-");
	return local ? SMFIS_DISCARD : say(ctx, "550", "5.7.1",
	    "not permitted in the name of this address");
}

static sfsistat
refusal(SMFICTX *ctx, const struct connection *c)
{
	switch (message_refusal(c->message)) {
	case REFUSAL_NONE:
	case REFUSAL_OUR_NAME:
		break;
	case REFUSAL_LOOP:
		return say(ctx, "554", "5.4.6", "too many hops");
	case REFUSAL_SIZE:
		return say(ctx, "552", "5.3.4", "message too large");
	case REFUSAL_FORGED:
		return say(ctx, "554", "5.6.0", "too many forged fields");
	}
	return refuse(ctx, c, "our-name");
}

/* ---- at the end of a mail ---- */

static sfsistat
end_ours(SMFICTX *ctx, struct connection *c, const unsigned char *hash)
{
	char reason[LIMIT_QUEUE_ID + 1];
	struct msg_guard ask = {
		.nrcpts = message_nrcpts(c->message),
		.rcpt = message_only_rcpt(c->message),
		.queue_id = queue_id(ctx), .local = c->settings->rules.local,
	};

	memcpy(ask.hash, hash, sizeof(ask.hash));
	switch (ask_guard(c->settings->ask, self.peer, &ask, reason)) {
	case GUARD_PASS:
		return SMFIS_ACCEPT;
	case GUARD_LATER:
		return later(ctx);
	case GUARD_REFUSE:
		break;
	}
	return refuse(ctx, c, reason);
}

static bool
take_out(SMFICTX *ctx, const struct connection *c)
{
	const struct message_forged *f;
	size_t n;

	f = message_forged(c->message, &n);
	for (size_t i = 0; i < n; i++) {
		char name[256];

		snprintf(name, sizeof(name), "%s", f[i].name);
		if (strlen(f[i].name) >= sizeof(name) || smfi_chgheader(ctx,
		    name, (int)f[i].index, NULL) != MI_SUCCESS)
			return false;
	}
	return true;
}

/* The others get their mail by Postfix. */
static bool
drop_desks(SMFICTX *ctx, const struct connection *c)
{
	const char *const *plain, *const *given;
	size_t n = message_desks(c->message, &plain, &given);

	for (size_t i = 0; i < n; i++) {
		char rcpt[LIMIT_LMTP_ADDRESS + 3];

		snprintf(rcpt, sizeof(rcpt), "%s", given[i]);
		if (smfi_delrcpt(ctx, rcpt) != MI_SUCCESS)
			return false;
	}
	return true;
}

static sfsistat
end_desk(SMFICTX *ctx, struct connection *c)
{
	const char *const *plain, *const *given;
	size_t n = message_desks(c->message, &plain, &given);

	if (c->intake) {
		if (!intake_end(c->intake))
			return later(ctx);
		if (message_nrcpts(c->message) == n)
			return SMFIS_DISCARD;	/* it is with sekishod */
		if (!drop_desks(ctx, c))
			return later(ctx);
	}
	return take_out(ctx, c) ? SMFIS_ACCEPT : later(ctx);
}

static sfsistat
at_end(SMFICTX *ctx, struct connection *c)
{
	unsigned char hash[SK_HASH];

	switch (message_end(c->message, hash)) {
	case MESSAGE_OTHERS:
		return SMFIS_ACCEPT;
	case MESSAGE_OURS:
		return end_ours(ctx, c, hash);
	case MESSAGE_DESK:
		return end_desk(ctx, c);
	case MESSAGE_REFUSED:
		break;
	}
	return refusal(ctx, c);
}

/* ---- intake ---- */

static void
hand_in(SMFICTX *ctx, struct connection *c)
{
	const struct settings *s = c->settings;
	const char *const *plain, *const *given;
	const char *sender = message_sender(c->message);
	size_t n = message_desks(c->message, &plain, &given), at;
	struct sk_span head = message_head(c->message, &at);
	struct sk_buf trace;

	c->intake = intake_begin(s->lmtp, s->name, sender ? sender : "",
	    plain, n);
	sk_buf_init(&trace, 2048);
	trace_received(&trace, c->helo, c->client, macro(ctx, "j"),
	    queue_id(ctx), sk_now());
	intake_bytes(c->intake, sk_span_of(head.p, at));
	intake_bytes(c->intake, sk_buf_span(&trace));
	intake_bytes(c->intake, sk_span_of(head.p + at, head.len - at));
	intake_bytes(c->intake, sk_span_str("\r\n"));
	sk_buf_free(&trace);
}

/* ---- callbacks ---- */

static void
connection_free(struct connection *c)
{
	mail_ends(c);
	message_free(&c->message);
	free(c);
}

/* Without leading blanks no hash could be ours, and what we cannot do later we
 * must not promise now. */
static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long can_do, unsigned long can_skip,
    unsigned long f2, unsigned long f3, unsigned long *actions,
    unsigned long *steps, unsigned long *pf2, unsigned long *pf3)
{
	struct connection *c = smfi_getpriv(ctx);

	(void)f2;
	(void)f3;
	*pf2 = *pf3 = 0;
	if (!(can_skip & SMFIP_HDR_LEADSPC) || (can_do & ACTIONS) != ACTIONS) {
		sk_log(SK_ERROR, "milter.peer", "mend=\"this mail system does "
		    "not pass fields as they stand: Postfix 2.6 or later with "
		    "milter_protocol = 6 is needed\"");
		return SMFIS_REJECT;
	}
	if (!c)
		c = sk_malloc(sizeof(*c));
	if (!c->message)
		c->message = message_new();
	c->quiet = can_skip & QUIET_WANTED;
	*actions = ACTIONS;
	*steps = SMFIP_HDR_LEADSPC | c->quiet | (can_skip &
	    (SMFIP_NOUNKNOWN | SMFIP_NODATA));
	smfi_setpriv(ctx, c);
	return SMFIS_CONTINUE;
}

static void
address_text(const _SOCK_ADDR *sa, char *out, size_t size)
{
	socklen_t n = sizeof(struct sockaddr_in6);

	*out = '\0';
	if (sa && sa->sa_family == AF_INET)
		n = sizeof(struct sockaddr_in);
	if (sa && (sa->sa_family == AF_INET || sa->sa_family == AF_INET6))
		getnameinfo(sa, n, out, (socklen_t)size, NULL, 0,
		    NI_NUMERICHOST);
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *sa)
{
	struct connection *c = smfi_getpriv(ctx);
	char address[64];

	if (!c)
		return SMFIS_TEMPFAIL;
	address_text(sa, address, sizeof(address));
	snprintf(c->client, sizeof(c->client), "%.90s[%s]", host, address);
	return quietly(c, SMFIP_NR_CONN);
}

static sfsistat
on_helo(SMFICTX *ctx, char *helo)
{
	struct connection *c = smfi_getpriv(ctx);

	if (!c)
		return SMFIS_TEMPFAIL;
	snprintf(c->helo, sizeof(c->helo), "%.150s", helo);
	return quietly(c, SMFIP_NR_HELO);
}

static uint64_t
declared_size(char **argv)
{
	for (argv++; *argv; argv++)
		if (strncasecmp(*argv, "SIZE=", 5) == 0)
			return strtoull(*argv + 5, NULL, 10);
	return 0;
}

static sfsistat
on_from(SMFICTX *ctx, char **argv)
{
	struct connection *c = smfi_getpriv(ctx);

	if (!c)
		return SMFIS_TEMPFAIL;
	mail_ends(c);
	/* While we end: no state, and on_end() says later. */
	if (mail_begins()) {
		c->settings = settings_take();
		message_from(c->message, &c->settings->rules,
		    sk_span_str(argv[0]), declared_size(argv));
	}
	return quietly(c, SMFIP_NR_MAIL);
}

static sfsistat
on_rcpt(SMFICTX *ctx, char **argv)
{
	struct connection *c = smfi_getpriv(ctx);

	if (!c)
		return SMFIS_TEMPFAIL;
	message_rcpt(c->message, sk_span_str(argv[0]));
	return quietly(c, SMFIP_NR_RCPT);
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct connection *c = smfi_getpriv(ctx);

	if (!c)
		return SMFIS_TEMPFAIL;
	message_field(c->message, sk_span_str(name), sk_span_str(value));
	return quietly(c, SMFIP_NR_HDR);
}

/* Other people's mail ends here, unread and without asking anybody. */
static sfsistat
on_head_end(SMFICTX *ctx)
{
	struct connection *c = smfi_getpriv(ctx);
	sfsistat r = SMFIS_CONTINUE;

	if (!c || !c->settings)
		return later(ctx);
	switch (message_head_end(c->message)) {
	case MESSAGE_OTHERS:
		r = SMFIS_ACCEPT;
		break;
	case MESSAGE_REFUSED:
		r = refusal(ctx, c);
		break;
	case MESSAGE_DESK:
		if (c->settings->rules.intake)
			hand_in(ctx, c);
		break;
	case MESSAGE_OURS:
		break;
	}
	if (r != SMFIS_CONTINUE)
		mail_ends(c);
	return r;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *p, size_t n)
{
	struct connection *c = smfi_getpriv(ctx);

	if (!c)
		return SMFIS_TEMPFAIL;
	message_body(c->message, p, n);
	if (c->intake)
		intake_bytes(c->intake, sk_span_of(p, n));
	return quietly(c, SMFIP_NR_BODY);
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct connection *c = smfi_getpriv(ctx);
	sfsistat r;

	if (!c || !c->settings)
		return later(ctx);
	r = at_end(ctx, c);
	mail_ends(c);
	return r;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct connection *c = smfi_getpriv(ctx);

	if (c)
		mail_ends(c);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct connection *c = smfi_getpriv(ctx);

	smfi_setpriv(ctx, NULL);
	if (c)
		connection_free(c);
	return SMFIS_CONTINUE;
}

/* ---- listening ---- */

static bool
somebody_listens(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	yes = fd >= 0 && !connect(fd, (struct sockaddr *)&sun, sizeof(sun));
	if (fd >= 0)
		close(fd);
	return yes;
}

/* "unix:/path" as it is; "host:port" in libmilter's order. */
static void
libmilter_name(const char *where, char *out, size_t size)
{
	const char *colon = strrchr(where, ':');
	bool v6 = *where == '[';

	if (strncmp(where, "unix:", 5) == 0)
		snprintf(out, size, "%s", where);
	else
		snprintf(out, size, "%s:%s@%.*s", v6 ? "inet6" : "inet",
		    colon + 1, (int)(colon - where) - 2 * v6, where + v6);
}

static struct smfiDesc callbacks = {
	.xxfi_name = (char *)(uintptr_t)"sekisho",
	.xxfi_version = SMFI_VERSION, .xxfi_flags = ACTIONS,
	.xxfi_connect = on_connect, .xxfi_helo = on_helo,
	.xxfi_envfrom = on_from, .xxfi_envrcpt = on_rcpt,
	.xxfi_header = on_header, .xxfi_eoh = on_head_end,
	.xxfi_body = on_body, .xxfi_eom = on_end, .xxfi_abort = on_abort,
	.xxfi_close = on_close, .xxfi_negotiate = on_negotiate,
};

int
milter_open(const char *where, struct sk_error *e)
{
	const char *path = strncmp(where, "unix:", 5) ? NULL : where + 5;
	char name[LIMIT_SOCKET_PATH + 64];

	if (path && somebody_listens(path))
		return sk_fail(e, SK_ERR_EXISTS, path, "another process "
		    "listens here: is sekisho-milterd running already?");
	libmilter_name(where, name, sizeof(name));
	smfi_setbacklog(BACKLOG);
	if (smfi_register(callbacks) != MI_SUCCESS ||
	    smfi_setconn(name) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS ||
	    (path && chmod(path, 0660)))
		return sk_fail(e, SK_ERR_OS, where, "cannot listen here: make "
		    "the folder, owned by this user; a port must be free");
	return SK_OK;
}

static void *
serve(void *arg)
{
	sigset_t all;

	(void)arg;
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	smfi_main();
	pthread_mutex_lock(&self.lock);
	self.running = false;
	pthread_mutex_unlock(&self.lock);
	pthread_kill(self.main, SIGTERM);
	return NULL;
}

/* Stands before the C library's in libmilter, which waits in a thread of its
 * own for SIGHUP, SIGTERM and SIGINT and ends all mails at once at any of them.
 * The kernel gives it one whenever the main thread has another one pending. All
 * of them are the main thread's: it stops when the mails are through. */
int
sigwait(const sigset_t *set, int *number)
{
	(void)set;
	(void)number;
	for (;;)
		pause();
}

int
milter_start(uid_t peer, struct sk_error *e)
{
	self.peer = peer;
	self.running = true;
	self.main = pthread_self();
	if (pthread_create(&self.thread, NULL, serve, NULL))
		return sk_fail(e, SK_ERR_OS, "milter", "no thread");
	return SK_OK;
}

bool
milter_running(void)
{
	bool yes;

	pthread_mutex_lock(&self.lock);
	yes = self.running;
	pthread_mutex_unlock(&self.lock);
	return yes;
}

void
milter_stop(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_SECONDS;
	pthread_mutex_lock(&self.lock);
	self.stopping = true;
	while (self.mails && pthread_cond_timedwait(&self.idle, &self.lock,
	    &until) == 0)
		;
	pthread_mutex_unlock(&self.lock);
}
