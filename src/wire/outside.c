/*
 * Does a process stand behind walls that we do not? Each of ours that reads
 * strangers' bytes closed a seccomp filter around itself and all that it
 * starts (gpg is one of those), and no process gets rid of one: so it has more
 * of them than we, whatever the service manager put around us both. Who cannot
 * be looked at is inside.
 */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/sandbox.h>

enum { STATUS = 8192, UNKNOWN = -1 };

/* A line of /proc/PID/status; older kernels only say whether there are any. */
static long
number_of(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at != NULL ? strtol(at + strlen(name), NULL, 10) : UNKNOWN;
}

static long
filters_of(pid_t pid)
{
	char path[64], status[STATUS];
	ssize_t n;
	long filters;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return UNKNOWN;
	n = read(fd, status, sizeof(status) - 1);
	sk_fd_close(&fd);
	if (n <= 0)
		return UNKNOWN;
	status[n] = '\0';
	filters = number_of(status, "\nSeccomp_filters:");
	return filters != UNKNOWN ? filters : number_of(status,
	    "\nSeccomp:");
}

bool
sandbox_outside(pid_t pid)
{
	long theirs = filters_of(pid), ours = filters_of(getpid());

	return theirs != UNKNOWN && ours != UNKNOWN && theirs <= ours;
}
