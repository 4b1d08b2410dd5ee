/*
 * Starting one helper process: its program, its arguments, its end of a
 * channel. keyds that are programs of their own under systemd are reached, not
 * started.
 */
#include "daemon.h"

#include <stdio.h>
#include <unistd.h>

#include "courier.h"
#include "fetcher.h"

/* What exec wants: writable strings, in the arena. */
static char **
arguments(struct sk_arena *a, const char *const *words, size_t n)
{
	char **argv = sk_arena_array(a, n + 1, sizeof(*argv));

	for (size_t i = 0; i < n; i++)
		argv[i] = sk_arena_str(a, words[i]);
	return argv;
}

static int
spawn(const char *path, const char *const *words, size_t n, int fd, pid_t *pid,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	int r = channel_spawn(path, arguments(a, words, n), fd, pid, e);

	sk_arena_free(&a);
	return r;
}

static int
spawn_reader(const struct daemon *d, int fd, pid_t *pid, struct sk_error *e)
{
	char path[4096];
	const char *words[] = { path };

	snprintf(path, sizeof(path), "%s/sekisho-reader", d->libexec);
	return spawn(path, words, 1, fd, pid, e);
}

static int
spawn_keyd(const struct daemon *d, unsigned index, int fd, pid_t *pid,
    struct sk_error *e)
{
	const struct config *c = d->config;
	char path[4096], home[4096], smime[4096];
	const char *words[16] = { path, "--home", home, "--vault",
	    c->vault_key, "--fd", "3" };
	size_t n = 7;

	snprintf(path, sizeof(path), "%s/sekisho-keyd", d->libexec);
	snprintf(home, sizeof(home), "%s/%u", c->openpgp_home, index);
	/* Without --own: the key that init made; the same for S/MIME. */
	if (*c->openpgp_fpr) {
		words[n++] = "--own";
		words[n++] = c->openpgp_fpr;
	}
	if (c->smime_home) {
		snprintf(smime, sizeof(smime), "%s/%u", c->smime_home, index);
		words[n++] = "--smime-home";
		words[n++] = smime;
	}
	if (c->smime_home && *c->smime_fpr) {
		words[n++] = "--smime-own";
		words[n++] = c->smime_fpr;
	}
	if (c->smime_home && c->smime_roots) {
		words[n++] = "--roots";
		words[n++] = c->smime_roots;
	}
	return spawn(path, words, n, fd, pid, e);
}

/* This program again, without anything of ours in its memory. */
static int
spawn_self(const char *name, int fd, pid_t *pid, struct sk_error *e)
{
	return spawn("/proc/self/exe", &name, 1, fd, pid, e);
}

static int
spawn_kind(const struct daemon *d, enum pool_kind kind, unsigned index,
    int fd, pid_t *pid, struct sk_error *e)
{
	switch (kind) {
	case POOL_READER:
		return spawn_reader(d, fd, pid, e);
	case POOL_KEYD:
		return spawn_keyd(d, index, fd, pid, e);
	case POOL_COURIER:
		return spawn_self(COURIER_NAME, fd, pid, e);
	case POOL_FETCHER:
		return spawn_self(FETCHER_NAME, fd, pid, e);
	}
	return sk_fail(e, SK_ERR_BUG, "pool", "no such kind");
}

int
helper_process(const struct daemon *d, enum pool_kind kind, unsigned index,
    pid_t *pid, int *fd, struct sk_error *e)
{
	const struct config *c = d->config;
	int pair[2], r;

	if (kind == POOL_KEYD && c->nkeyd_sockets) {
		*fd = channel_connect(c->keyd_sockets[index], e);
		return *fd < 0 ? SK_ERR_UNAVAILABLE : SK_OK;
	}
	if (channel_pair(pair))
		return sk_fail(e, SK_ERR_OS, "pool", "no socket pair");
	r = spawn_kind(d, kind, index, pair[1], pid, e);
	close(pair[1]);
	if (r)
		close(pair[0]);
	else
		*fd = pair[0];
	return r;
}
