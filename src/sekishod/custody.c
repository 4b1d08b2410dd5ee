/*
 * Custody: a mail being received is sealed while it streams. Small ones stay
 * in memory for the reader; larger ones go to a sealed spool file in pieces, so
 * that memory stays flat. `250` is said only after the row is committed (I5),
 * and for a spool file after its fsync.
 */
#include "daemon.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/hash.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define SPOOL_NAME 26

struct custody {
	struct daemon *d;
	struct sk_arena *arena;
	struct mail_record mail;
	unsigned char data_key[VAULT_KEY];
	struct sk_hash *hash;
	struct vault_sealer *sealer;	/* large mails only */
	struct sk_buf sealed;	/* not yet written away */
	struct sk_buf plain;	/* small mails only */
	bool large, stored;
	int failed;		/* why it could not be stored */
	int spool_fd;
	turn_fn fn;
	void *ctx;
};

struct custody *
custody_new(struct daemon *d, const char *sender, const char *const *rcpts,
    size_t nrcpts, bool trusted_door)
{
	struct custody *c = sk_malloc(sizeof(*c));
	const char **copy;

	c->d = d;
	c->spool_fd = -1;
	c->arena = sk_arena_new();
	copy = sk_arena_array(c->arena, nrcpts, sizeof(*copy));
	for (size_t i = 0; i < nrcpts; i++)
		copy[i] = sk_arena_str(c->arena, rcpts[i]);
	c->mail.sender = sk_arena_str(c->arena, sender);
	c->mail.rcpts = copy;
	c->mail.nrcpts = nrcpts;
	c->mail.received = sk_now();
	c->mail.note = "";
	c->mail.door = trusted_door ? DOOR_TRUSTED : DOOR_UNTRUSTED;
	vault_random(c->data_key, sizeof(c->data_key));
	c->hash = sk_hash_new();
	sk_buf_init(&c->sealed, LIMIT_MESSAGE_MAX + LIMIT_MESSAGE_MAX / 64);
	sk_buf_init(&c->plain, LIMIT_SMALL_MAIL);
	return c;
}

char *
custody_spool_path(const struct daemon *d, struct sk_arena *a,
    const char *name)
{
	return sk_path_join(a, d->spool, name);
}

static int
spool_open(struct custody *c)
{
	char name[SPOOL_NAME + 1], *path;

	sk_random_base32(name, SPOOL_NAME);
	path = custody_spool_path(c->d, c->arena, name);
	c->spool_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    0600);
	if (c->spool_fd < 0) {
		sk_log(SK_ERROR, "spool.open", "mend=\"check the spool "
		    "folder and the disk\"");
		return SK_ERR_OS;
	}
	c->mail.spool = sk_arena_str(c->arena, name);
	c->large = true;
	c->sealer = vault_sealer_new(c->data_key, &c->sealed);
	vault_sealer_push(c->sealer, c->plain.p, c->plain.len, &c->sealed);
	sk_buf_free(&c->plain);
	return SK_OK;
}

/* What is sealed goes to the file at once. */
static int
spool_write(struct custody *c)
{
	int r = sk_fd_write(c->spool_fd, c->sealed.p, c->sealed.len);

	sk_buf_clear(&c->sealed);
	return r;
}

int
custody_content(struct custody *c, const void *p, size_t n)
{
	c->mail.size += n;
	sk_hash_add(c->hash, p, n);
	if (!c->large && c->mail.size > LIMIT_SMALL_MAIL) {
		int r = spool_open(c);

		if (r)
			return r;
	}
	if (!c->large) {
		sk_buf_add(&c->plain, p, n);
		return SK_OK;
	}
	vault_sealer_push(c->sealer, p, n, &c->sealed);
	return spool_write(c);
}

