/*
 * Starting a helper: posix_spawn, because fork copies the page tables of a
 * large parent (measured: 8.3 ms against 3.6 with 300 MiB). The helper gets
 * the channel as descriptor 3, stderr, an empty stdin and stdout, default
 * signals, and nothing else of ours; above all no database and no socket.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/channel.h>

enum { CHANNEL = 3 };

static void
descriptors(posix_spawn_file_actions_t *fa, int fd)
{
	/* First, since fd itself may be 0 or 1. */
	posix_spawn_file_actions_adddup2(fa, fd, CHANNEL);
	posix_spawn_file_actions_addopen(fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(fa, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(fa, CHANNEL + 1);
}

static void
signals(posix_spawnattr_t *at)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(at, &none);
	posix_spawnattr_setsigdefault(at, &all);
	posix_spawnattr_setflags(at, POSIX_SPAWN_SETSIGMASK |
	    POSIX_SPAWN_SETSIGDEF);
}

int
channel_spawn(const char *path, char *const argv[], int fd, pid_t *pid,
    struct sk_error *e)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int err;

	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&at);
	descriptors(&fa, fd);
	signals(&at);
	err = posix_spawn(pid, path, &fa, &at, argv, environ);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	if (err != 0)
		return sk_fail(e, err == ENOENT ? SK_ERR_NOINPUT : SK_ERR_OS,
		    path, "cannot start it: %s; is the package installed "
		    "whole?", strerrordesc_np(err));
	return SK_OK;
}
