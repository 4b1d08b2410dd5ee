/*
 * A channel between two of our programs: a SOCK_SEQPACKET socket that carries
 * whole messages (type, operation id, fields) and up to LIMIT_WIRE_FDS
 * descriptors. Content larger than LIMIT_WIRE_MESSAGE travels as a sealed
 * memory file.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/limits.h>

struct channel_message {
	uint32_t type;		/* enum message_type */
	uint64_t id;		/* the asker's operation; repeated in the answer */
	struct sk_buf fields;
	int fds[LIMIT_WIRE_FDS];
	size_t nfds;
};

/* One send; SK_ERR_TEMP when a non-blocking channel is full, SK_ERR_IO when
 * the peer is gone. Descriptors stay the caller's. */
int channel_send(int fd, uint32_t type, uint64_t id, struct sk_span fields,
    const int *fds, size_t nfds);
/* One receive; SK_ERR_TEMP when nothing is there, SK_ERR_IO at the end,
 * SK_ERR_PROTOCOL for a cut message or lost descriptors (all received ones are
 * closed then), SK_ERR_CONFIG for one of a program of another version (the
 * same). The caller owns m->fds and frees m with channel_message_end. */
int channel_recv(int fd, struct channel_message *m);
void channel_message_init(struct channel_message *m);
void channel_message_end(struct channel_message *m);	/* closes, wipes */

int channel_pair(int fds[2]);
int channel_listen(const char *path, mode_t mode, struct sk_error *e);
int channel_connect(const char *path, struct sk_error *e);
/* The peer's user and group by SO_PEERCRED. */
int channel_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid);

/* Starts path with argv; the child's descriptor 3 is `fd`; everything else is
 * closed. stderr is kept. posix_spawn: cheap however large the parent is. */
int channel_spawn(const char *path, char *const argv[], int fd, pid_t *pid,
    struct sk_error *e);
