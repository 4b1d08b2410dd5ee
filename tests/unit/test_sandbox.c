/*
 * The walls, tried from inside: a child closes them around itself and then
 * does what somebody who took it over would do first (I7). Each attempt must
 * end in death or refusal, and what the helpers need must still work, above
 * all gpg with its agent inside keyd's walls.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/sandbox.h>

enum {
	ALIVE = 7, NOT_CLOSED = 8,	/* exit codes of the child */
	MAIL = 20, FACTS = 21		/* its descriptors */
};

/* The child's exit code, or minus the signal that ended it. */
static int
inside(int (*enter)(const char *home), const char *home, int (*act)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (enter(home) != SK_OK)
			_exit(NOT_CLOSED);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int
enter_reader(const char *home)
{
	struct sk_error e;
	int pair[2];

	(void)home;
	if (channel_pair(pair) != SK_OK || dup2(pair[0], 3) != 3)
		return SK_ERR_OS;
	return sandbox_reader(&e);
}

static int
enter_keyd(const char *home)
{
	struct sk_error e;

	return sandbox_keyd(&home, 1, &e);
}

/* --- attempts --- */

static int
act_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? 0 : ALIVE;
}

static int
act_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 0 : ALIVE;
}

static int
act_inet(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) < 0 ? 0 : ALIVE;
}

static int
act_exec(void)
{
	execl("/bin/true", "true", NULL);
	return ALIVE;
}

static int
act_fork(void)
{
	return fork() < 0 ? 0 : ALIVE;
}

static int
act_code_page(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : ALIVE;
}

static int
act_make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) != 0 ? 0 : ALIVE;
}

static int
act_kill_parent(void)
{
	return kill(getppid(), 0) != 0 ? 0 : ALIVE;
}

static int
act_other_socket(void)
{
	struct msghdr m = { 0 };

	return recvmsg(0, &m, MSG_DONTWAIT) < 0 ? 0 : ALIVE;
}

static int
act_namespace(void)
{
	return unshare(CLONE_NEWUSER) != 0 ? 0 : ALIVE;
}

static int
act_mount(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL) != 0 ? 0 : ALIVE;
}

static int
act_type_into_terminal(void)
{
	return ioctl(0, TIOCSTI, "x") != 0 ? 0 : ALIVE;
}

/* What a reader does all day. */
static int
act_read_mail(void)
{
	int fd = MAIL;
	char *p, *q = malloc(4 * 1024 * 1024);
	size_t n;

	if (sk_fd_size(fd, &n) != 0 || q == NULL)
		return 1;
	p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return 2;
	memset(q, p[0], 4 * 1024 * 1024);
	munmap(p, n);
	free(q);
	return sk_fd_write(FACTS, "facts", 5) == 0 ? ALIVE : 3;
}

static int
act_write_elsewhere(void)
{
	int fd = open("/tmp/sekisho-escaped", O_WRONLY | O_CREAT, 0600);

	return fd < 0 && errno == EACCES ? 0 : ALIVE;
}

static int
act_make_code_file(void)
{
	return open("/usr/escaped", O_WRONLY | O_CREAT, 0600) < 0 ? 0 : ALIVE;
}

/* --- tests --- */

struct attempt {
	const char *name;
	int (*act)(void);
};

static void
all_die(int (*enter)(const char *), const char *home,
    const struct attempt *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = inside(enter, home, list[i].act);

		if (r != -SIGSYS)
			fail_msg("%s ended with %d, not by SIGSYS",
			    list[i].name, r);
	}
}

static void
reader_dies_of_everything_else(void **state)
{
	static const struct attempt list[] = {
		{ "open", act_open }, { "socket", act_socket },
		{ "exec", act_exec }, { "fork", act_fork },
		{ "code page", act_code_page },
		{ "make code", act_make_code },
		{ "kill", act_kill_parent },
		{ "other socket", act_other_socket },
		{ "namespace", act_namespace }
	};

	(void)state;
	all_die(enter_reader, NULL, list, sizeof(list) / sizeof(list[0]));
}

static void
reader_can_read(void **state)
{
	int mail, facts, r;

	(void)state;
	mail = sk_memfd_of("mail", sk_span_str("mail"));
	facts = sk_memfd("facts");
	dup2(mail, MAIL);
	dup2(facts, FACTS);
	r = inside(enter_reader, NULL, act_read_mail);
	assert_int_equal(r, ALIVE);
	close(mail);
	close(facts);
	close(MAIL);
	close(FACTS);
}

static void
keyd_dies_or_is_refused(void **state)
{
	static const struct attempt list[] = {
		{ "inet", act_inet }, { "namespace", act_namespace },
		{ "mount", act_mount }, { "tiocsti", act_type_into_terminal }
	};
	const char *home = *state;

	all_die(enter_keyd, home, list, sizeof(list) / sizeof(list[0]));
	/* The rest is Landlock's; some container hosts switch it off. */
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1) {
		print_message("no Landlock in this kernel\n");
		return;
	}
	assert_int_equal(inside(enter_keyd, home, act_open), 0);
	assert_int_equal(inside(enter_keyd, home, act_write_elsewhere), 0);
	assert_int_equal(inside(enter_keyd, home, act_make_code_file), 0);
}

