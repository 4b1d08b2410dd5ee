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
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <sekisho/limits.h>
#include <sekisho/sandbox.h>

#include "wire/landlock.h"
#include "wire/wall.h"

/* --- files --- */

enum {
	PROGRAMS = LANDLOCK_EXECUTE | LANDLOCK_READ,
	HOME = LANDLOCK_READ | LANDLOCK_WRITE_FILE | LANDLOCK_REMOVE_FILE |
	    LANDLOCK_MAKE_REG | LANDLOCK_MAKE_SOCK | LANDLOCK_TRUNCATE,
	DEVICE = LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE
};

static int
close_files(const char *const *homes, size_t nhomes, struct sk_error *e)
{
	struct landlock_rule rules[2 + LIMIT_HELPERS] = {
		{ "/usr", PROGRAMS }, { "/dev/null", DEVICE },
	};
	size_t n = 2;

	for (size_t i = 0; i < nhomes && i < LIMIT_HELPERS; i++)
		rules[n++] = (struct landlock_rule){ homes[i], HOME };
	return landlock_close("keyd", rules, n, false, e);
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
	CALL(fchown),		/* gpg as root, of the ring it rewrites */
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
	int r = wall_begin(e);

	if (!r)
		r = close_files(homes, nhomes, e);
	return r ? r : wall_close(calls, sizeof(calls) / sizeof(calls[0]), e);
}
