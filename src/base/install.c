/* Where our own parts stand: see install.h. */
#include <sekisho/install.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>

#define LEVELS_UP 3	/* build/src/cli in a checkout */

static char *
folder_of_program(struct sk_arena *a)
{
	char path[4096], *slash;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return NULL;
	*slash = '\0';
	return sk_arena_str(a, path);
}

/* The first folder, from the program's upwards, that holds `probe`. */
static char *
find(struct sk_arena *a, const char *variable, const char *probe,
    const char *installed)
{
	const char *given = getenv(variable);
	char *dir = folder_of_program(a);

	if (given && *given)
		return sk_arena_str(a, given);
	for (int i = 0; dir && i <= LEVELS_UP; i++) {
		char *slash;

		if (sk_file_exists(sk_path_join(a, dir, probe)))
			return dir;
		slash = strrchr(dir, '/');
		if (!slash || slash == dir)
			break;
		*slash = '\0';
	}
	return sk_arena_str(a, installed);
}

char *
install_libexec(struct sk_arena *a)
{
	return find(a, "SEKISHO_LIBEXECDIR", "sekisho-reader",
	    SK_LIBEXECDIR);
}

char *
install_data(struct sk_arena *a)
{
	return find(a, "SEKISHO_DATADIR", "policies/council.conf",
	    SK_PKGDATADIR);
}
