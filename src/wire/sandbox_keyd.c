/*
 * keyd's walls, inherited by every gpg and gpg-agent it starts: a process that
 * decrypts hostile data next to private keys must not be able to carry them
 * anywhere. Files: programs and libraries to read, its homes to write, nothing
 * else (Landlock). Sockets: AF_UNIX only (seccomp; Landlock alone would let
 * UDP through). Signals and abstract sockets end at the border where the
 * kernel can do that. What stays open: connecting to a socket file outside
 * the homes, so those are guarded by mode and SO_PEERCRED.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/sandbox.h>

#include "wire/wall.h"

/* --- Landlock; younger than the headers of Debian 12, hence by number --- */

enum {
	FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3, FS_REMOVE_FILE = 1 << 5, FS_MAKE_REG = 1 << 8,
	FS_MAKE_SOCK = 1 << 9, FS_TRUNCATE = 1 << 14,
	FS_ABI1 = (1 << 13) - 1, FS_REFER = 1 << 13, FS_IOCTL_DEV = 1 << 15,
	NET_TCP = 3, SCOPE_ALL = 3,
	PROGRAMS = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR,
	HOME = FS_READ_FILE | FS_WRITE_FILE | FS_READ_DIR | FS_REMOVE_FILE |
	    FS_MAKE_REG | FS_MAKE_SOCK | FS_TRUNCATE,
	DEVICE = FS_READ_FILE | FS_WRITE_FILE
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
		r.fs |= FS_TRUNCATE;
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
fill(int ruleset, uint64_t can, const char *const *homes, size_t nhomes,
    struct sk_error *e)
{
	int r = allow(ruleset, "/usr", PROGRAMS & can, e);

