/*
 * Roles from the kernel's word on the peer: its user and its groups at the
 * moment it connected (SO_PEERCRED, SO_PEERGROUPS). Nothing that a peer says
 * about itself is believed. Without configured groups the daemon's own user
 * and root have every role; with groups they keep them, since root could take
 * any user's place anyway. But couriers, and where the configuration names no
 * sockets for them keyds with their gpg, run as that user, too: what stands
 * behind walls of ours (I7) is no operator, whatever its user and groups.
 */
#include "peer.h"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sekisho/channel.h>
#include <sekisho/sandbox.h>
#include <sekisho/verbs.h>

#define GROUPS_MAX 1024
#define NO_GROUP ((gid_t)-1)

static int
group_id(const char *role, const char *name, gid_t *out, struct sk_error *e)
{
	struct group *g;

	*out = NO_GROUP;
	if (!name || !*name)
		return SK_OK;
	g = getgrnam(name);
	if (!g)
		return sk_fail(e, SK_ERR_CONFIG, role, "this system has no "
		    "group \"%s\": make it with addgroup, or take it out of "
		    "the configuration", name);
	*out = g->gr_gid;
	return SK_OK;
}

int
peer_groups_load(const struct config *c, struct peer_groups *out,
    struct sk_error *e)
{
	int r = group_id("control.operator", c->group_operator,
	    &out->operator, e);

	if (!r)
		r = group_id("control.membership", c->group_membership,
		    &out->membership, e);
	if (!r)
		r = group_id("control.postmaster", c->group_postmaster,
		    &out->postmaster, e);
	if (!r)
		r = group_id("control.auditor", c->group_auditor,
		    &out->auditor, e);
	out->any = out->operator != NO_GROUP || out->membership != NO_GROUP ||
	    out->postmaster != NO_GROUP || out->auditor != NO_GROUP;
	return r;
}

static unsigned
role_of_group(const struct peer_groups *g, gid_t gid)
{
	unsigned roles = 0;

	if (gid == NO_GROUP)
		return 0;
	if (gid == g->operator)
		roles |= FOR_OPERATOR;
	if (gid == g->membership)
		roles |= FOR_MEMBERSHIP;
	if (gid == g->postmaster)
		roles |= FOR_POSTMASTER;
	if (gid == g->auditor)
		roles |= FOR_AUDITOR;
	return roles;
}

int
peer_of(const struct peer_groups *g, int fd, struct peer *out)
{
	gid_t first, more[GROUPS_MAX];
	socklen_t bytes = sizeof(more);
	pid_t pid;

	out->roles = 0;
	if (channel_peer(fd, &out->uid, &first, &pid))
		return SK_ERR_IO;
	out->walled = out->uid == geteuid() && !sandbox_outside(pid);
	if (out->walled)
		return SK_OK;
	if (out->uid == 0 || out->uid == geteuid())
		out->roles = FOR_ALL;
	out->roles |= role_of_group(g, first);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, more, &bytes) != 0)
		return SK_OK;
	for (size_t i = 0; i < bytes / sizeof(*more); i++)
		out->roles |= role_of_group(g, more[i]);
	return SK_OK;
}

const char *
peer_actor(struct sk_arena *a, uid_t uid)
{
	struct passwd *p = getpwuid(uid);

	return p ? sk_arena_printf(a, "uid %u (%s)", (unsigned)uid,
	    p->pw_name) : sk_arena_printf(a, "uid %u", (unsigned)uid);
}
