/*
 * Landlock, by number: it is younger than the headers of Debian 12. What a
 * program may do with files is named folder by folder; all else is refused.
 * Signals and abstract sockets end at the border where the kernel can do that.
 * What stays open: connecting to a socket file anywhere, so those are guarded
 * by mode and SO_PEERCRED, and UDP, which seccomp stops.
 */
#include <config.h>

#include "wire/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>

enum {
	FS_ABI1 = (1 << 13) - 1, FS_REFER = 1 << 13, FS_IOCTL_DEV = 1 << 15,
	NET_TCP = 3, NET_CONNECT = 2, RULE_PORT = 2, SCOPE_ALL = 3
};

struct ruleset {
	uint64_t fs, net, scoped;
};

/* What this kernel's Landlock can hold; zero where there is none. */
static struct ruleset
ability(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset r = { 0, 0, 0 };

	if (abi >= 1)
		r.fs = FS_ABI1;
	if (abi >= 2)
		r.fs |= FS_REFER;
	if (abi >= 3)
		r.fs |= LANDLOCK_TRUNCATE;
	if (abi >= 4)
		r.net = NET_TCP;
	if (abi >= 5)
		r.fs |= FS_IOCTL_DEV;
	if (abi >= 6)
		r.scoped = SCOPE_ALL;
	return r;
}

static int
allow(int ruleset, const char *path, uint64_t access, struct sk_error *e)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	int fd = open(path, O_PATH | O_CLOEXEC), r;

	if (fd < 0)
		return sk_fail(e, SK_ERR_OS, path, "not there for the "
		    "sandbox: %s; make it or correct the configuration",
		    strerrordesc_np(errno));
	rule.parent_fd = fd;
	r = (int)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	sk_fd_close(&fd);
	if (r != 0)
		return sk_fail(e, SK_ERR_OS, path, "no Landlock rule: %s",
		    strerrordesc_np(errno));
	return SK_OK;
}

static int
fill(int ruleset, uint64_t can, const struct landlock_rule *rules, size_t n,
    struct sk_error *e)
{
	int r = SK_OK;

	for (size_t i = 0; r == SK_OK && i < n; i++)
		r = allow(ruleset, rules[i].path, rules[i].access & can, e);
#ifdef SK_SANITIZED
	/* The leak check reads its own memory map. */
	if (r == SK_OK)
		r = allow(ruleset, "/proc", LANDLOCK_READ & can, e);
#endif
	return r;
}

static int
open_ports(int ruleset, const unsigned *ports, size_t n, struct sk_error *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct { uint64_t access, port; } rule = { NET_CONNECT,
			ports[i] };

		if (syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule,
		    0) != 0)
			return sk_fail(e, SK_ERR_OS, "sandbox", "no Landlock "
			    "rule for port %u: %s", ports[i],
			    strerrordesc_np(errno));
	}
	return SK_OK;
}

static int
close_with(struct ruleset can, const struct landlock_rule *rules, size_t n,
    const unsigned *ports, size_t nports, struct sk_error *e)
{
	int fd, r;

	fd = (int)syscall(SYS_landlock_create_ruleset, &can, sizeof(can), 0);
	if (fd < 0)
		return sk_fail(e, SK_ERR_OS, "sandbox", "no Landlock ruleset: "
		    "%s", strerrordesc_np(errno));
	r = fill(fd, can.fs, rules, n, e);
	if (r == SK_OK && can.net != 0)
		r = open_ports(fd, ports, nports, e);
	if (r == SK_OK && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		r = sk_fail(e, SK_ERR_OS, "sandbox", "Landlock refuses: %s",
		    strerrordesc_np(errno));
	sk_fd_close(&fd);
	return r;
}

/* Without it seccomp and the service's own walls stay. */
static bool
is_missing(const char *program, const struct ruleset *can)
{
	if (can->fs == 0)
		sk_log(SK_WARN, "sandbox.no-landlock", "program=%s", program);
	return can->fs == 0;
}

int
landlock_close(const char *program, const struct landlock_rule *rules,
    size_t n, bool tcp, struct sk_error *e)
{
	struct ruleset can = ability();

	if (is_missing(program, &can))
		return SK_OK;
	if (tcp)
		can.net = 0;
	return close_with(can, rules, n, NULL, 0, e);
}

int
landlock_close_ports(const char *program, const struct landlock_rule *rules,
    size_t n, const unsigned *ports, size_t nports, struct sk_error *e)
{
	struct ruleset can = ability();

	return is_missing(program, &can) ? SK_OK : close_with(can, rules, n,
	    ports, nports, e);
}
