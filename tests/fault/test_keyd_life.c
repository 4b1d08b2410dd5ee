/*
 * keyd as a process: the vault's verbs and their rate, agents that die or
 * hang, peers that break the protocol, ends, two keyds at once, sockets, init.
 */
#include <config.h>

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "fault/keyd_host.h"

static struct host *h;
static struct person alice;

static int
begin(void **state)
{
	(void)state;
	h = host_new();
	alice = host_person(h, "alice", NULL, "0");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	host_end(&h);
	return 0;
}

static int
seal_status(struct keyd *k)
{
	return keyd_seal(h, k, alice.fpr, alice.block,
	    sk_span_str("text")).status;
}

/* --- the vault --- */

static int
open_status(struct keyd *k, const struct msg_open *ask, int fd,
    struct sk_buf *plain)
{
	struct channel_message m;
	struct msg_opened r;
	struct sk_buf b;

	sk_buf_init(&b, 1000);
	msg_open_put(&b, ask);
	keyd_ask(k, MSG_OPEN, &b, fd, &m);
	assert_int_equal(m.type, MSG_OPENED);
	assert_int_equal(msg_opened_get(h->arena, sk_buf_span(&m.fields),
	    &r), 0);
	assert_int_equal(m.nfds, r.status == 0 ? 1 : 0);
	sk_buf_clear(plain);
	if (r.status == 0)
		assert_int_equal(sk_fd_slurp(m.fds[0], plain), 0);
	channel_message_end(&m);
	sk_buf_free(&b);
	return r.status;
}

static struct msg_rewrapped
rewrap(struct keyd *k, const struct msg_rewrap *ask)
{
	struct channel_message m;
	struct msg_rewrapped r;
	struct sk_buf b;

	sk_buf_init(&b, 1000);
	msg_rewrap_put(&b, ask);
	keyd_ask(k, MSG_REWRAP, &b, -1, &m);
	assert_int_equal(m.type, MSG_REWRAPPED);
	assert_int_equal(msg_rewrapped_get(h->arena, sk_buf_span(&m.fields),
	    &r), 0);
	channel_message_end(&m);
	sk_buf_free(&b);
	return r;
}

/* The whole way of a body: sealed, wrapped to the vault, rewrapped to its
 * case, opened by either wrap, and by neither once something is wrong. */
