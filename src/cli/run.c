/* Another program's output, read whole: postconf, postmap, postfix. */
#include <config.h>

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sekisho/files.h>

#include "cli/run.h"

/* errors: what it says on standard error comes along, else nobody hears it. */
static int
start(char *const argv[], int to, bool errors, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	int err;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, to, 1);
	if (errors)
		posix_spawn_file_actions_adddup2(&fa, to, 2);
	else
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null",
		    O_WRONLY, 0);
	err = posix_spawnp(pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	return err;
}

static void
read_all(int fd, struct sk_buf *out)
{
	unsigned char block[8192];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		sk_buf_add(out, block, (size_t)n);
}

int
run_output(char *const argv[], bool errors, struct sk_buf *out)
{
	int p[2], status = 0, err;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) != 0)
		return RUN_FAILED;
	err = start(argv, p[1], errors, &pid);
	sk_fd_close(&p[1]);
	if (!err) {
		read_all(p[0], out);
		if (waitpid(pid, &status, 0) != pid)
			status = -1;
	}
	sk_fd_close(&p[0]);
	if (err || out->over || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == 127)
		return RUN_FAILED;
	return WEXITSTATUS(status);
}