/* After the commit: tell the session, hand the mail to intake. */
static void
committed(void *ctx, int result)
{
	struct custody *c = ctx;

	if (c->failed)
		result = c->failed;
	c->stored = result == SK_OK;
	if (c->fn)
		c->fn(c->ctx, result);
	if (c->stored) {
		sk_log(SK_INFO, "mail.custody", "mail=%lld size=%llu rcpts=%zu",
		    (long long)c->mail.row, (unsigned long long)c->mail.size,
		    c->mail.nrcpts);
		intake_add(c->d->intake, c->mail.row, &c->plain, c->data_key);
	}
	custody_free(&c);
}

/* Answers come from the turn, never from inside the session's own call. */
static void
fail_later(struct custody *c, int why)
{
	sk_log(SK_ERROR, "mail.store", "error=%s", sk_err_word(why));
	c->failed = why;
	turn_after(c->d, committed, c);
}

static void
store(struct custody *c)
{
	int r;

	vault_wrapper_wrap(c->d->wrapper, NULL, c->data_key, c->mail.wrap);
	if (!c->large)
		c->mail.body = sk_buf_span(&c->sealed);
	/* Read as soon as it is committed: this commit counts that try too. A
	 * large one is opened by keyd first. */
	c->mail.tries = !c->large && intake_has_room(c->d->intake) ? 1 : 0;
	r = store_mail_add(c->d->store, &c->mail);
	if (r)
		fail_later(c, r);
	else
		turn_after(c->d, committed, c);
}

static void
synced(void *ctx, int result)
{
	struct custody *c = ctx;

	if (result)
		fail_later(c, result);
	else
		store(c);
}

void
custody_end(struct custody *c, turn_fn fn, void *ctx)
{
	c->fn = fn;
	c->ctx = ctx;
	sk_hash_done(&c->hash, c->mail.raw_hash);
	if (!c->large) {
		vault_seal(c->data_key, sk_buf_span(&c->plain), &c->sealed);
		store(c);
		return;
	}
	vault_sealer_end(&c->sealer, &c->sealed);
	if (spool_write(c))
		fail_later(c, SK_ERR_IO);
	else
		syncer_fsync(c->d->syncer, c->spool_fd, synced, c);
}

void
custody_forget(struct custody *c)
{
	c->fn = NULL;
}

static void
spool_drop(struct custody *c)
{
	if (!c->mail.spool || c->stored)
		return;
	unlink(custody_spool_path(c->d, c->arena, c->mail.spool));
}

/* ---- what sudden ends left behind ---- */

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* A spool file without a row was never answered with 250: Postfix still has
 * the mail. Only names of our own making are touched. */
void
custody_clean(struct daemon *d)
{
	struct sk_arena *a = sk_arena_new();
	const char *const *names = NULL;
	struct dirent *f;
	size_t n = 0, gone = 0;
	DIR *folder = NULL;

	if (store_mail_spools(d->store, a, &names, &n) == SK_OK)
		folder = opendir(d->spool);
	if (n)
		qsort((void *)(uintptr_t)names, n, sizeof(*names), by_name);
	while (folder && (f = readdir(folder))) {
		const char *name = f->d_name;

		if (!sk_is_base32(name, SPOOL_NAME) || (n && bsearch(&name,
		    names, n, sizeof(*names), by_name)))
			continue;
		gone += unlinkat(dirfd(folder), name, 0) == 0;
	}
	if (folder)
		closedir(folder);
	if (gone)
		sk_log(SK_INFO, "spool.clean", "files=%zu", gone);
	sk_arena_free(&a);
}

void
custody_free(struct custody **cp)
{
	struct custody *c = *cp;
	unsigned char ignored[SK_HASH];

	if (!c)
		return;
	spool_drop(c);
	sk_fd_close(&c->spool_fd);
	vault_sealer_free(&c->sealer);
	if (c->hash)
		sk_hash_done(&c->hash, ignored);
	sk_buf_free(&c->sealed);
	sk_buf_free(&c->plain);
	sk_arena_free(&c->arena);
	sk_wipe(c->data_key, sizeof(c->data_key));
	free(c);
	*cp = NULL;
}
