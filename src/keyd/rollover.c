/*
 * `--next`: the council's next key, in every home, and the last day of the
 * present one (own.h). It is made in a home of its own, "n" beside the others,
 * and the file "own" that is written there last is the decision: until then
 * nothing was done and a second run begins anew, from then on a second run goes
 * on where the first was cut off. Each home takes the keys first and the dates
 * after them, so that none ever names a key that it lacks.
 *
 * `--withdraw` takes it back before its day, by the same way. Its secret half
 * stays, since somebody may have written to it already.
 *
 * The present key's encryption subkey gets the end of the overlap as its own:
 * programs of others stop encrypting to it by themselves. Its primary key goes
 * on, and with it every signature that it made.
 */
#include <config.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "keyd/keyd.h"

enum { OPEN_FILES = 8 };

struct rollover {
	const struct next_key *ask;
	struct sk_arena *a;
	const char *user_id;
	const char *first, *staging;
	struct own_keys own;		/* what every home shall hold */
	struct sk_error *e;
};

static int
said(struct rollover *x, const struct pgp *p, const char *where,
    const char *what, int ret)
{
	return ret == 0 ? 0 : sk_fail(x->e, ret, where, "%s: %s", what,
	    pgp_reason(p));
}

static const char *
home(const struct rollover *x, unsigned int i)
{
	return sk_arena_printf(x->a, "%s/%u", x->ask->base, i);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

static int
remove_staging(struct rollover *x)
{
	keyd_agent_leave(x->a, x->staging);
	if (!sk_file_exists(x->staging) || nftw(x->staging, remove_one,
	    OPEN_FILES, FTW_DEPTH | FTW_PHYS) == 0)
		return 0;
	return sk_fail(x->e, SK_ERR_CANTCREAT, x->staging, "cannot be "
	    "removed (%s): it holds the next key, remove it by hand",
	    strerrordesc_np(errno));
}

/* ---- before anything is made ---- */

static bool
is_again(const struct rollover *x)
{
	return x->own.list[x->own.n - 1].since > sk_now();
}

static int
follow(struct rollover *x, struct own_keys *own, const char *fpr)
{
	int64_t now = sk_now();

	return own_follow(own, fpr, x->ask->since > now ? x->ask->since : now,
	    x->ask->until, now, x->e);
}

/* The dates are looked at with a key that is nobody's. */
static int
dates_fit(struct rollover *x)
{
	static const char nobody[] = "0000000000000000000000000000000000000000";
	struct own_keys trial = x->own;

	return follow(x, &trial, is_again(x) ? x->own.list[x->own.n - 1].fpr :
	    nobody);
}

/* It signs up to that day; one that has ended is replaced at once. */
static int
lives_until(struct rollover *x, struct pgp *p, const char *fpr)
{
	struct key_facts k;
	int ret = said(x, p, fpr, "the present key cannot be read", pgp_key(p,
	    x->a, fpr, &k));

	if (ret == 0 && k.expires != 0 && k.expires < x->ask->since)
		return sk_fail(x->e, SK_ERR_REFUSED, fpr, "the present key "
		    "ends on %s and signs up to the day of change: choose an "
		    "earlier --from", sk_date_local(x->a, k.expires));
	return ret;
}

/* ---- the decision ---- */

/* Both keys as they shall be, in the staging home. */
static int
make_keys(struct rollover *x, struct pgp *from, struct pgp *to)
{
	bool again = is_again(x);
	const struct own_key *former = &x->own.list[x->own.n - 1 - again];
	char fpr[PGP_FPR];
	int ret = lives_until(x, from, former->fpr);

	if (ret == 0 && again) {
		memcpy(fpr, x->own.list[x->own.n - 1].fpr, PGP_FPR);
		ret = keyd_copy_key(fpr, from, to, x->e);
	} else if (ret == 0) {
		ret = said(x, to, x->staging, "cannot make the next key",
		    pgp_create(to, x->user_id, fpr));
	}
	if (ret == 0)
		ret = keyd_copy_key(former->fpr, from, to, x->e);
	if (ret == 0)
		ret = said(x, to, former->fpr, "cannot say when it ends",
		    pgp_encrypts_until(to, former->fpr, x->ask->until -
		    sk_now()));
	return ret != 0 ? ret : follow(x, &x->own, fpr);
}

/* The present key goes on without an end, as it was made. */
static int
take_back(struct rollover *x, struct pgp *from, struct pgp *to)
{
	const char *fpr;
	int ret = own_withdraw(&x->own, sk_now(), x->e);

	if (ret != 0)
		return ret;
	fpr = x->own.list[x->own.n - 1].fpr;
	ret = keyd_copy_key(fpr, from, to, x->e);
	return ret != 0 ? ret : said(x, to, fpr, "cannot take back its end",
	    pgp_encrypts_until(to, fpr, 0));
}

static int
decide(struct rollover *x)
{
	struct pgp *from = NULL, *to = NULL;
	int ret = x->ask->withdraw ? 0 : dates_fit(x);

	if (ret == 0)
		ret = remove_staging(x);
	if (ret == 0)
		ret = home_make(x->staging, KEY_OPENPGP, x->e);
	if (ret != 0)
		return ret;
	from = pgp_new(x->first, KEY_OPENPGP, x->e);
	to = from != NULL ? pgp_new(x->staging, KEY_OPENPGP, x->e) : NULL;
	ret = to == NULL ? SK_ERR_UNAVAILABLE : x->ask->withdraw ?
	    take_back(x, from, to) : make_keys(x, from, to);
	pgp_free(&to);
	pgp_free(&from);
	return ret != 0 ? ret : own_file_write(x->staging, &x->own, x->e);
}

/* ---- into the homes ---- */

static int
into_home(struct rollover *x, struct pgp *from, const char *dir)
{
	struct own_keys has;
	struct pgp *to;
	int ret = 0;

	if (own_file_read(dir, &has) && own_keys_same(&has, &x->own))
		return 0;
	to = pgp_new(dir, KEY_OPENPGP, x->e);
	if (to == NULL)
		return SK_ERR_UNAVAILABLE;
	/* What was made or changed: the last two, after a withdrawal one. */
	for (size_t i = x->own.n - 1 - (*x->own.withdrawn == '\0');
	    i < x->own.n && ret == 0; i++)
		ret = keyd_copy_key(x->own.list[i].fpr, from, to, x->e);
	pgp_free(&to);
	if (ret == 0)
		ret = own_file_write(dir, &x->own, x->e);
	keyd_agent_leave(x->a, dir);
	return ret;
}

static int
into_homes(struct rollover *x)
{
	struct pgp *from = pgp_new(x->staging, KEY_OPENPGP, x->e);
	int ret = from != NULL ? 0 : SK_ERR_UNAVAILABLE;

	for (unsigned int i = 0; i < x->ask->count && ret == 0; i++)
		ret = into_home(x, from, home(x, i));
	pgp_free(&from);
	return ret;
}

/* gpg wrote it where the key was made; it belongs into the backup, with that
 * of the key before. */
static int
keep_revocation(struct rollover *x)
{
	const char *name = sk_arena_printf(x->a, "openpgp-revocs.d/%s.rev",
	    x->own.list[x->own.n - 1].fpr);
	const char *from = sk_path_join(x->a, x->staging, name);
	const char *to = sk_path_join(x->a, x->first, name);
	int ret = sk_dir_make(sk_path_join(x->a, x->first,
	    "openpgp-revocs.d"), 0700, x->e);

	if (ret != 0 || !sk_file_exists(from) || rename(from, to) == 0)
		return ret;
	return sk_fail(x->e, SK_ERR_CANTCREAT, to, "cannot be moved here "
	    "from %s: %s", from, strerrordesc_np(errno));
}

/* ---- the whole ---- */

static void
say_all(const struct rollover *x)
{
	const struct own_key *next = &x->own.list[x->own.n - 1];

	if (*x->own.withdrawn != '\0') {
		printf("withdrawn %s\n", x->own.withdrawn);
		return;
	}
	printf("next %s\nsince %s\nformer %s\nuntil %s\n", next->fpr,
	    sk_time_iso(x->a, next->since), next[-1].fpr,
	    sk_time_iso(x->a, next[-1].until));
}

static int
roll(struct rollover *x)
{
	struct own_keys begun;
	int ret = 0;

	if (!own_file_read(x->first, &x->own))
		return sk_fail(x->e, SK_ERR_NOINPUT, x->first, "this home has "
		    "no key of the council yet; run `sekisho init'");
	if (own_file_read(x->staging, &begun)) {
		x->own = begun;
		if (x->ask->withdraw != (*begun.withdrawn != '\0'))
			return sk_fail(x->e, SK_ERR_EXISTS, x->staging, "the "
			    "other command was cut off here: run `sekisho "
			    "setup key %s' again first", x->ask->withdraw ?
			    "--next" : "--withdraw");
	} else {
		ret = decide(x);
	}
	if (ret == 0)
		ret = into_homes(x);
	if (ret == 0)
		ret = keep_revocation(x);
	if (ret == 0)
		ret = remove_staging(x);
	keyd_agent_leave(x->a, x->first);
	if (ret == 0)
		say_all(x);
	return ret;
}

int
keyd_next_key(const struct next_key *n, struct sk_error *e)
{
	struct rollover x = { .ask = n, .a = sk_arena_new(), .e = e };
	int ret = pgp_library(e);

	x.first = home(&x, 0);
	x.staging = sk_path_join(x.a, n->base, "n");
	x.user_id = n->withdraw ? "" : keyd_user_id(x.a, n->name, n->address,
	    e);
	if (ret == 0)
		ret = x.user_id != NULL ? roll(&x) : SK_ERR_USAGE;
	sk_arena_free(&x.a);
	return ret;
}
