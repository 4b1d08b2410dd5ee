/*
 * Signals: the end asked for by SIGTERM, and the deadline of an operation.
 *
 * gpgme hides the process it starts, and waits for it without end. But gpg
 * stays in our process group, so at the deadline the group gets SIGHUP, which
 * ends gpg and which we catch; a gpg that does not go gets SIGKILL two seconds
 * later together with us, and our parent starts us again. The agent lives in a
 * group of its own and is ended by its number.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "keyd/keyd.h"

enum { GRACE = 2 };

/* Handlers have no argument: this is what they know. */
static volatile sig_atomic_t passed;
static int stop_pipe[2] = { -1, -1 };

static void
on_alarm(int sig)
{
	(void)sig;
	if (passed)
		kill(0, SIGKILL);
	passed = 1;
	kill(0, SIGHUP);
	alarm(GRACE);
}

static void
on_hangup(int sig)
{
	(void)sig;
}

static void
on_stop(int sig)
{
	int saved = errno;

	(void)sig;
	/* Full means that a byte waits there already. */
	if (write(stop_pipe[1], "", 1) < 0)
		errno = saved;
	errno = saved;
}

static int
catch(int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigemptyset(&sa.sa_mask);
	return sigaction(sig, &sa, NULL);
}

int
signals_catch(struct sk_error *e)
{
	/* Fails for the leader of a session, who leads its group as well. */
	if (getpgrp() != getpid() && setpgid(0, 0) != 0)
		return sk_fail(e, SK_ERR_OS, "keyd", "no process group: %s",
		    strerrordesc_np(errno));
	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0 ||
	    catch(SIGALRM, on_alarm) != 0 || catch(SIGHUP, on_hangup) != 0 ||
	    catch(SIGTERM, on_stop) != 0 || catch(SIGINT, on_stop) != 0 ||
	    catch(SIGPIPE, SIG_IGN) != 0)
		return sk_fail(e, SK_ERR_OS, "keyd", "no signals: %s",
		    strerrordesc_np(errno));
	return stop_pipe[0];
}

void
deadline_start(unsigned int seconds)
{
	passed = 0;
	alarm(seconds);
}

bool
deadline_end(void)
{
	alarm(0);
	return passed != 0;
}

bool
deadline_passed(void)
{
	return passed != 0;
}
