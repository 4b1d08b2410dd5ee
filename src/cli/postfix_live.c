/* The Postfix of this machine, asked by its own tools: what they say is what
 * it does, whoever wrote its files. Nothing is changed here. */
#include <config.h>

#include <string.h>

#include <sekisho/text.h>

#include "cli/postfix_live.h"
#include "cli/run.h"

#define WORDS_MAX 8

/* program [-c DIR] words…; NULL where it failed. */
static char *
said(struct sk_arena *a, const char *program, const char *dir,
    const char *const *words)
{
	const char *argv[WORDS_MAX + 4] = { program };
	struct sk_buf b;
	char *out = NULL;
	size_t n = 1;

	if (dir) {
		argv[n++] = "-c";
		argv[n++] = dir;
	}
	for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
		argv[n++] = words[i];
	sk_buf_init(&b, POSTCONF_OUTPUT);
	if (run_output((char *const *)argv, false, &b) == 0)
		out = sk_arena_str(a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

static char *
postconf(struct sk_arena *a, const char *dir, const char *w1, const char *w2)
{
	const char *const words[] = { w1, w2, NULL };

	return said(a, "postconf", dir, words);
}

static char *
one_line(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* A table as Postfix opens it; through proxymap it would be the same one. */
static const char *
lookup(void *ctx, const char *map, const char *key)
{
	const struct postfix *p = ctx;
	const char *words[] = { "-q", key, map, NULL };
	char *text;

	if (!*key || *key == '-')
		return NULL;
	if (strncmp(map, "proxy:", 6) == 0)
		words[2] = map + 6;
	text = said(p->arena, "postmap", p->dir, words);
	return text ? one_line(text) : NULL;
}

int
postfix_live(struct cli *c, const char *dir, struct postfix *out,
    struct sk_error *e)
{
	char *expanded, *raw, *set, *services, *options, *where;

	*out = (struct postfix){ .arena = c->arena, .lookup = lookup };
	out->ctx = out;
	where = dir ? sk_arena_str(c->arena, dir) :
	    postconf(c->arena, NULL, "-h", "config_directory");
	if (!where)
		return sk_fail(e, SK_ERR_NOINPUT, "postfix", "there is no "
		    "postconf here: install postfix, or run this where it is");
	out->dir = one_line(where);
	expanded = postconf(c->arena, out->dir, "-x", NULL);
	raw = postconf(c->arena, out->dir, NULL, NULL);
	set = postconf(c->arena, out->dir, "-n", NULL);
	services = postconf(c->arena, out->dir, "-M", NULL);
	options = postconf(c->arena, out->dir, "-Px", NULL);
	if (!expanded || !raw || !set || !services || !options)
		return sk_fail(e, SK_ERR_CONFIG, out->dir, "postconf cannot "
		    "read this Postfix: try `postconf -c %s` and `postfix -c "
		    "%s check`", out->dir, out->dir);
	postfix_parse_params(out, expanded, raw, set);
	postfix_parse_services(out, services);
	postfix_parse_options(out, options);
	return SK_OK;
}

int
postfix_write(const struct postfix *p, const char *const *words,
    struct sk_error *e)
{
	const char *argv[WORDS_MAX + 4] = { "postconf", "-c", p->dir };
	struct sk_buf b;
	size_t n = 3;
	int code;

	for (size_t i = 0; words[i] && i < WORDS_MAX; i++)
		argv[n++] = words[i];
	sk_buf_init(&b, POSTCONF_OUTPUT);
	code = run_output((char *const *)argv, true, &b);
	if (code)
		sk_fail(e, SK_ERR_CANTCREAT, "postconf", "%s %s: %s", words[0],
		    words[1] ? words[1] : "", b.len ?
		    one_line(sk_arena_str(p->arena, sk_buf_str(&b))) :
		    "failed");
	sk_buf_free(&b);
	return code ? SK_ERR_CANTCREAT : SK_OK;
}