/* --- fetcher: a server of the test's own on a port that it may reach --- */

static unsigned fetcher_port, other_port;

static int
enter_fetcher(const char *home)
{
	struct sk_error e;

	(void)home;
	return sandbox_fetcher(NULL, fetcher_port, &e);
}

static int
reach(unsigned port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)&to,
	    sizeof(to)) == 0 ? ALIVE : 0;
}

static int
act_reach(void)
{
	return reach(fetcher_port);
}

static int
act_reach_other(void)
{
	return reach(other_port);
}

static int
act_read_hosts(void)
{
	return open("/etc/hosts", O_RDONLY) < 0 ? 0 : ALIVE;
}

static int
act_pair_of_packets(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0 ? 0 : ALIVE;
}

static int
listener(unsigned *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void
fetcher_reaches_its_port_only(void **state)
{
	static const struct attempt list[] = {
		{ "exec", act_exec }, { "kill", act_kill_parent },
		{ "namespace", act_namespace },
		{ "packets", act_pair_of_packets },
#ifndef SK_SANITIZED
		{ "fork", act_fork },
#endif
	};
	int one = listener(&fetcher_port), two = listener(&other_port);
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	(void)state;
	all_die(enter_fetcher, NULL, list, sizeof(list) / sizeof(list[0]));
	/* The operators' socket would believe the user that it runs as. */
	assert_int_equal(inside(enter_fetcher, NULL, act_socket), 0);
	assert_int_equal(inside(enter_fetcher, NULL, act_reach), ALIVE);
	assert_int_equal(inside(enter_fetcher, NULL, act_read_hosts), ALIVE);
	if (abi >= 1) {
		assert_int_equal(inside(enter_fetcher, NULL, act_open), 0);
		assert_int_equal(inside(enter_fetcher, NULL,
		    act_write_elsewhere), 0);
	}
	if (abi >= 4)
		assert_int_equal(inside(enter_fetcher, NULL,
		    act_reach_other), 0);
	close(one);
	close(two);
}

static int
run_gpg(const char *home, const char *const *args)
{
	const char *argv[24] = {
		"gpg", "--homedir", home, "--batch", "--quiet", "--yes",
		"--no-verbose", "--logger-file", "/dev/null",
		"--passphrase", "", "--pinentry-mode", "loopback",
		"--trust-model", "always"
	};
	size_t n = 15;
	pid_t pid;
	int status;

	while (*args != NULL && n < 23)
		argv[n++] = *args++;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		/* Standard streams of the test may be a terminal or a log
		 * which the walls keep from gpg. */
		dup2(null, 0);
		execv("/usr/bin/gpg", (char *const *)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static char plain_path[64], sealed_path[64], opened_path[64];
static const char *gpg_home;

/* The agent was killed before: it must start inside the walls, too. */
static int
act_gpg(void)
{
	const char *const seal[] = { "--output", sealed_path, "--sign",
	    "--encrypt", "--recipient", "desk@example.jp", plain_path, NULL };
	const char *const open_it[] = { "--output", opened_path, "--decrypt",
	    sealed_path, NULL };

	if (run_gpg(gpg_home, seal) != 0)
		return 1;
	return run_gpg(gpg_home, open_it) == 0 ? ALIVE : 2;
}

static void
kill_agent(const char *home)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/usr/bin/gpgconf", "gpgconf", "--homedir", home,
		    "--kill", "gpg-agent", NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void
gpg_and_agent_work_inside(void **state)
{
	const char *const make[] = { "--quick-generate-key",
	    "desk@example.jp", "default", "default", "never", NULL };
	struct sk_buf b;
	struct sk_error e;

	gpg_home = *state;
	snprintf(plain_path, sizeof(plain_path), "%s/plain", gpg_home);
	snprintf(sealed_path, sizeof(sealed_path), "%s/sealed", gpg_home);
	snprintf(opened_path, sizeof(opened_path), "%s/opened", gpg_home);
	if (access("/usr/bin/gpg", X_OK) != 0)
		skip();
	assert_int_equal(run_gpg(gpg_home, make), 0);
	kill_agent(gpg_home);
	assert_int_equal(sk_file_write(plain_path, sk_span_str("words"), 0600,
	    &e), SK_OK);
	assert_int_equal(inside(enter_keyd, gpg_home, act_gpg), ALIVE);
	sk_buf_init(&b, 100);
	assert_int_equal(sk_file_read(opened_path, &b, &e), SK_OK);
	assert_string_equal(sk_buf_str(&b), "words");
	sk_buf_free(&b);
	kill_agent(gpg_home);
}

static int
make_home(void **state)
{
	static char dir[] = "/tmp/sk-home-XXXXXX";

	*state = mkdtemp(dir);
	return *state == NULL;
}

static int
drop_home(void **state)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", (char *)*state, NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_can_read),
		cmocka_unit_test(reader_dies_of_everything_else),
		cmocka_unit_test(keyd_dies_or_is_refused),
		cmocka_unit_test(fetcher_reaches_its_port_only),
		cmocka_unit_test(gpg_and_agent_work_inside),
	};

	return cmocka_run_group_tests_name("sandbox", tests, make_home,
	    drop_home);
}
