/*
 * One question, one connection: nothing is kept that a restart of sekishod
 * could leave half open, and a connection on this machine costs some 20
 * microseconds. Whatever goes wrong is "later", never "pass".
 */
#include "milterd/milterd.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/log.h>

static bool
is_sekishod(int fd, uid_t peer)
{
	uid_t uid;
	gid_t gid;
	pid_t pid;

	if (channel_peer(fd, &uid, &gid, &pid))
		return false;
	if (uid == 0 || uid == geteuid() || uid == peer)
		return true;
	sk_log(SK_ERROR, "ask.stranger", "uid=%u mend=\"see --peer in "
	    "sekisho-milterd(8)\"", (unsigned)uid);
	return false;
}

static int
send_question(int fd, const struct msg_guard *ask)
{
	struct sk_buf b;
	int r;

	sk_buf_init(&b, LIMIT_WIRE_FIELDS);
	msg_guard_put(&b, ask);
	r = b.over ? SK_ERR_LIMIT : channel_send(fd, MSG_GUARD, 1,
	    sk_buf_span(&b), NULL, 0);
	sk_buf_free(&b);
	return r;
}

static int
receive_answer(int fd, enum guard_verdict *verdict, char *reason)
{
	struct sk_arena *a = sk_arena_new();
	struct channel_message m;
	struct msg_guarded said;
	int r;

	channel_message_init(&m);
	r = channel_recv(fd, &m);
	if (!r && (m.type != MSG_GUARDED || m.nfds))
		r = SK_ERR_PROTOCOL;
	if (!r)
		r = msg_guarded_get(a, sk_buf_span(&m.fields), &said);
	if (!r) {
		*verdict = said.verdict;
		snprintf(reason, LIMIT_QUEUE_ID + 1, "%s", said.reason);
	}
	channel_message_end(&m);
	sk_arena_free(&a);
	return r;
}

enum guard_verdict
ask_guard(const char *path, uid_t peer, const struct msg_guard *ask,
    char *reason)
{
	const struct timeval wait = { .tv_sec = LIMIT_GUARD_SECONDS };
	enum guard_verdict verdict = GUARD_LATER;
	struct sk_error e = { 0 };
	int fd = channel_connect(path, &e), r;

	*reason = '\0';
	if (fd < 0) {
		sk_log(SK_ERROR, "ask.failed", "error=\"%s\"", e.text);
		return GUARD_LATER;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	r = is_sekishod(fd, peer) ? send_question(fd, ask) : SK_ERR_NOPERM;
	if (!r)
		r = receive_answer(fd, &verdict, reason);
	if (r)
		sk_log(SK_ERROR, "ask.failed", "error=\"%s\"",
		    sk_err_text(r));
	sk_fd_close(&fd);
	return r ? GUARD_LATER : verdict;
}
