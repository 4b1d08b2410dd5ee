/*
 * Preloaded into sekisho-keyd by flow ownkey_kill: sudden death at the step
 * whose number KILL_AT gives. A step is a file put in place or a process begun;
 * whatever runs in the same process group dies with it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
step(void)
{
	static int steps;
	const char *at = getenv("KILL_AT");

	if (at && strcmp(program_invocation_short_name, "sekisho-keyd") == 0 &&
	    ++steps == atoi(at))
		kill(0, SIGKILL);
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");

	step();
	return real(from, to);
}

pid_t
fork(void)
{
	pid_t (*real)(void) = dlsym(RTLD_NEXT, "fork");

	step();
	return real();
}
