/*
 * Runs a fuzz target over saved inputs, without a fuzzer: every file given,
 * every file in a folder given; without arguments the target's own corpus,
 * $srcdir/tests/fuzz/corpus/NAME for a program called fuzz_NAME.replay.
 *
 * An input is handed over in memory of exactly its size, so that a sanitizer
 * or valgrind sees the first octet read too far. It must fail where it found
 * no input at all: a test that ran over nothing has shown nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static unsigned runs;

static void
die(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

static uint8_t *
read_all(FILE *f, size_t n)
{
	uint8_t *p = malloc(n > 0 ? n : 1);

	if (p == NULL || fread(p, 1, n, f) != n) {
		free(p);
		return NULL;
	}
	return p;
}

static void
run_file(const char *path, size_t n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = f != NULL ? read_all(f, n) : NULL;

	if (p == NULL)
		die(path);
	fclose(f);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(p, n);
	free(p);
	runs++;
}

static void run_path(const char *path);

static void
run_folder(const char *path)
{
	char name[4096];
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (dir == NULL)
		die(path);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		run_path(name);
	}
	closedir(dir);
}

static void
run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		die(path);
	if (S_ISDIR(st.st_mode))
		run_folder(path);
	else
		run_file(path, (size_t)st.st_size);
}

static void
run_own_corpus(const char *program)
{
	const char *srcdir = getenv("srcdir"), *name = strrchr(program, '/');
	char path[4096];

	name = name != NULL ? name + 1 : program;
	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%.*s",
	    srcdir != NULL ? srcdir : ".", (int)strcspn(name, "."), name);
	run_path(path);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_path(argv[i]);
	if (argc < 2)
		run_own_corpus(argv[0]);
	printf("%u inputs\n", runs);
	return runs > 0 ? 0 : 1;
}
