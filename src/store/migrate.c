/*
 * Brings a file from the version it says to ours, one migration after the
 * other, each whole or not at all. A file of a later program is refused before
 * anything is read from it, and one of another program too: guessing would
 * cost what is in it.
 */
#include <config.h>

#include "store/internal.h"

int
store_migrate(struct db *db, const char *path, const struct schema *schema,
    struct sk_error *e)
{
	int64_t application = 0, version = 0;
	int r = db_version(db, &application, &version, e);

	if (r)
		return r;
	if (application != (version ? schema->application : 0))
		return sk_fail(e, SK_ERR_CONFIG, path, "this is a database of "
		    "another program; name the right file in store.url");
	if (version < 0 || (uint64_t)version > schema->n)
		return sk_fail(e, SK_ERR_CONFIG, path, "a later sekisho wrote "
		    "this (version %lld, this program knows %zu); install "
		    "that one again", (long long)version, schema->n);
	for (size_t i = (size_t)version; i < schema->n && !r; i++)
		r = db_script(db, schema->versions[i], e);
	return r;
}
