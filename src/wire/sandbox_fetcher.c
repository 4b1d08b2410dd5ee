/*
 * The fetcher's walls. It reads TLS and HTTP of servers that nobody here knows,
 * under the user of sekishod: whoever takes it over shall find no file of ours,
 * no program, no socket of this machine (the operators' would believe that
 * user) and no way to the relay.
 */
#include <config.h>

#include <errno.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sekisho/sandbox.h>

#include "wire/landlock.h"
#include "wire/wall.h"

enum {
	INT_BITS = 0xffffffff, SOCKET_KIND = 0xf, NAMES_PORT = 53,
	A_THREAD = CLONE_THREAD | CLONE_NEWNS | CLONE_NEWCGROUP |
	    CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
	    CLONE_NEWNET
};

/* --- files --- */

/* Of /etc what names are resolved by and what authorities there are, file by
 * file: our own configuration and keys stand there, too. */
static const struct landlock_rule readable[] = {
	{ "/usr", LANDLOCK_READ }, { "/etc/ssl", LANDLOCK_READ },
	{ "/etc/gnutls", LANDLOCK_READ },
	{ "/etc/hosts", LANDLOCK_READ_FILE },
	{ "/etc/resolv.conf", LANDLOCK_READ_FILE },
	{ "/etc/nsswitch.conf", LANDLOCK_READ_FILE },
	{ "/etc/host.conf", LANDLOCK_READ_FILE },
	{ "/etc/gai.conf", LANDLOCK_READ_FILE },
	{ "/etc/ld.so.cache", LANDLOCK_READ_FILE },
};
enum { READABLE = sizeof(readable) / sizeof(readable[0]) };

static int
close_files(const char *ca, unsigned port, struct sk_error *e)
{
	const unsigned ports[] = { port, NAMES_PORT };
	struct landlock_rule rules[READABLE + 1];
	size_t n = 0;

	for (size_t i = 0; i < READABLE; i++)
		if (access(readable[i].path, F_OK) == 0)
			rules[n++] = readable[i];
	if (ca)
		rules[n++] = (struct landlock_rule){ ca, LANDLOCK_READ_FILE };
	return landlock_close_ports("fetcher", rules, n, ports, 2, e);
}

/* --- seccomp --- */

#define CALL(n) { .name = #n }
#define SOCKET(family) { .name = "socket", .arg = 0, .mask = INT_BITS, \
	.value = (family) }

static const struct wall_call calls[] = {
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(pread64),
	CALL(open), CALL(openat), CALL(close), CALL(lseek), CALL(fstat),
	CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx), CALL(access),
	CALL(faccessat), CALL(faccessat2), CALL(getdents64), CALL(readlink),
	CALL(readlinkat), CALL(getcwd), CALL(fcntl), CALL(poll), CALL(ppoll),
	CALL(select), CALL(pselect6), CALL(pipe2), CALL(dup), CALL(eventfd2),
	CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait),
	{ .name = "ioctl", .arg = 1, .mask = INT_BITS, .value = FIONREAD },
	{ .name = "ioctl", .arg = 1, .mask = INT_BITS, .value = FIONBIO },
	CALL(mmap), CALL(mprotect), CALL(munmap), CALL(mremap), CALL(brk),
	CALL(madvise),
	/* the resolver's thread, no process; clone3 hides its flags */
	{ .name = "clone", .arg = 0, .mask = A_THREAD,
	    .value = CLONE_THREAD },
	{ .name = "clone3", .refuse = ENOSYS },
	CALL(exit), CALL(exit_group), CALL(getpid), CALL(gettid),
	CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid),
	CALL(set_robust_list), CALL(set_tid_address), CALL(rseq),
	CALL(futex), CALL(sched_yield), CALL(sched_getaffinity),
	CALL(prlimit64), CALL(getrlimit), CALL(getrusage), CALL(uname),
	CALL(sysinfo), CALL(getrandom), CALL(prctl), CALL(membarrier),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn),
	CALL(sigaltstack), CALL(restart_syscall), CALL(nanosleep),
	CALL(clock_nanosleep), CALL(clock_gettime), CALL(gettimeofday),
	CALL(time),
	/* the network; libcurl's own pair, which leads nowhere else; who would
	 * ask another program for a name goes to the name server */
	SOCKET(AF_INET), SOCKET(AF_INET6), SOCKET(AF_NETLINK),
	{ .name = "socket", .arg = 0, .mask = INT_BITS, .value = AF_UNIX,
	    .refuse = EAFNOSUPPORT },
	{ .name = "socketpair", .arg = 1, .mask = SOCKET_KIND,
	    .value = SOCK_STREAM },
	CALL(connect), CALL(bind), CALL(getsockname), CALL(getpeername),
	CALL(getsockopt), CALL(setsockopt), CALL(sendto), CALL(recvfrom),
	CALL(sendmsg), CALL(sendmmsg), CALL(recvmsg), CALL(shutdown),
#ifdef SK_SANITIZED
	CALL(ptrace), CALL(process_vm_readv), CALL(getdents), CALL(wait4),
	CALL(clone),		/* the leak check has a process of its own */
#endif
};

int
sandbox_fetcher(const char *ca, unsigned port, struct sk_error *e)
{
	int r = wall_begin(e);

	if (!r)
		r = close_files(ca, port, e);
	return r ? r : wall_close(calls, sizeof(calls) / sizeof(calls[0]), e);
}
