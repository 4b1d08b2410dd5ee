/* Who stands at the other end of the control socket, and what roles that
 * gives (peer.c). */
#pragma once

#include <sys/types.h>

#include <sekisho/arena.h>
#include <sekisho/config.h>
#include <sekisho/error.h>

struct peer_groups {		/* group ids of the roles; (gid_t)-1: none */
	gid_t operator, membership, postmaster, auditor;
	bool any;
};

struct peer {
	uid_t uid;
	unsigned roles;		/* enum verb_role bits */
	bool walled;		/* our own user behind walls: no role */
};

/* A configured group that the system does not know is an error. */
int peer_groups_load(const struct config *c, struct peer_groups *out,
    struct sk_error *e);
int peer_of(const struct peer_groups *g, int fd, struct peer *out);
/* "uid 1000 (alice)" */
const char *peer_actor(struct sk_arena *a, uid_t uid);
