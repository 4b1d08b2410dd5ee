/* Starting GnuPG's and OpenSSL's own programs, where no library call does it:
 * constant words and paths of ours, no shell, no output but one line. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/program.h"

int
program_run(const char *const argv[], char *line, size_t size)
{
	posix_spawn_file_actions_t fa;
	int p[2], err, status = -1;
	size_t len = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) != 0)
		return -1;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, p[1], 1);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &fa, NULL,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(p[1]);
	while (err == 0 && line != NULL && len < size - 1 &&
	    ((n = read(p[0], line + len, size - 1 - len)) > 0 ||
	    (n < 0 && errno == EINTR)))
		if (n > 0)
			len += (size_t)n;
	close(p[0]);
	while (err == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (line != NULL)
		line[len] = '\0';
	return err == 0 && status == 0 ? 0 : -1;
}
