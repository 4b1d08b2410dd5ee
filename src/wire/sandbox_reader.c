/*
 * The reader's walls. Inside, hostile bytes meet three C libraries; what is
 * left to whoever takes the process over is to answer wrongly about the mail
 * it holds: no file, no socket but the channel, no process, no executable
 * memory, no more memory or time than one mail may cost. RLIMIT_CPU counts for
 * the process's whole life, so it holds twice what one mail may take and the
 * reader ends itself when half is used. What is over it dies by SIGXCPU, a
 * second before the kernel would kill: SIGKILL means that somebody else did it,
 * and then the mail is read once more.
 */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <sekisho/limits.h>
#include <sekisho/sandbox.h>

#include "wire/wall.h"

enum {
	CHANNEL = 3,
	INT_BITS = 0xffffffff	/* the kernel reads descriptors as int */
};

static const struct wall_call calls[] = {
	{ .name = "recvmsg", .arg = 0, .mask = INT_BITS, .value = CHANNEL },
	{ .name = "sendmsg", .arg = 0, .mask = INT_BITS, .value = CHANNEL },
	{ .name = "write" },
	{ .name = "close" },
	{ .name = "fstat" },
	{ .name = "newfstatat" },
	{ .name = "mmap", .arg = 2, .mask = PROT_EXEC, .value = 0 },
	{ .name = "munmap" },
	{ .name = "mremap" },
	{ .name = "brk" },
	{ .name = "madvise" },
	{ .name = "getrusage" },
	/* where the clock is not in the vDSO; the log says the time */
	{ .name = "clock_gettime" },
	{ .name = "gettimeofday" },
	/* qsort asks once how much memory there is */
	{ .name = "sysinfo" },
	{ .name = "restart_syscall" },
	{ .name = "rt_sigreturn" },
	{ .name = "exit" },
	{ .name = "exit_group" },
#ifdef SK_SANITIZED
	/* the sanitizers' runtime, its reports included */
	{ .name = "mprotect", .arg = 2, .mask = PROT_EXEC, .value = 0 },
	{ .name = "futex" },
	{ .name = "sigaltstack" },
	{ .name = "rt_sigaction" },
	{ .name = "rt_sigprocmask" },
	{ .name = "getpid" },
	{ .name = "gettid" },
	{ .name = "tgkill" },
	{ .name = "sched_yield" },
	{ .name = "getrandom" },
	{ .name = "readlink" },
#endif
};

static const struct {
	__rlimit_resource_t what;	/* glibc's name for RLIMIT_* */
	rlim_t most, more;	/* the hard limit is so much higher */
} limits[] = {
#ifndef SK_SANITIZED
	/* A sanitizer maps terabytes of shadow and writes long reports. */
	{ RLIMIT_AS, LIMIT_READER_MEMORY, 0 },
	{ RLIMIT_FSIZE, LIMIT_MESSAGE_MAX, 0 },
#endif
	{ RLIMIT_CPU, 2 * LIMIT_READER_CPU, 1 },
	{ RLIMIT_STACK, 8UL * 1024 * 1024, 0 },
	/* the standard three, the channel, one message's descriptors */
	{ RLIMIT_NOFILE, CHANNEL + 1 + LIMIT_WIRE_FDS, 0 },
};

int
sandbox_reader(struct sk_error *e)
{
	int r;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit most = { limits[i].most,
		    limits[i].most + limits[i].more };

		if (setrlimit(limits[i].what, &most) != 0)
			return sk_fail(e, SK_ERR_OS, "sandbox", "a resource "
			    "limit is refused: %s", strerrordesc_np(errno));
	}
	r = wall_begin(e);
	return r ? r : wall_close(calls, sizeof(calls) / sizeof(calls[0]), e);
}
