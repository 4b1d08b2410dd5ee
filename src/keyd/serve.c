/*
 * The loop: one question, one answer, one peer at a time. A peer that breaks
 * the protocol is dropped. The log says which operation, for which purpose and
 * how often, and nothing about what was in it.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>

#include "keyd/keyd.h"

static const struct {
	uint32_t type;
	verb_fn *verb;
} verbs[] = {
	{ MSG_DECRYPT, verb_decrypt },
	{ MSG_VERIFY, verb_verify },
	{ MSG_SEAL, verb_seal },
	{ MSG_OPEN, verb_open },
	{ MSG_REWRAP, verb_rewrap },
	{ MSG_INSPECT, verb_inspect },
};

int64_t
keyd_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

bool
keyd_agent_lost(struct ring *r)
{
	pid_t was = r->agent, now = home_agent_pid(r->agent_socket);

	if (now >= 0)
		r->agent = now;
	return r->agent != was;
}

void
keyd_count(struct keyd *k, enum count c)
{
	k->counts[c]++;
}

/* Once a minute at most, and only if something was asked. */
void
keyd_log_counts(struct keyd *k, bool now)
{
	const uint32_t *c = k->counts;
	uint32_t sum = 0;
	size_t i;

	if (!now && keyd_seconds() - k->counted_since < 60)
		return;
	k->counted_since = keyd_seconds();
	for (i = 0; i < COUNTS; i++)
		sum += c[i];
	if (sum > 0)
		sk_log(SK_INFO, "keyd.counts", "decrypt=%u verify=%u seal=%u "
		    "rewrap=%u inspect=%u open-read-again=%u open-text=%u "
		    "open-save=%u open-item=%u failed=%u timeout=%u "
		    "refused=%u", c[COUNT_DECRYPT], c[COUNT_VERIFY],
		    c[COUNT_SEAL], c[COUNT_REWRAP], c[COUNT_INSPECT],
		    c[COUNT_OPEN_READ_AGAIN], c[COUNT_OPEN_OPERATOR_TEXT],
		    c[COUNT_OPEN_OPERATOR_SAVE], c[COUNT_OPEN_ITEM],
		    c[COUNT_FAILED], c[COUNT_TIMEOUT], c[COUNT_REFUSED]);
	for (i = 0; i < COUNTS; i++)
		k->counts[i] = 0;
}

/* An agent that made gpg wait would make the next one wait as well. One that
 * hangs already does not say who it is: what was known of it stays, and where
 * nothing is, it is found at the next start, outside the walls. */
static void
after_agent(struct keyd *k, struct ring *r, bool passed)
{
	if (passed) {
		if (r->agent > 1)
			kill(r->agent, SIGKILL);
		r->agent = home_agent_pid(r->agent_socket);
		k->stuck |= r->agent == HOME_AGENT_SILENT;
	} else if (r->agent <= 0 || keyd_seconds() != r->agent_asked) {
		/* gpg may have started another one: whom to end at the next
		 * deadline must be known before it. */
		keyd_agent_lost(r);
		r->agent_asked = keyd_seconds();
	}
}

/* A stranger's key gets less time than what a mail waits for. */
unsigned int
keyd_deadline(const struct keyd *k, uint32_t type)
{
	return type == MSG_INSPECT && k->deadline > LIMIT_INSPECT_SECONDS ?
	    LIMIT_INSPECT_SECONDS : k->deadline;
}

static void
after(struct keyd *k, uint32_t type)
{
	bool passed = deadline_end();

	if (passed) {
		keyd_count(k, COUNT_TIMEOUT);
		sk_log(SK_WARN, "keyd.timeout", "type=%u seconds=%u", type,
		    keyd_deadline(k, type));
	}
	after_agent(k, &k->openpgp, passed);
	if (k->smime.home != NULL)
		after_agent(k, &k->smime, passed);
	keyd_log_counts(k, false);
}

static int
handle(struct keyd *k, const struct channel_message *m, struct reply *out)
{
	struct sk_arena *a = sk_arena_new();
	int ret = SK_ERR_PROTOCOL;
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (verbs[i].type != m->type)
			continue;
		deadline_start(keyd_deadline(k, m->type));
		ret = verbs[i].verb(k, m, a, out);
		after(k, m->type);
		break;
	}
	sk_arena_free(&a);
	return ret;
}

static int
answer_one(struct keyd *k, int fd, const struct channel_message *m)
{
	struct reply out = { .fd = -1 };
	int ret;

	sk_buf_init(&out.fields, LIMIT_WIRE_MESSAGE);
	ret = handle(k, m, &out);
	if (ret == SK_OK && out.fields.over)
		ret = SK_ERR_BUG;
	if (ret == SK_OK)
		ret = channel_send(fd, out.type, m->id,
		    sk_buf_span(&out.fields), &out.fd, out.fd >= 0 ? 1 : 0);
	sk_fd_close(&out.fd);
	sk_buf_free(&out.fields);
	return ret == SK_OK && k->stuck ? SK_ERR_UNAVAILABLE : ret;
}

/* Waits for fd; false when SIGTERM came. */
static bool
wait_for(const struct keyd *k, int fd)
{
	struct pollfd p[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = k->stop_fd, .events = POLLIN },
	};

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		continue;
	return p[1].revents == 0;
}

int
serve_peer(struct keyd *k, int fd)
{
	struct channel_message m;
	int ret = channel_send(fd, MSG_KEYD_READY, 0, sk_buf_span(&k->ready),
	    NULL, 0);
	bool on = ret == SK_OK;

	channel_message_init(&m);
	while (on && wait_for(k, fd)) {
		ret = channel_recv(fd, &m);
		if (ret == SK_ERR_TEMP)
			continue;
		if (ret == SK_OK)
			ret = answer_one(k, fd, &m);
		channel_message_end(&m);
		on = ret == SK_OK;
	}
	if (ret == SK_ERR_PROTOCOL || ret == SK_ERR_BUG ||
	    ret == SK_ERR_CONFIG)
		sk_log(SK_ERROR, "keyd.dropped", "reason=%s",
		    sk_err_word(ret));
	keyd_log_counts(k, true);
	/* An end without fault: the peer went, or SIGTERM came. */
	return ret == SK_ERR_IO ? SK_OK : ret;
}

int
serve_socket(struct keyd *k, int listener, uid_t peer)
{
	uid_t uid;
	gid_t gid;
	pid_t pid;
	int fd;

	while (!k->stuck && wait_for(k, listener)) {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		if (channel_peer(fd, &uid, &gid, &pid) == 0 && uid == peer)
			serve_peer(k, fd);
		else
			sk_log(SK_ERROR, "keyd.stranger", "uid=%u",
			    (unsigned int)uid);
		sk_fd_close(&fd);
	}
	return k->stuck ? SK_ERR_UNAVAILABLE : SK_OK;
}
