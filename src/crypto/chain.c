/*
 * Does a certificate lead to a root that the council configured? Asked of
 * `openssl verify`, a second reader of the same bytes: gpgsm would want its
 * roots in a trust list of the agent, and says no more. The answer is a fact
 * for operators; nothing is pinned or believed for it. Certificates given
 * beside it are only steps on the way. No list of revoked ones is fetched.
 */
#include <config.h>

#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/x509.h>

#include "crypto/program.h"

enum key_chain
x509_chain(const char *roots, const char *folder, struct sk_span cert,
    struct sk_span beside)
{
	struct sk_arena *a = sk_arena_new();
	char *leaf = sk_path_join(a, folder, "leaf");
	char *steps = sk_path_join(a, folder, "steps");
	const char *const argv[] = { "openssl", "verify", "-no-CApath",
	    "-no-CAstore", "-purpose", "any", "-CAfile", roots, "-untrusted",
	    steps, leaf, NULL };
	bool good = sk_file_write(leaf, cert, 0600, NULL) == 0 &&
	    sk_file_write(steps, beside, 0600, NULL) == 0 &&
	    program_run(argv, NULL, 0) == 0;

	unlink(leaf);
	unlink(steps);
	sk_arena_free(&a);
	return good ? CHAIN_GOOD : CHAIN_NONE;
}
