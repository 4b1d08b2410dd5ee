/*
 * `--smime-import`: the council's certificate and its secret key into the
 * S/MIME homes of all keyds. `sekisho setup smime` has made the file: PKCS#12
 * without a passphrase, for the moment of this import. Where an older
 * certificate is, its key stays and opens what comes until the overlap ends
 * (own.h); the new one signs from the next start on. What the first home says
 * of that, the others repeat: a run that was cut off is run again.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/cms.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

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
	if (ret == 0)
		ret = home_import_p12(home, p12);
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

/* The first home's dates, once the certificate is in it. */
static int
first_own(const char *home, const char *fpr, int64_t until,
    struct own_keys *own, struct sk_error *e)
{
	int64_t now = sk_now();

	if (!own_file_read(home, own)) {
		*own = (struct own_keys){ .n = 1 };
		memcpy(own->list[0].fpr, fpr, PGP_FPR);
		return 0;
	}
	if (strcmp(own->list[own_current(own, now)].fpr, fpr) == 0)
		return 0;
	return own_follow(own, fpr, now, until, now, e);
}

static int
one_home(const char *home, const char *p12, struct sk_span certificate,
    int64_t until, struct own_keys *own, struct sk_error *e)
{
	char fpr[PGP_FPR];
	int ret = home_make(home, KEY_SMIME, e);

	if (ret == 0)
		ret = into_ring(home, p12, certificate, fpr, e);
	if (ret == 0 && own->n == 0)
		ret = first_own(home, fpr, until, own, e);
	return ret != 0 ? ret : own_file_write(home, own, e);
}

static int
fill(struct sk_arena *a, const char *base, unsigned int count,
    const char *p12, struct sk_span certificate, int64_t until,
    struct sk_error *e)
{
	struct own_keys own = { .n = 0 };
	int ret = sk_dir_make(base, 0700, e);

	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		const char *home = sk_arena_printf(a, "%s/%u", base, i);

		ret = one_home(home, p12, certificate, until, &own, e);
		keyd_agent_leave(a, home);
	}
	if (ret == 0)
		printf("fingerprint %s\n", own.list[own.n - 1].fpr);
	return ret;
}

int
keyd_smime_homes(const char *base, unsigned int count, const char *p12,
    const char *certificate, int64_t until, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;
	int ret;

	sk_buf_init(&b, LIMIT_KEY_BYTES);
	ret = sk_file_read(certificate, &b, e);
	if (ret == 0)
		ret = pgp_library(e);
	if (ret == 0)
		ret = cms_library(e);
	if (ret == 0)
		ret = fill(a, base, count, p12, sk_buf_span(&b), until,
		    e);
	sk_buf_free(&b);
	sk_arena_free(&a);
	return ret;
}
