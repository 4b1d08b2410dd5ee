/*
 * Words of a command line into a request, by the table of verbs only: what a
 * verb takes stands nowhere else. Values are checked here for a quick answer;
 * the daemon checks them again.
 */
#include <config.h>

#include <string.h>

#include "cli/cli.h"

#define WORDS_MAX 256

struct words {
	const char *list[WORDS_MAX];
	size_t n;
};

bool
cli_general(struct cli *c, int argc, char **argv, int *at,
    struct sk_error *e)
{
	const char *w = argv[*at];

	if (strcmp(w, "--json") == 0) {
		c->json = true;
	} else if (strcmp(w, "--help") == 0 || strcmp(w, "-h") == 0) {
		c->help = true;
	} else if (strcmp(w, "-c") == 0) {
		if (*at + 1 == argc)
			sk_fail(e, SK_ERR_USAGE, "-c", "needs a file");
		else
			c->conf = argv[++*at];
		c->conf_given = true;
	} else {
		return false;
	}
	++*at;
	return true;
}

/* ---- one value ---- */

static void
store_value(struct sk_json *values, const struct verb_value *x,
    const char *text)
{
	struct sk_json *list;
	char key[32];

	verb_key(x, key);
	if (x->kind == VALUE_FLAG) {
		sk_json_set_bool(values, key, true);
	} else if (x->flags & VALUE_MANY) {
		list = sk_json_child(values, key);
		if (!list)
			list = sk_json_set(values, key, sk_json_array());
		sk_json_add_str(list, text);
	} else {
		sk_json_set_str(values, key, text);
	}
}

static int
take(struct cli_request *r, const struct verb_value *x, const char *text,
    struct sk_error *e)
{
	int code = x->kind == VALUE_FLAG ? SK_OK :
	    verb_value_check(x, text, e);

	if (code)
		return code;
	if (x->kind == VALUE_PATH) {
		r->path = text;
		return SK_OK;
	}
	if (x->kind == VALUE_FILE)
		r->file = text;
	store_value(r->values, x, text);
	return SK_OK;
}

/* ---- options ---- */

static int
take_option(struct cli *c, struct cli_request *r, int argc, char **argv,
    int *at, struct sk_error *e)
{
	const char *w = argv[*at], *equals = strchr(w, '=');
	const struct verb_value *x = verb_option(r->verb, equals ?
	    sk_arena_strn(c->arena, w, (size_t)(equals - w)) : w);

	++*at;
	if (!x)
		return sk_fail(e, SK_ERR_USAGE, w, "no such option; see "
		    "`sekisho help %s`", r->verb->noun);
	if (x->kind == VALUE_FLAG)
		return equals ? sk_fail(e, SK_ERR_USAGE, x->name, "takes no "
		    "value") : take(r, x, "", e);
	if (equals)
		return take(r, x, equals + 1, e);
	if (*at == argc)
		return sk_fail(e, SK_ERR_USAGE, x->name, "needs a value");
	return take(r, x, argv[(*at)++], e);
}

/* ---- words without a name ---- */

static size_t
count_needed(const struct verb *v)
{
	size_t n = 0;

	for (const struct verb_value *x = v->values; x->name; x++)
		n += !verb_is_option(x) && (x->flags & VALUE_NEEDED);
	return n;
}

static int
too_few(const struct verb *v, struct sk_error *e)
{
	const char *name = "a word";

	for (const struct verb_value *x = v->values; x->name; x++)
		if (!verb_is_option(x) && (x->flags & VALUE_NEEDED))
			name = x->name;
	return sk_fail(e, SK_ERR_USAGE, v->noun, "%s is missing; see "
	    "`sekisho help %s`", name, v->noun);
}

/* Needed words come first to their places; optional ones take what is left,
 * from the left; "several" takes the rest. */
static int
take_words(struct cli_request *r, const struct words *w, struct sk_error *e)
{
	size_t needed = count_needed(r->verb), spare, at = 0;
	int code = SK_OK;

	if (w->n < needed)
		return too_few(r->verb, e);
	spare = w->n - needed;
	for (const struct verb_value *x = r->verb->values; x->name && !code;
	    x++) {
		if (verb_is_option(x))
			continue;
		if (x->flags & VALUE_MANY) {
			for (; spare && !code; spare--)
				code = take(r, x, w->list[at++], e);
		} else if (x->flags & VALUE_NEEDED) {
			code = take(r, x, w->list[at++], e);
		} else if (spare) {
			spare--;
			code = take(r, x, w->list[at++], e);
		}
	}
	if (!code && at < w->n)
		return sk_fail(e, SK_ERR_USAGE, w->list[at], "is one word too "
		    "many; see `sekisho help %s`", r->verb->noun);
	return code;
}

/* ---- the whole ---- */

static bool
is_option_word(const char *w)
{
	return w[0] == '-' && w[1] != '\0';
}

static int
take_rest(struct cli *c, struct cli_request *r, int argc, char **argv, int at,
    struct sk_error *e)
{
	struct words words = { .n = 0 };
	bool only_words = false;
	int code = SK_OK;

	while (at < argc && !code) {
		if (only_words || !is_option_word(argv[at])) {
			if (words.n == WORDS_MAX)
				return sk_fail(e, SK_ERR_LIMIT, argv[at],
				    "more than %d words", WORDS_MAX);
			words.list[words.n++] = argv[at++];
		} else if (strcmp(argv[at], "--") == 0) {
			only_words = true;
			at++;
		} else if (cli_general(c, argc, argv, &at, e)) {
			code = e->code;
		} else {
			code = take_option(c, r, argc, argv, &at, e);
		}
	}
	if (code || c->help)
		return code;
	code = take_words(r, &words, e);
	return code ? code : verb_check(r->verb, r->values, e);
}

static int
unknown(const char *noun, const char *name, struct sk_error *e)
{
	if (!verb_noun_known(noun))
		return sk_fail(e, SK_ERR_USAGE, noun, "no such command; see "
		    "`sekisho help`");
	if (!name)
		return sk_fail(e, SK_ERR_USAGE, noun, "needs a verb; see "
		    "`sekisho help %s`", noun);
	return sk_fail(e, SK_ERR_USAGE, name, "no such verb of %s; see "
	    "`sekisho help %s`", noun, noun);
}

int
cli_parse(struct cli *c, int argc, char **argv, struct cli_request *out,
    struct sk_error *e)
{
	int at = 1;

	*out = (struct cli_request){ .verb = verb_find(argv[0], NULL) };
	if (!out->verb && argc > 1 && !is_option_word(argv[1])) {
		out->verb = verb_find(argv[0], argv[1]);
		at = 2;
	}
	if (!out->verb) {
		for (int i = 1; i < argc; i++)
			c->help |= strcmp(argv[i], "--help") == 0 ||
			    strcmp(argv[i], "-h") == 0;
		return unknown(argv[0], at == 2 ? argv[1] : NULL, e);
	}
	out->values = sk_json_object();
	return take_rest(c, out, argc, argv, at, e);
}
