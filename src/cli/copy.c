/*
 * Shipped policy and templates become the council's own, to be edited there.
 * An existing file or folder is the council's word and stays.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/copy.h"

int
copy_file(const char *from, const char *to, bool *made, struct sk_error *e)
{
	struct sk_buf b;
	int r;

	*made = false;
	if (sk_file_exists(to))
		return SK_OK;
	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	r = sk_file_read(from, &b, e);
	if (!r)
		r = sk_file_write(to, sk_buf_span(&b), 0644, e);
	sk_buf_free(&b);
	*made = r == SK_OK;
	return r;
}

/* Calls fn for every name that does not begin with a dot. */
static int
each(struct sk_arena *a, const char *from, const char *to,
    int (*fn)(struct sk_arena *, const char *, const char *,
    struct sk_error *), struct sk_error *e)
{
	DIR *d = opendir(from);
	struct dirent *entry;
	int r = SK_OK;

	if (!d)
		return sk_fail(e, SK_ERR_NOINPUT, from, "%s: is the package "
		    "installed whole? A build tree is named by "
		    "SEKISHO_DATADIR", strerrordesc_np(errno));
	while (!r && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			r = fn(a, sk_path_join(a, from, entry->d_name),
			    sk_path_join(a, to, entry->d_name), e);
	closedir(d);
	return r;
}

static int
one_file(struct sk_arena *a, const char *from, const char *to,
    struct sk_error *e)
{
	size_t n = strlen(from);
	bool made;

	(void)a;
	if (n < 4 || strcmp(from + n - 4, ".txt") != 0)
		return SK_OK;
	return copy_file(from, to, &made, e);
}

static int
one_language(struct sk_arena *a, const char *from, const char *to,
    struct sk_error *e)
{
	const char *name = strrchr(from, '/') + 1;
	int r;

	if (strlen(name) != 2)		/* ja, en; not a Makefile */
		return SK_OK;
	r = sk_dir_make(to, 0755, e);
	return r ? r : each(a, from, to, one_file, e);
}

int
copy_tree(struct sk_arena *a, const char *from, const char *to, bool *made,
    struct sk_error *e)
{
	int r;

	*made = false;
	if (sk_file_exists(to))
		return SK_OK;
	r = sk_dir_make(to, 0755, e);
	if (!r)
		r = each(a, from, to, one_language, e);
	*made = r == SK_OK;
	return r;
}
