/*
 * One reader, asked and waited for: for `sekisho read FILE` and for tests.
 * sekishod keeps its own pool in its loop. Whatever the reader does, the
 * answer comes within the deadline: a reader that stalls is killed.
 */
#pragma once

#include <sys/types.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/messages.h>

struct reader {
	int channel;		/* -1: none */
	pid_t pid;
};

/* Starts one and waits until its walls are closed. */
int reader_start(const char *path, struct reader *r, struct sk_error *e);
/* SK_OK: facts and payload hold what it said (their max is the limit). The
 * reader's own failure is returned with its reason. SK_ERR_DATA "the reader
 * died ..." or "... gave no answer ...": it is ended then, start another;
 * likewise when done->last is set. */
int reader_ask(struct reader *r, int mail_fd, const struct msg_read *req,
    int deadline_ms, struct sk_arena *a, struct msg_read_done *done,
    struct sk_buf *facts, struct sk_buf *payload, struct sk_error *e);
void reader_end(struct reader *r);

/* All three, with LIMIT_READER_SECONDS. */
int reader_run(const char *path, int mail_fd, const struct msg_read *req,
    struct sk_arena *a, struct msg_read_done *done, struct sk_buf *facts,
    struct sk_buf *payload, struct sk_error *e);