	if (r == SK_OK)
		r = allow(ruleset, "/dev/null", DEVICE & can, e);
#ifdef SK_SANITIZED
	/* The leak check reads its own memory map. */
	if (r == SK_OK)
		r = allow(ruleset, "/proc", (FS_READ_FILE | FS_READ_DIR) & can,
		    e);
#endif
	for (size_t i = 0; r == SK_OK && i < nhomes; i++)
		r = allow(ruleset, homes[i], HOME & can, e);
	return r;
}

static int
landlock(const char *const *homes, size_t nhomes, struct sk_error *e)
{
	struct ruleset can = ability();
	int fd, r;

	if (can.fs == 0) {
		/* Seccomp and the service's own walls stay. */
		sk_log(SK_WARN, "sandbox.no-landlock", "program=keyd");
		return SK_OK;
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &can, sizeof(can), 0);
	if (fd < 0)
		return sk_fail(e, SK_ERR_OS, "sandbox", "no Landlock ruleset: "
		    "%s", strerrordesc_np(errno));
	r = fill(fd, can.fs, homes, nhomes, e);
	if (r == SK_OK && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		r = sk_fail(e, SK_ERR_OS, "sandbox", "Landlock refuses: %s",
		    strerrordesc_np(errno));
	sk_fd_close(&fd);
	return r;
}

/* --- seccomp --- */

enum {
	INT_BITS = 0xffffffff,
	NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
	    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
};

#define CALL(n) { .name = #n }
#define IOCTL(v) { .name = "ioctl", .arg = 1, .mask = INT_BITS, .value = (v) }

static const struct wall_call calls[] = {
	/* files */
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	CALL(pwrite64), CALL(open), CALL(openat), CALL(close), CALL(lseek),
	CALL(stat), CALL(fstat), CALL(lstat), CALL(newfstatat), CALL(statx),
	CALL(statfs), CALL(fstatfs), CALL(access), CALL(faccessat),
	CALL(faccessat2), CALL(getdents64), CALL(getcwd), CALL(chdir),
	CALL(readlink), CALL(readlinkat), CALL(mkdir), CALL(mkdirat),
	CALL(link), CALL(linkat), CALL(unlink), CALL(unlinkat), CALL(rename),
	CALL(renameat), CALL(renameat2), CALL(chmod), CALL(fchmod),
	CALL(fchmodat), CALL(ftruncate), CALL(fallocate), CALL(fadvise64),
	CALL(fsync), CALL(fdatasync), CALL(flock), CALL(fcntl), CALL(umask),
	CALL(utimensat), CALL(dup), CALL(dup2), CALL(dup3), CALL(pipe),
	CALL(pipe2), CALL(close_range), CALL(memfd_create),
	CALL(inotify_init), CALL(inotify_init1), CALL(inotify_add_watch),
	CALL(inotify_rm_watch),
	/* never TIOCSTI: it types into the terminal we were started from */
	IOCTL(TCGETS), IOCTL(TIOCGWINSZ), IOCTL(FIONREAD), IOCTL(FIONBIO),
	/* memory */
	CALL(mmap), CALL(mprotect), CALL(munmap), CALL(mremap), CALL(brk),
	CALL(madvise), CALL(mlock), CALL(mlock2), CALL(munlock),
	/* processes, without namespaces; clone3 hides its flags */
	{ .name = "clone", .arg = 0, .mask = NEW_NAMESPACES, .value = 0 },
	{ .name = "clone3", .refuse = ENOSYS },
	CALL(fork), CALL(vfork), CALL(execve), CALL(wait4), CALL(waitid),
	CALL(exit), CALL(exit_group), CALL(kill), CALL(tgkill), CALL(setsid),
	CALL(getsid), CALL(setpgid), CALL(getpgid), CALL(getpgrp),
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(getuid),
	CALL(geteuid), CALL(getgid), CALL(getegid), CALL(getresuid),
	CALL(getresgid), CALL(getgroups), CALL(prctl), CALL(arch_prctl),
	CALL(set_tid_address), CALL(set_robust_list), CALL(rseq), CALL(futex),
	CALL(sched_yield), CALL(sched_getaffinity), CALL(getcpu),
	CALL(membarrier), CALL(getrlimit), CALL(setrlimit), CALL(prlimit64),
	CALL(getrusage), CALL(times), CALL(uname), CALL(sysinfo),
	CALL(getrandom),
	/* signals and time */
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
	CALL(rt_sigpending), CALL(rt_sigsuspend), CALL(rt_sigtimedwait),
	CALL(sigaltstack), CALL(restart_syscall), CALL(pause), CALL(alarm),
	CALL(setitimer), CALL(getitimer), CALL(nanosleep),
	CALL(clock_nanosleep), CALL(clock_gettime), CALL(clock_getres),
	CALL(gettimeofday), CALL(time),
	/* sockets of this machine only */
	{ .name = "socket", .arg = 0, .mask = INT_BITS, .value = AF_UNIX },
	{ .name = "socketpair", .arg = 0, .mask = INT_BITS, .value = AF_UNIX },
	CALL(connect), CALL(bind), CALL(listen), CALL(accept), CALL(accept4),
	CALL(getsockname), CALL(getpeername), CALL(getsockopt),
	CALL(setsockopt), CALL(sendto), CALL(recvfrom), CALL(sendmsg),
	CALL(recvmsg), CALL(shutdown), CALL(select), CALL(pselect6),
	CALL(poll), CALL(ppoll), CALL(epoll_create1), CALL(epoll_ctl),
	CALL(epoll_wait), CALL(epoll_pwait), CALL(eventfd2),
#ifdef SK_SANITIZED
	CALL(ptrace), CALL(process_vm_readv), CALL(getdents),
#endif
};

int
sandbox_keyd(const char *const *homes, size_t nhomes, struct sk_error *e)
{
	struct rlimit none = { 0, 0 };
	int r;

	if (setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return sk_fail(e, SK_ERR_OS, "sandbox", "the kernel refuses: "
		    "%s", strerrordesc_np(errno));
#ifndef SK_SANITIZED
	/* The leak check attaches to itself at the end. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return sk_fail(e, SK_ERR_OS, "sandbox", "not undumpable: %s",
		    strerrordesc_np(errno));
#endif
	r = landlock(homes, nhomes, e);
	if (r != SK_OK)
		return r;
	return wall_close(calls, sizeof(calls) / sizeof(calls[0]), e);
}
