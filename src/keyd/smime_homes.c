/*
 * `--smime-import`: the council's certificate and its secret key into the
 * S/MIME homes of all keyds. `sekisho setup smime` has made the file: PKCS#12
 * without a passphrase, for the moment of this import. Where an older
 * certificate is, it signs up to the day of change and its key opens what comes
 * to the end of the overlap (own.h). What the first home says of that, the
 * others repeat: a run that was cut off is run again.
 *
 * gpgsm 2.2 takes one file in thirty for damaged, by its salt: SK_ERR_TEMP asks
 * for the same in another one.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/cms.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/x509.h>

#include "keyd/keyd.h"

enum { STEPS = 16 };		/* certificates on the way to a root */

static int
into_ring(const char *home, const char *p12, struct sk_span certificate,
    char own[PGP_FPR], struct sk_error *e)
{
	char found[STEPS][PGP_FPR];
	struct pgp *p = pgp_new(home, KEY_SMIME, e);
	bool secret;
	size_t n;
	int ret;

	if (p == NULL)
		return SK_ERR_UNAVAILABLE;
	ret = cms_import(p, certificate, found, STEPS, &n, &secret);
	if (ret == 0 && n == 0)
		ret = SK_ERR_DATA;
	if (ret == 0 && home_import_p12(home, p12) != 0) {
		pgp_free(&p);
		return sk_fail(e, SK_ERR_TEMP, home, "gpgsm does not read "
		    "this PKCS#12 file");
	}
	while (ret == 0 && n > 0 && cms_own(p, found[n - 1]) != 0)
		n--;
	if (ret == 0 && n == 0)
		ret = SK_ERR_DATA;
	if (ret != 0)
		ret = sk_fail(e, SK_ERR_DATA, home, "gpgsm does not take this "
		    "certificate and key (%s)", pgp_reason(p));
	pgp_free(&p);
	if (ret != 0)
		return ret;
	memcpy(own, found[n - 1], PGP_FPR);
	return 0;
}

/* It signs up to the day of change; one that has ended is replaced at once. */
static int
lives_until(const char *home, const char *fpr, int64_t since,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct pgp *p = pgp_new(home, KEY_SMIME, e);
	struct key_facts k = { 0 };
	struct sk_buf b;
	int ret = SK_OK;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	/* One that cannot be read is replaced the sooner the better. */
	if (p != NULL && cms_export(p, fpr, &b) == 0 && x509_read(a,
	    sk_buf_span(&b), &k) == 0 && k.expires < since)
		ret = sk_fail(e, SK_ERR_REFUSED, fpr, "the present "
		    "certificate ends on %s and signs up to the day of "
		    "change: choose an earlier --from", sk_date_local(a,
		    k.expires));
	sk_buf_free(&b);
	pgp_free(&p);
	sk_arena_free(&a);
	return ret;
}

/* The first home's dates, once the certificate is in it. */
static int
first_own(const struct next_certificate *n, const char *home,
    const char *fpr, struct own_keys *own, struct sk_error *e)
{
	int64_t now = sk_now();
	const char *present;
	int ret;

	if (!own_file_read(home, own)) {
		*own = (struct own_keys){ .n = 1 };
		memcpy(own->list[0].fpr, fpr, PGP_FPR);
		return 0;
	}
	present = own->list[own_current(own, now)].fpr;
	if (strcmp(present, fpr) == 0)
		return 0;
	ret = lives_until(home, present, n->since, e);
	return ret != 0 ? ret : own_follow(own, fpr, n->since > now ?
	    n->since : now, n->until, now, e);
}

static int
one_home(const struct next_certificate *n, const char *home,
    struct sk_span certificate, struct own_keys *own, struct sk_error *e)
{
	char fpr[PGP_FPR];
	int ret = home_make(home, KEY_SMIME, e);

	if (ret == 0)
		ret = into_ring(home, n->p12, certificate, fpr, e);
	if (ret == 0 && own->n == 0)
		ret = first_own(n, home, fpr, own, e);
	return ret != 0 ? ret : own_file_write(home, own, e);
}

static int
fill(const struct next_certificate *n, struct sk_arena *a,
    struct sk_span certificate, struct sk_error *e)
{
	struct own_keys own = { .n = 0 };
	int ret = sk_dir_make(n->base, 0700, e);

	for (unsigned int i = 0; ret == 0 && i < n->count; i++) {
		const char *home = sk_arena_printf(a, "%s/%u", n->base, i);

		ret = one_home(n, home, certificate, &own, e);
		keyd_agent_leave(a, home);
	}
	if (ret == 0)
		printf("fingerprint %s\n", own.list[own.n - 1].fpr);
	return ret;
}

int
keyd_next_certificate(const struct next_certificate *n, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	ret = sk_file_read(n->certificate, &b, e);
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = cms_library(e);
	if (ret == 0)
		ret = fill(n, a, sk_buf_span(&b), e);
	sk_buf_free(&b);
	sk_arena_free(&a);
	return ret;
}

/* Its key stays in the ring: somebody may have written to it already. A run
 * that was cut off is run again, and then finds the first homes done. */
int
keyd_withdraw_certificate(const char *base, unsigned int count,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct own_keys own;
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		const char *home = sk_arena_printf(a, "%s/%u", base, i);

		if (!own_file_read(home, &own))
			ret = sk_fail(e, SK_ERR_NOINPUT, home, "this home "
			    "has no certificate: see `sekisho setup smime'");
		else if (*own.withdrawn == '\0')
			ret = own_withdraw(&own, sk_now(), e);
		if (ret == 0)
			ret = own_file_write(home, &own, e);
	}
	if (ret == 0)
		printf("withdrawn %s\n", own.withdrawn);
	sk_arena_free(&a);
	return ret;
}
