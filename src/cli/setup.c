/* What init and check know in common: configuration, homes, their keys. */
#include <config.h>

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/key.h>
#include <sekisho/limits.h>

#include "cli/cli.h"
#include "cli/run.h"

#define HOMES_MAX 8		/* as sekishod starts them */

unsigned
cli_homes(const struct config *c)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (c->keyds)
		return c->keyds;
	return cores < 1 ? 1 : cores > HOMES_MAX ? HOMES_MAX :
	    (unsigned)cores;
}

char *
cli_home(struct sk_arena *a, const struct config *c, unsigned n)
{
	return sk_arena_printf(a, "%s/%u", c->openpgp_home, n);
}

bool
cli_home_own(struct sk_arena *a, const char *home, struct own_keys *own)
{
	struct sk_buf b;
	bool found;

	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	found = sk_file_read(sk_path_join(a, home, OWN_FILE), &b, NULL) ==
	    SK_OK && own_keys_read(sk_buf_span(&b), own) == SK_OK;
	sk_buf_free(&b);
	return found;
}

/* What OpenPGP reads as its own marks becomes a blank. */
char *
cli_key_name(struct sk_arena *a, const char *name)
{
	char *s = sk_arena_str(a, name);

	for (char *p = s; (p = strpbrk(p, "<>()\"\r\n\t\\")) != NULL; p++)
		*p = ' ';
	return s;
}

int
cli_keyd(struct cli *c, const char *const *words, struct sk_buf *out)
{
	const char *argv[24] = { sk_path_join(c->arena, c->libexec,
	    "sekisho-keyd") };

	for (size_t n = 1; *words && n < 23; n++)
		argv[n] = *words++;
	return run_output((char *const *)(uintptr_t)argv, true, out);
}

int
cli_keyd_tells(struct cli *c, const char *const *words)
{
	struct sk_buf out;
	int code;

	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	code = cli_keyd(c, words, &out);
	if (code != 0)
		fputs(sk_buf_str(&out), stderr);
	sk_buf_free(&out);
	return code;
}

int
cli_config(struct cli *c, struct config **out, struct sk_error *e)
{
	struct sk_buf faults;
	int r;

	sk_buf_init(&faults, LIMIT_CONFIG_FILE);
	if (!sk_file_exists(c->conf)) {
		r = sk_fail(e, SK_ERR_CONFIG, c->conf, "there is no such "
		    "file: name the council's with -c, or make one with "
		    "`sekisho init`");
	} else {
		r = config_load(c->conf, out, &faults);
		if (r)
			sk_fail(e, SK_ERR_CONFIG, c->conf, "%s",
			    faults.len ? "has the faults above" :
			    "cannot be read: check its owner and mode");
		if (faults.len)
			fputs(sk_buf_str(&faults), stderr);
	}
	sk_buf_free(&faults);
	return r ? SK_ERR_CONFIG : SK_OK;
}