static void
bodies_open_by_their_wraps(void **state)
{
	unsigned char key[VAULT_KEY], pk[VAULT_KEY], sk[VAULT_KEY];
	struct msg_open ask = { .purpose = OPEN_READ_AGAIN };
	struct msg_rewrapped re;
	struct msg_rewrap to;
	struct sk_buf body, plain;
	struct keyd k;
	int fd;

	(void)state;
	keyd_begin(h, &k, 0, NULL);
	sk_buf_init(&body, 1 << 20);
	sk_buf_init(&plain, 1 << 20);
	vault_random(key, sizeof(key));
	vault_keypair(pk, sk);
	vault_seal(key, sk_span_str("the body"), &body);
	fd = sk_memfd_of("body", sk_buf_span(&body));
	ask.len = body.len;
	vault_wrap(h->vault_pk, key, ask.wrap);
	assert_int_equal(open_status(&k, &ask, fd, &plain), 0);
	assert_true(sk_span_is(sk_buf_span(&plain), "the body"));

	memcpy(to.wrap, ask.wrap, VAULT_WRAP);
	memcpy(to.case_pk, pk, VAULT_KEY);
	re = rewrap(&k, &to);
	assert_int_equal(re.status, 0);
	memcpy(ask.wrap, re.wrap, VAULT_WRAP);
	assert_int_equal(open_status(&k, &ask, fd, &plain), SK_ERR_CRYPTO);
	ask.by_case = true;
	ask.purpose = OPEN_OPERATOR_TEXT;
	assert_int_equal(open_status(&k, &ask, fd, &plain), SK_ERR_CRYPTO);
	vault_wrap(h->vault_pk, sk, ask.case_wrap);
	assert_int_equal(open_status(&k, &ask, fd, &plain), 0);
	assert_true(sk_span_is(sk_buf_span(&plain), "the body"));
	ask.len--;
	assert_int_equal(open_status(&k, &ask, fd, &plain), SK_ERR_CRYPTO);
	ask.len += 2;
	assert_int_equal(open_status(&k, &ask, fd, &plain), SK_ERR_DATA);

	to.wrap[5] ^= 1;
	assert_int_equal(rewrap(&k, &to).status, SK_ERR_CRYPTO);
	close(fd);
	sk_buf_free(&body);
	sk_buf_free(&plain);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

static void
the_vault_is_not_emptied_unseen(void **state)
{
	struct msg_open open = { .purpose = OPEN_ITEM, .len = 1 };
	struct msg_rewrap to = { { 0 }, { 0 } };
	struct sk_buf plain;
	struct keyd k;
	int fd = sk_memfd_of("body", sk_span_str("x")), n;

	(void)state;
	keyd_begin(h, &k, 0, NULL);
	sk_buf_init(&plain, 100);
	for (n = 0; n < LIMIT_KEYD_OPENS_PER_MINUTE; n++)
		if (rewrap(&k, &to).status == SK_ERR_LIMIT)
			break;
	assert_int_equal(n, LIMIT_KEYD_OPENS_PER_MINUTE);
	assert_int_equal(rewrap(&k, &to).status, SK_ERR_LIMIT);
	assert_int_equal(open_status(&k, &open, fd, &plain), SK_ERR_LIMIT);
	/* what opens nothing goes on */
	assert_int_equal(seal_status(&k), 0);
	close(fd);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

/* --- agents --- */

static void
dead_agent_is_replaced(void **state)
{
	struct sk_span mail;
	struct opened o;
	struct keyd k;
	pid_t agent;

	(void)state;
	keyd_begin(h, &k, 0, NULL);
	mail = keyd_seal(h, &k, keyd_own(&k)->fpr, keyd_own(&k)->block,
	    sk_span_str("text")).armour;
	for (int i = 0; i < 4; i++) {
		agent = keyd_agent(h, 0);
		assert_true(agent > 1);
		assert_int_equal(kill(agent, SIGKILL), 0);
		if (i % 2 == 0) {
			assert_int_equal(seal_status(&k), 0);
			continue;
		}
		o = keyd_decrypt(h, &k, mail, NULL, NULL);
		assert_int_equal(o.m.status, 0);
	}
	assert_int_equal(keyd_end_of(h, &k), 0);
}

/* Stops a process and sees it stopped: a daemon that has only just left its
 * parent can be woken again by the kernel's job control. */
static void
stop(pid_t pid)
{
	char *name = sk_arena_printf(h->arena, "/proc/%d/stat", (int)pid);
	char *text = NULL;
	struct sk_buf b;

	assert_true(pid > 1);
	sk_buf_init(&b, 4096);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(kill(pid, SIGSTOP), 0);
		usleep(1000);
		assert_int_equal(sk_file_read(name, &b, NULL), 0);
		text = strrchr(sk_buf_str(&b), ')');
		if (text != NULL && text[2] == 'T')
			break;
	}
	assert_true(text != NULL && text[2] == 'T');
	sk_buf_free(&b);
}

/* Only a process that ends closes its end. */
static bool
ends_by_itself(const struct keyd *k)
{
	struct pollfd p = { .fd = k->fd, .events = POLLIN };

	return poll(&p, 1, 5000) == 1;
}

/* A hanging agent costs one operation its deadline, and no more. */
static void
hanging_agent_is_ended(void **state)
{
	struct sealed s;
	struct keyd k;
	pid_t agent;

	(void)state;
	keyd_begin(h, &k, 0, "2");
	assert_int_equal(seal_status(&k), 0);
	agent = keyd_agent(h, 0);
	stop(agent);
	s = keyd_seal(h, &k, alice.fpr, alice.block, sk_span_str("text"));
	/* nothing is wrong with the key: not the status that holds a copy */
	assert_int_equal(s.status, SK_ERR_TEMP);
	assert_string_equal(s.reason, "it took too long");
	assert_int_equal(seal_status(&k), 0);
	assert_int_not_equal(keyd_agent(h, 0), agent);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

/* keyd was killed while its agent hung: the next one ends that agent, though
 * it does not say its number, and does not wait for it. */
static void
hanging_agent_of_before_is_ended(void **state)
{
	struct keyd k;
	pid_t agent;

	(void)state;
	keyd_begin(h, &k, 0, NULL);
	assert_int_equal(seal_status(&k), 0);
	agent = keyd_agent(h, 0);
	stop(agent);
	assert_int_equal(kill(k.pid, SIGKILL), 0);
	assert_int_not_equal(keyd_end_of(h, &k), 0);
	keyd_begin(h, &k, 0, "10");
	assert_int_equal(seal_status(&k), 0);
	assert_int_not_equal(keyd_agent(h, 0), agent);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

/* Another agent took the place of the one it knew, and hangs: keyd ends, and
 * is started anew, rather than wait for it at every copy. */
static void
hanging_agent_that_nobody_knows_is_ended(void **state)
{
	struct sealed s;
	struct keyd k;

	(void)state;
	keyd_begin(h, &k, 0, "2");
	assert_int_equal(seal_status(&k), 0);
	assert_int_equal(kill(keyd_agent(h, 0), SIGKILL), 0);
	assert_int_equal(seal_status(&k), 0);
	stop(keyd_agent(h, 0));
	s = keyd_seal(h, &k, alice.fpr, alice.block, sk_span_str("text"));
	assert_int_equal(s.status, SK_ERR_TEMP);
	/* Where a second passed in between, it knew the new one too. */
	if (!ends_by_itself(&k)) {
		assert_int_equal(seal_status(&k), 0);
		assert_int_equal(keyd_end_of(h, &k), 0);
		return;
	}
	assert_int_not_equal(keyd_end_of(h, &k), 0);
	keyd_begin(h, &k, 0, "10");
	assert_int_equal(seal_status(&k), 0);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

static void
nothing_is_left_running(void **state)
{
	struct keyd k;
	pid_t agent;
	int status;

	(void)state;
	keyd_begin(h, &k, 0, NULL);
	agent = keyd_agent(h, 0);
	assert_true(agent > 1);
	assert_int_equal(kill(k.pid, SIGTERM), 0);
	assert_int_equal(waitpid(k.pid, &status, 0), k.pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(k.fd);
	assert_int_equal(keyd_agent(h, 0), 0);
}

/* --- peers --- */

static void
assert_dropped(uint32_t type, struct sk_span fields, int fd)
{
	struct channel_message m;
	struct keyd k;

	keyd_begin(h, &k, 1, NULL);
	assert_int_equal(channel_send(k.fd, type, 1, fields, &fd,
	    fd >= 0 ? 1 : 0), 0);
	channel_message_init(&m);
	assert_int_equal(channel_recv(k.fd, &m), SK_ERR_IO);
	assert_int_not_equal(keyd_end_of(h, &k), 0);
}

static void
broken_protocol_drops_the_peer(void **state)
{
	struct msg_seal ask = { KEY_OPENPGP, alice.fpr, alice.block };
	struct sk_span none = { NULL, 0 };
	int fd = sk_memfd_of("x", sk_span_str("x"));
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_seal_put(&b, &ask);
	assert_dropped(MSG_SEAL, sk_buf_span(&b), -1);
	sk_buf_addc(&b, 'x');
	assert_dropped(MSG_SEAL, sk_buf_span(&b), fd);
	assert_dropped(MSG_READ, none, -1);
	assert_dropped(MSG_INSPECT, none, -1);
	assert_dropped(MSG_REWRAP, none, -1);
	assert_dropped(4711, none, -1);
	sk_buf_free(&b);
	close(fd);
}

/* Both work at once, each on its home. */
static void
two_keyds_share_nothing(void **state)
{
	struct msg_seal ask = { KEY_OPENPGP, alice.fpr, alice.block };
	struct channel_message m;
	struct keyd k[2];
	struct sk_buf b;
	int fd = sk_memfd_of("x", sk_span_str("text"));

	(void)state;
	keyd_begin(h, &k[0], 0, NULL);
	keyd_begin(h, &k[1], 1, NULL);
	assert_string_equal(keyd_own(&k[0])->fpr, keyd_own(&k[1])->fpr);
	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_seal_put(&b, &ask);
	channel_message_init(&m);
	for (int i = 0; i < 20; i++)
		assert_int_equal(channel_send(k[i % 2].fd, MSG_SEAL,
		    (uint64_t)i, sk_buf_span(&b), &fd, 1), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(channel_recv(k[i % 2].fd, &m), 0);
		assert_int_equal(m.id, i);
		assert_int_equal(m.nfds, 1);
		channel_message_end(&m);
	}
	sk_buf_free(&b);
	close(fd);
	assert_int_equal(keyd_end_of(h, &k[0]), 0);
	assert_int_equal(keyd_end_of(h, &k[1]), 0);
}

/* --- command line --- */

static char *
program(void)
{
	return getenv("SEKISHO_KEYD") ? getenv("SEKISHO_KEYD") :
	    (char *)"./sekisho-keyd";
}

static int
init(const char *home, const char *count, const char *name)
{
	return host_run(h, NULL, "init.out", program(), "--init", "--home",
	    home, "--count", count, "--name", name, "--address",
	    "csc@example.jp", "--vault", host_path(h, "vault.key"), NULL);
}

static void
init_overwrites_nothing(void **state)
{
	struct sk_span vault = host_read(h, "vault.key");
	struct keyd k;

	(void)state;
	assert_int_equal(init(host_path(h, "homes"), "3", "Other"), 0);
	assert_true(span_has(host_read(h, "init.out"), h->own));
	assert_true(sk_span_eq(host_read(h, "vault.key"), vault));
	/* the third home can do what the first can */
	keyd_begin(h, &k, 2, NULL);
	assert_string_equal(keyd_own(&k)->fpr, h->own);
	assert_int_equal(seal_status(&k), 0);
	assert_int_equal(keyd_end_of(h, &k), 0);
}

static void
init_says_what_cannot_be(void **state)
{
	char *deep = host_path(h, "a-folder-with-a-name-so-long-that-no-"
	    "socket-of-an-agent-fits-behind-it-any-more");
	struct stat st;

	(void)state;
	assert_int_equal(init(deep, "1", "Council"), 78);
	assert_int_equal(init(host_path(h, "x"), "1", "A <b>"), 64);
	assert_int_equal(init(host_path(h, "x"), "1", ""), 64);
	assert_int_equal(init(host_path(h, "x"), "0", "A"), 64);
	assert_int_not_equal(stat(host_path(h, "x/0"), &st), 0);
	/* no home, no key, no vault: each is an error and not a default */
	assert_int_not_equal(host_run(h, NULL, NULL, program(), "--home",
	    host_path(h, "x"), "--vault", host_path(h, "vault.key"), "--fd",
	    "3", NULL), 0);
	assert_int_equal(host_run(h, NULL, NULL, program(), "--home",
	    host_path(h, "homes/0"), "--vault", host_path(h, "none"), "--fd",
	    "0", NULL), 64);
}

static pid_t
listening(const char *path, const char *peer)
{
	char *argv[] = { program(), (char *)"--home",
		host_path(h, "homes/0"), (char *)"--vault",
		host_path(h, "vault.key"), (char *)"--socket",
		(char *)(uintptr_t)path, (char *)"--peer",
		(char *)(uintptr_t)peer, NULL };
	int pair[2];
	pid_t pid;

	assert_int_equal(channel_pair(pair), 0);
	assert_int_equal(channel_spawn(argv[0], argv, pair[1], &pid, NULL),
	    0);
	close(pair[0]);
	close(pair[1]);
	return pid;
}

/* Waits for the socket without sleeping blindly: until connect works. */
static int
connected(const char *path)
{
	int fd;

	for (int i = 0; i < 2000; i++) {
		fd = channel_connect(path, NULL);
		if (fd >= 0)
			return fd;
		usleep(5000);
	}
	fail();
	return -1;
}

/* Its type, or why there is none. */
static int
first_message(const char *path)
{
	struct channel_message m;
	int fd = connected(path), ret;

	channel_message_init(&m);
	ret = channel_recv(fd, &m);
	if (ret == 0)
		ret = (int)m.type;
	channel_message_end(&m);
	close(fd);
	return ret;
}

static void
sockets_know_their_peer(void **state)
{
	char *path = host_path(h, "keyd"), uid[16];
	int first, again, stranger;
	pid_t pid;

	(void)state;
	snprintf(uid, sizeof(uid), "%u", (unsigned int)getuid());
	pid = listening(path, uid);
	first = first_message(path);
	again = first_message(path);	/* one peer after the other */
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	snprintf(uid, sizeof(uid), "%u", (unsigned int)getuid() + 1);
	pid = listening(path, uid);
	stranger = first_message(path);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	assert_int_equal(first, MSG_KEYD_READY);
	assert_int_equal(again, MSG_KEYD_READY);
	assert_int_equal(stranger, SK_ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_open_by_their_wraps),
		cmocka_unit_test(the_vault_is_not_emptied_unseen),
		cmocka_unit_test(dead_agent_is_replaced),
		cmocka_unit_test(hanging_agent_is_ended),
		cmocka_unit_test(hanging_agent_of_before_is_ended),
		cmocka_unit_test(hanging_agent_that_nobody_knows_is_ended),
		cmocka_unit_test(nothing_is_left_running),
		cmocka_unit_test(broken_protocol_drops_the_peer),
		cmocka_unit_test(two_keyds_share_nothing),
		cmocka_unit_test(init_overwrites_nothing),
		cmocka_unit_test(init_says_what_cannot_be),
		cmocka_unit_test(sockets_know_their_peer),
	};

	if (!host_has("gpg"))
		return HOST_SKIP;
	return cmocka_run_group_tests(tests, begin, end);
}
