/*
 * The host of keyd's tests. It is generous with asserts: what fails here is
 * the test's own ground, and says so at once.
 */
#include <config.h>

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>

#include "fault/keyd_host.h"

enum { ARGS = 40, FILE_MAX = 200 * 1024 * 1024 };

bool
host_has(const char *program)
{
	static const char *const folders[] = { "/usr/bin", "/usr/local/bin",
		"/bin" };
	char path[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static const char *
keyd_program(void)
{
	const char *p = getenv("SEKISHO_KEYD");

	return p != NULL ? p : "./sekisho-keyd";
}

char *
host_path(struct host *h, const char *name)
{
	return sk_path_join(h->arena, h->dir, name);
}

struct sk_span
span_copy(struct host *h, const void *p, size_t n)
{
	return sk_span_of(sk_arena_dup(h->arena, p, n), n);
}

struct sk_span
host_read(struct host *h, const char *name)
{
	struct sk_span s;
	struct sk_buf b;

	sk_buf_init(&b, FILE_MAX);
	assert_int_equal(sk_file_read(host_path(h, name), &b, NULL), 0);
	s = span_copy(h, b.p, b.len);
	sk_buf_free(&b);
	return s;
}

void
host_write(struct host *h, const char *name, struct sk_span s)
{
	assert_int_equal(sk_file_write(host_path(h, name), s, 0600, NULL), 0);
}

static int
spawn_and_wait(const char *in, const char *out, char *const argv[])
{
	posix_spawn_file_actions_t fa;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, in, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&fa, 1, out,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (getenv("HOST_LOUD") == NULL)
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null",
		    O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, argv[0], &fa, NULL, argv,
	    environ), 0);
	posix_spawn_file_actions_destroy(&fa);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int
run_list(struct host *h, const char *in, const char *out, char **argv,
    size_t n, va_list ap)
{
	while (n < ARGS && (argv[n] = va_arg(ap, char *)) != NULL)
		n++;
	assert_true(n < ARGS);
	return spawn_and_wait(in ? host_path(h, in) : "/dev/null",
	    out ? host_path(h, out) : "/dev/null", argv);
}

int
host_run(struct host *h, const char *in, const char *out, ...)
{
	char *argv[ARGS];
	va_list ap;
	int ret;

	va_start(ap, out);
	ret = run_list(h, in, out, argv, 0, ap);
	va_end(ap);
	return ret;
}

int
host_gpg(struct host *h, const char *home, const char *in, const char *out,
    ...)
{
	char *argv[ARGS] = { (char *)"gpg", (char *)"--homedir",
		(char *)(uintptr_t)home, (char *)"--batch", (char *)"--yes",
		(char *)"--pinentry-mode", (char *)"loopback",
		(char *)"--passphrase", (char *)"", (char *)"--trust-model",
		(char *)"always", (char *)"--no-auto-key-locate" };
	va_list ap;
	int ret;

	va_start(ap, out);
	ret = run_list(h, in, out, argv, 12, ap);
	va_end(ap);
	return ret;
}

struct host *
host_new(void)
{
	struct host *h = sk_malloc(sizeof(*h));
	struct sk_span s;

	snprintf(h->dir, sizeof(h->dir), "/tmp/skkeyd-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	h->arena = sk_arena_new();
	assert_int_equal(vault_init(), 0);
	assert_int_equal(host_run(h, NULL, "init.out", keyd_program(),
	    "--init", "--home", host_path(h, "homes"), "--count", "2",
	    "--name", "協議会", "--address", "csc-anken@example.jp",
	    "--vault", host_path(h, "vault.key"), NULL), 0);
	s = host_read(h, "init.out");
	assert_int_equal(s.len, 12 + 40 + 1);
	memcpy(h->own, s.p + 12, 40);
	assert_int_equal(vault_key_read(host_path(h, "vault.key.pub"),
	    h->vault_pk, NULL), 0);
	return h;
}

/* Agents end by themselves when their home goes, but not at once. */
void
host_end(struct host **h)
{
	struct host *x = *h;

	host_run(x, NULL, NULL, "sh", "-c", "for d in \"$1\"/p-* "
	    "\"$1\"/homes/*; do gpgconf --homedir \"$d\" --kill gpg-agent; "
	    "done; rm -rf \"$1\"", "sh", x->dir, NULL);
	sk_arena_free(&x->arena);
	free(x);
	*h = NULL;
}

void
host_fpr(struct host *h, const char *home, char fpr[41])
{
	struct sk_span s;
	const char *at;

	assert_int_equal(host_gpg(h, home, NULL, "keys.out", "--with-colons",
	    "--list-keys", NULL), 0);
	s = host_read(h, "keys.out");
	at = strstr(sk_arena_strn(h->arena, s.p, s.len), "\nfpr:::::::::");
	assert_non_null(at);
	memcpy(fpr, at + 13, 40);
	fpr[40] = '\0';
}

struct sk_span
host_export(struct host *h, const struct person *p)
{
	assert_int_equal(host_gpg(h, p->home, NULL, "export.out", "--armor",
	    "--export", p->fpr, NULL),
	    0);
	return host_read(h, "export.out");
}

struct sk_span
host_revocation(struct host *h, const struct person *p)
{
	host_run(h, NULL, "rev.asc", "sed", "-n", "/^:---/,$ { s/^://; p }",
	    sk_arena_printf(h->arena,
	    "%s/openpgp-revocs.d/%s.rev", p->home, p->fpr), NULL);
	return host_read(h, "rev.asc");
}

static struct person
person_of(struct host *h, const char *name, const char *when,
    const char *life)
{
	struct person p = { 0 };
	char *uid = sk_arena_printf(h->arena, "%s <%s@person.example>", name,
	    name);

	p.home = host_path(h, sk_arena_printf(h->arena, "p-%s", name));
	assert_int_equal(sk_dir_make(p.home, 0700, NULL), 0);
	assert_int_equal(host_gpg(h, p.home, NULL, NULL,
	    "--faked-system-time", when, "--quick-gen-key", uid,
	    "ed25519", "sign,cert", life, NULL), 0);
	host_fpr(h, p.home, p.fpr);
	return p;
}

/*
 * The clock stands ("!"): if it ran, a slow machine would make the key a second
 * after the time its subkey is added at, which gpg refuses as a time conflict.
 */
static const char *
standing(struct host *h, const char *when)
{
	return when != NULL ? sk_arena_printf(h->arena, "%s!", when) :
	    sk_arena_printf(h->arena, "%lld!", (long long)time(NULL) - 60);
}

struct person
host_person(struct host *h, const char *name, const char *when,
    const char *life)
{
	struct person p;

	when = standing(h, when);
	p = person_of(h, name, when, life);
	assert_int_equal(host_gpg(h, p.home, NULL, NULL,
	    "--faked-system-time", when, "--quick-add-key", p.fpr,
	    "cv25519", "encr", life, NULL), 0);
	p.block = host_export(h, &p);
	return p;
}

struct person
host_sign_only(struct host *h, const char *name)
{
	struct person p = person_of(h, name, standing(h, NULL), "0");

	p.block = host_export(h, &p);
	return p;
}

void
keyd_begin(struct host *h, struct keyd *k, int home, const char *deadline)
{
	char *dir = host_path(h, sk_arena_printf(h->arena, "homes/%d", home));
	char *argv[] = { (char *)(uintptr_t)keyd_program(),
		(char *)"--home", dir, (char *)"--vault",
		host_path(h, "vault.key"), (char *)"--fd", (char *)"3",
		(char *)"--deadline",
		(char *)(uintptr_t)(deadline ? deadline : "60"),
		(char *)"--smime-home", host_path(h, "smime/0"),
		(char *)"--roots", host_path(h, "root.pem"), NULL };
	struct channel_message m;
	int pair[2];

	if (!h->smime)
		argv[9] = NULL;
	assert_int_equal(channel_pair(pair), 0);
	assert_int_equal(channel_spawn(argv[0], argv, pair[1], &k->pid, NULL),
	    0);
	close(pair[1]);
	k->fd = pair[0];
	channel_message_init(&m);
	assert_int_equal(channel_recv(k->fd, &m), 0);
	assert_int_equal(m.type, MSG_KEYD_READY);
	assert_int_equal(msg_keyd_ready_get(h->arena, sk_buf_span(&m.fields),
	    &k->ready), 0);
	channel_message_end(&m);
}

int
keyd_end_of(struct host *h, struct keyd *k)
{
	int status = -1;

	(void)h;
	sk_fd_close(&k->fd);
	assert_int_equal(waitpid(k->pid, &status, 0), k->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

pid_t
keyd_agent(struct host *h, int home)
{
	struct sk_span s;

	if (host_run(h, NULL, "agent.out", "gpg-connect-agent",
	    "--no-autostart", "--homedir", host_path(h,
	    sk_arena_printf(h->arena, "homes/%d", home)), "GETINFO pid",
	    "/bye", NULL) != 0)
		return 0;
	s = host_read(h, "agent.out");
	if (s.len < 3 || s.p[0] != 'D')
		return 0;
	return (pid_t)strtol(sk_arena_strn(h->arena, s.p + 2, s.len - 2),
	    NULL, 10);
}

void
keyd_ask(struct keyd *k, uint32_t type, const struct sk_buf *fields, int fd,
    struct channel_message *answer)
{
	struct sk_span s = fields ? sk_buf_span(fields) : sk_span_str(NULL);

	assert_int_equal(channel_send(k->fd, type, 4711, s, &fd,
	    fd >= 0 ? 1 : 0), 0);
	channel_message_init(answer);
	assert_int_equal(channel_recv(k->fd, answer), 0);
	assert_int_equal(answer->id, 4711);
}

/* The content of the one descriptor of an answer, if there is one. */
static struct sk_span
content(struct host *h, const struct channel_message *m)
{
	struct sk_span s = { NULL, 0 };
	struct sk_buf b;

	if (m->nfds == 0)
		return s;
	sk_buf_init(&b, FILE_MAX);
	assert_int_equal(sk_fd_slurp(m->fds[0], &b), 0);
	s = span_copy(h, b.p, b.len);
	sk_buf_free(&b);
	return s;
}

struct sealed
keyd_seal(struct host *h, struct keyd *k, const char *fpr,
    struct sk_span block, struct sk_span text)
{
	return keyd_seal_by(h, k, KEY_OPENPGP, fpr, block, text);
}

struct sealed
keyd_seal_by(struct host *h, struct keyd *k, enum key_scheme scheme,
    const char *fpr, struct sk_span block, struct sk_span text)
{
	struct msg_seal ask = { scheme, fpr, block };
	struct channel_message m;
	struct msg_sealed done;
	struct sealed r;
	struct sk_buf b;
	int fd = sk_memfd_of("payload", text);

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_seal_put(&b, &ask);
	keyd_ask(k, MSG_SEAL, &b, fd, &m);
	assert_int_equal(m.type, MSG_SEALED);
	assert_int_equal(msg_sealed_get(h->arena, sk_buf_span(&m.fields),
	    &done), 0);
	assert_int_equal(m.nfds, done.status == 0 ? 1 : 0);
	r = (struct sealed){ done.status, done.reason, content(h, &m) };
	channel_message_end(&m);
	sk_buf_free(&b);
	close(fd);
	return r;
}

struct opened
keyd_open_mail(struct host *h, struct keyd *k, uint32_t type,
    struct msg_open_mail *ask, int fd)
{
	struct opened r = { .given = false };
	struct channel_message m;
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_open_mail_put(&b, ask);
	keyd_ask(k, type, &b, fd, &m);
	assert_int_equal(m.type, MSG_OPENED_MAIL);
	assert_int_equal(msg_opened_mail_get(h->arena,
	    sk_buf_span(&m.fields), &r.m), 0);
	r.given = m.nfds > 0;
	r.plain = content(h, &m);
	channel_message_end(&m);
	sk_buf_free(&b);
	close(fd);
	return r;
}

struct opened
keyd_decrypt(struct host *h, struct keyd *k, struct sk_span data,
    const struct person *one, const struct person *two)
{
	struct msg_key keys[2];
	struct msg_open_mail ask = { .form = FORM_PGP_ENCRYPTED,
		.data_len = data.len, .keys = keys };

	if (one != NULL)
		keys[ask.nkeys++] = (struct msg_key){ one->fpr, one->block };
	if (two != NULL)
		keys[ask.nkeys++] = (struct msg_key){ two->fpr, two->block };
	return keyd_open_mail(h, k, MSG_DECRYPT, &ask, sk_memfd_of("mail", data));
}

struct opened
keyd_verify(struct host *h, struct keyd *k, uint32_t form,
    struct sk_span text, struct sk_span sig, const struct person *one)
{
	struct msg_key key = { one->fpr, one->block };
	struct msg_open_mail ask = { .form = form, .data_at = 7,
		.data_len = text.len, .sig_at = 7 + text.len,
		.sig_len = sig.len, .keys = &key, .nkeys = 1 };
	struct opened r;
	struct sk_buf b;

	/* Offsets count: something stands before and behind. */
	sk_buf_init(&b, FILE_MAX);
	sk_buf_adds(&b, "before\n");
	sk_buf_add(&b, text.p, text.len);
	sk_buf_add(&b, sig.p, sig.len);
	sk_buf_adds(&b, "behind\n");
	r = keyd_open_mail(h, k, MSG_VERIFY, &ask,
	    sk_memfd_of("mail", sk_buf_span(&b)));
	sk_buf_free(&b);
	return r;
}

struct msg_inspected
keyd_inspect_beside(struct host *h, struct keyd *k, struct sk_span block,
    struct sk_span pinned)
{
	struct channel_message m;
	struct msg_inspected r;
	int fds[2] = { sk_memfd_of("key", block), pinned.len ?
	    sk_memfd_of("pinned", pinned) : -1 };

	assert_int_equal(channel_send(k->fd, MSG_INSPECT, 4711,
	    sk_span_str(NULL), fds, pinned.len ? 2 : 1), 0);
	channel_message_init(&m);
	assert_int_equal(channel_recv(k->fd, &m), 0);
	assert_int_equal(m.type, MSG_INSPECTED);
	assert_int_equal(msg_inspected_get(h->arena, sk_buf_span(&m.fields),
	    &r), 0);
	channel_message_end(&m);
	sk_fd_close(&fds[0]);
	sk_fd_close(&fds[1]);
	return r;
}

struct msg_inspected
keyd_inspect(struct host *h, struct keyd *k, struct sk_span block)
{
	return keyd_inspect_beside(h, k, block, sk_span_of("", 0));
}

size_t
span_count(struct sk_span s, const char *word)
{
	size_t n = 0, len = strlen(word);
	const unsigned char *at = s.p, *end = s.p + s.len;

	while (at != NULL && at < end &&
	    (at = memmem(at, (size_t)(end - at), word, len)) != NULL) {
		n++;
		at += len;
	}
	return n;
}

bool
span_has(struct sk_span s, const char *word)
{
	return span_count(s, word) > 0;
}
