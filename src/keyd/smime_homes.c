/*
 * `--smime-import`: the council's certificate and its secret key into the
 * S/MIME homes of all keyds. `sekisho setup smime` has made the file: PKCS#12
 * without a passphrase, for the moment of this import. Where an older
 * certificate is, its key stays and still decrypts; the new one signs from the
 * next start on.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/cms.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "keyd/keyd.h"

enum { STEPS = 16 };		/* certificates on the way to a root */

static int
one_home(struct sk_arena *a, const char *home, const char *p12,
    struct sk_span certificate, char own[PGP_FPR], struct sk_error *e)
{
	char found[STEPS][PGP_FPR], line[PGP_FPR + 1];
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
	snprintf(line, sizeof(line), "%s\n", own);
	return sk_file_write(sk_path_join(a, home, "own"),
	    sk_span_str(line), 0600, e);
}

static int
fill(struct sk_arena *a, const char *base, unsigned int count,
    const char *p12, struct sk_span certificate, struct sk_error *e)
{
	char own[PGP_FPR] = "";
	int ret = sk_dir_make(base, 0700, e);

	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		const char *home = sk_arena_printf(a, "%s/%u", base, i);
		char *socket;

		ret = home_make(home, KEY_SMIME, e);
		if (ret == 0)
			ret = one_home(a, home, p12, certificate, own, e);
		/* No agent stays behind: keyd starts its own. */
		socket = home_agent_socket(a, home, NULL);
		if (socket != NULL)
			home_agent_end(socket);
	}
	if (ret == 0)
		printf("fingerprint %s\n", own);
	return ret;
}

int
keyd_smime_homes(const char *base, unsigned int count, const char *p12,
    const char *certificate, struct sk_error *e)
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
		ret = fill(a, base, count, p12, sk_buf_span(&b), e);
	sk_buf_free(&b);
	sk_arena_free(&a);
	return ret;
}
