/*
 * Which key blocks the home's ring holds already. The pinned block in the
 * database is the truth about a recipient (design.md §3): when it changes, a
 * subkey revoked or an expiry moved, the ring must follow before the next
 * seal. Asking gpg costs a run a copy, so the home keeps a list of
 * fingerprint and hash of the block last imported; losing the list only costs
 * imports.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "keyd/keyd.h"

enum { FPR = 20, FIRST = 1024, LINE = 2 * FPR + 1 + 2 * SK_HASH + 1,
	FILE_MAX = 64 * 1024 * 1024 };

struct entry {
	unsigned char fpr[FPR], hash[SK_HASH];
	bool used;
};

struct known {
	int fd;			/* appended to; -1: memory only */
	size_t n, size;		/* size is a power of two */
	struct entry *table;
};

/* A fingerprint is a hash already. */
static struct entry *
place(const struct known *k, const unsigned char fpr[FPR])
{
	size_t i;

	memcpy(&i, fpr, sizeof(i));
	for (i &= k->size - 1; k->table[i].used; i = (i + 1) & (k->size - 1))
		if (memcmp(k->table[i].fpr, fpr, FPR) == 0)
			break;
	return &k->table[i];
}

static void
grow(struct known *k)
{
	struct entry *old = k->table;
	size_t i, size = k->size;

	k->size = size == 0 ? FIRST : size * 2;
	k->table = sk_malloc(k->size * sizeof(*k->table));
	for (i = 0; i < size; i++)
		if (old[i].used)
			*place(k, old[i].fpr) = old[i];
	free(old);
}

static void
put(struct known *k, const unsigned char fpr[FPR],
    const unsigned char hash[SK_HASH])
{
	struct entry *e;

	if (k->n * 2 >= k->size)
		grow(k);
	e = place(k, fpr);
	if (!e->used)
		k->n++;
	e->used = true;
	memcpy(e->fpr, fpr, FPR);
	memcpy(e->hash, hash, SK_HASH);
}

/* A cut or foreign line is skipped: its key is imported once more. */
static void
take_line(struct known *k, const unsigned char *line)
{
	unsigned char fpr[FPR], hash[SK_HASH];
	char hex[LINE];

	memcpy(hex, line, LINE);
	if (hex[2 * FPR] != ' ' || hex[LINE - 1] != '\n')
		return;
	hex[2 * FPR] = hex[LINE - 1] = '\0';
	if (sk_unhex(fpr, FPR, hex) &&
	    sk_unhex(hash, SK_HASH, hex + 2 * FPR + 1))
		put(k, fpr, hash);
}

struct known *
known_open(const char *home, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct known *k = sk_malloc(sizeof(*k));
	const char *path = sk_path_join(a, home, "known");
	struct sk_buf b;
	size_t at;

	grow(k);
	sk_buf_init(&b, FILE_MAX);
	if (sk_file_read(path, &b, NULL) != 0 || b.len % LINE != 0)
		sk_buf_clear(&b);
	for (at = 0; at < b.len; at += LINE)
		take_line(k, b.p + at);
	k->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
	    (b.len == 0 ? O_TRUNC : 0), 0600);
	if (k->fd < 0) {
		sk_fail(e, SK_ERR_CANTCREAT, path, "cannot write: %s; check "
		    "the owner of the home", strerrordesc_np(errno));
		known_close(&k);
	}
	sk_buf_free(&b);
	sk_arena_free(&a);
	return k;
}

void
known_close(struct known **k)
{
	if (*k == NULL)
		return;
	sk_fd_close(&(*k)->fd);
	free((*k)->table);
	free(*k);
	*k = NULL;
}

bool
known_has(const struct known *k, const char *fpr, struct sk_span block)
{
	unsigned char raw[FPR], hash[SK_HASH];
	const struct entry *e;

	if (!sk_unhex(raw, FPR, fpr))
		return false;
	e = place(k, raw);
	if (!e->used)
		return false;
	sk_hash_of(block, hash);
	return sk_hash_eq(hash, e->hash);
}

void
known_add(struct known *k, const char *fpr, struct sk_span block)
{
	unsigned char raw[FPR], hash[SK_HASH];
	char line[LINE + 1];

	if (!sk_unhex(raw, FPR, fpr))
		return;
	sk_hash_of(block, hash);
	put(k, raw, hash);
	sk_hex(line, raw, FPR);
	line[2 * FPR] = ' ';
	sk_hex(line + 2 * FPR + 1, hash, SK_HASH);
	line[LINE - 1] = '\n';
	if (sk_fd_write(k->fd, line, LINE) != 0)
		sk_log(SK_WARN, "keyd.known", "list not written");
}

int
keyd_have_key(struct ring *r, const char *fpr, struct sk_span block,
    bool again)
{
	int ret;

	if (block.len == 0 || (!again && known_has(r->known, fpr, block)))
		return 0;
	ret = r->scheme == KEY_SMIME ?
	    smime_have_certificate(r, fpr, block) :
	    pgp_import(r->pgp, block, fpr);
	if (ret == 0)
		known_add(r->known, fpr, block);
	return ret;
}
