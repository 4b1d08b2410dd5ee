/* Help, all of it from the table of verbs. */
#include <config.h>

#include <string.h>

#include "cli/cli.h"

static const char head[] =
"usage: sekisho [-c FILE] [--json] NOUN VERB ...\n"
"\n"
"  -c FILE   the council's sekisho.conf; default: $SEKISHO_CONF, else\n"
"            /etc/sekisho/sekisho.conf\n"
"  --json    print the answer as one JSON document\n"
"  --help    of a command; `sekisho help NOUN` shows options too\n"
"\n";

static void
print(struct sk_buf *b)
{
	fputs(sk_buf_str(b), stdout);
	sk_buf_free(b);
}

void
cli_help_verb(const struct verb *v)
{
	struct sk_buf b;

	sk_buf_init(&b, 64 * 1024);
	sk_buf_adds(&b, "usage: sekisho ");
	verb_usage(v, true, &b);
	print(&b);
}

static void
one_line(const struct verb *v, struct sk_buf *b)
{
	char name[40];

	snprintf(name, sizeof(name), "%s %s", v->noun, v->name ? v->name :
	    "");
	sk_buf_addf(b, "  %-18s %s\n", name, v->help);
}

void
cli_help(const char *noun)
{
	size_t n;
	const struct verb *t = verb_table(&n);
	struct sk_buf b;

	sk_buf_init(&b, 256 * 1024);
	if (!noun)
		sk_buf_adds(&b, head);
	for (size_t i = 0; i < n; i++) {
		if (noun && strcmp(t[i].noun, noun) == 0)
			verb_usage(&t[i], true, &b);
		else if (!noun)
			one_line(&t[i], &b);
	}
	print(&b);
}
