/*
 * milterd's walls. It holds no key and no content for longer than a mail takes
 * to pass, but everybody on the network speaks to it through Postfix and
 * libmilter's parser: whoever takes it over shall find no file but the
 * configuration, no program and no way out.
 */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include <sekisho/sandbox.h>

#include "wire/landlock.h"
#include "wire/wall.h"

enum {
	INT_BITS = 0xffffffff,
	NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
	    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
};

#define CALL(n) { .name = #n }
#define SOCKET(family) { .name = "socket", .arg = 0, .mask = INT_BITS, \
	.value = (family) }

static const struct wall_call calls[] = {
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	CALL(open), CALL(openat), CALL(close), CALL(lseek), CALL(fstat),
	CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx),
	CALL(readlink), CALL(readlinkat), CALL(getcwd), CALL(unlink),
	CALL(fcntl), CALL(ioctl), CALL(poll), CALL(ppoll), CALL(select),
	CALL(pselect6), CALL(pipe2), CALL(dup), CALL(umask),
	CALL(mmap), CALL(mprotect), CALL(munmap), CALL(mremap), CALL(brk),
	CALL(madvise),
	/* threads, without namespaces; clone3 hides its flags */
	{ .name = "clone", .arg = 0, .mask = NEW_NAMESPACES, .value = 0 },
	{ .name = "clone3", .refuse = ENOSYS },
	CALL(exit), CALL(exit_group), CALL(tgkill), CALL(getpid),
	CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getgid),
	CALL(getegid), CALL(set_robust_list), CALL(set_tid_address),
	CALL(rseq), CALL(futex), CALL(sched_yield), CALL(sched_getaffinity),
	CALL(prlimit64), CALL(getrlimit), CALL(getrusage), CALL(uname),
	CALL(sysinfo), CALL(getrandom), CALL(prctl), CALL(membarrier),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
	CALL(rt_sigpending), CALL(rt_sigsuspend), CALL(pause),
	CALL(sigaltstack), CALL(restart_syscall), CALL(nanosleep),
	CALL(clock_nanosleep), CALL(clock_gettime), CALL(gettimeofday),
	CALL(time),
	SOCKET(AF_UNIX), CALL(connect), CALL(accept), CALL(accept4),
	CALL(getsockname), CALL(getpeername), CALL(getsockopt),
	CALL(setsockopt), CALL(sendto), CALL(recvfrom), CALL(sendmsg),
	CALL(recvmsg), CALL(shutdown),
#ifdef SK_SANITIZED
	CALL(ptrace), CALL(process_vm_readv), CALL(getdents),
	CALL(getdents64), CALL(wait4),
#endif
	/* with LMTP over TCP only */
	SOCKET(AF_INET), SOCKET(AF_INET6),
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]), OVER_TCP = 2 };

int
sandbox_milterd(const char *conf_dir, const char *socket_dir, bool tcp,
    struct sk_error *e)
{
	const struct landlock_rule rules[] = {
		{ "/usr", LANDLOCK_READ }, { "/dev/null", LANDLOCK_READ_FILE |
		    LANDLOCK_WRITE_FILE },
		{ conf_dir, LANDLOCK_READ },
		{ socket_dir, LANDLOCK_REMOVE_FILE },
	};
	int r = wall_begin(e);

	if (!r)
		r = landlock_close("milterd", rules, socket_dir ? 4 : 3, tcp,
		    e);
	return r ? r : wall_close(calls, tcp ? CALLS : CALLS - OVER_TCP, e);
}
