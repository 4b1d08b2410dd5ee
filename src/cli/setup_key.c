/*
 * `sekisho setup key`: the council's own OpenPGP key. Without options which
 * there are; --next makes the one that follows. keyd does it, in the homes;
 * this command finds the days. All days are the council's: a key signs from the
 * beginning of one, and the former opens mail to the end of another.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <sys/stat.h>

#include <sekisho/clock.h>
#include <sekisho/limits.h>

#include "cli/check.h"

enum { DAY = 86400 };

struct setup {
	struct cli *c;
	const struct config *conf;
	struct sk_arena *a;
	struct sk_error *e;
	int64_t since, until;
};

static int
day_of(const struct setup *s, const char *option, const char *day,
    int64_t *out)
{
	return sk_day_parse(day, out) == 0 ? SK_OK : sk_fail(s->e,
	    SK_ERR_USAGE, option, "\"%s\" is no day: write 2026-04-01", day);
}

static int64_t
day_after(const struct setup *s, int64_t t, unsigned days)
{
	int64_t out = t;

	sk_day_parse(sk_date_local(s->a, t + (int64_t)days * DAY), &out);
	return out;
}

/* Today as the first day means now: the day has begun. */
static int
days(struct setup *s, const char *from, const char *until)
{
	int64_t now = sk_now();
	int r = SK_OK;

	s->since = day_after(s, now, s->conf->notice_days);
	if (from)
		r = day_of(s, "--from", from, &s->since);
	if (!r && from && s->since <= now &&
	    strcmp(sk_date_local(s->a, now), from) == 0)
		s->since = now + 1;
	s->until = day_after(s, s->since, s->conf->overlap_days);
	if (!r && until)
		r = day_of(s, "--until", until, &s->until);
	if (!r && until)	/* that day too */
		s->until = day_after(s, s->until + DAY / 2, 1);
	if (!r && s->since <= now)
		r = sk_fail(s->e, SK_ERR_USAGE, "--from", "this day lies "
		    "behind us");
	if (!r && s->until <= s->since)
		r = sk_fail(s->e, SK_ERR_USAGE, "--until", "the present key "
		    "must open mail at least to the day of change");
	return r;
}

static int
may(const struct setup *s)
{
	const struct config *c = s->conf;

	if (c->nkeyd_sockets)
		return sk_fail(s->e, SK_ERR_CONFIG, s->c->conf, "the keyds "
		    "are services with homes of their own: as their user run "
		    "sekisho-keyd --next --home BASE --count %zu --name \"%s\" "
		    "--address %s --since %s --until %s, then start them anew",
		    c->nkeyd_sockets, cli_key_name(s->a, c->name),
		    c->desks[0].address, sk_time_iso(s->a, s->since),
		    sk_time_iso(s->a, s->until));
	if (c->openpgp_fpr && *c->openpgp_fpr)
		return sk_fail(s->e, SK_ERR_CONFIG, s->c->conf, "names the "
		    "key in openpgp.fingerprint, so no day could change it: "
		    "leave that empty, the homes name their keys");
	return SK_OK;
}

static int
next(struct setup *s)
{
	const struct config *c = s->conf;
	const char *const words[] = { "--next", "--home", c->openpgp_home,
		"--count", sk_arena_printf(s->a, "%u", cli_homes(c)),
		"--name", cli_key_name(s->a, c->name), "--address",
		c->desks[0].address, "--since", sk_time_iso(s->a, s->since),
		"--until", sk_time_iso(s->a, s->until), NULL };
	struct sk_buf out;
	int code;

	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	code = cli_keyd(s->c, words, &out);
	sk_buf_free(&out);
	return code == 0 ? SK_OK : sk_fail(s->e, SK_ERR_CRYPTO,
	    c->openpgp_home, "the next key was not made, or not in every home "
	    "(exit %d): what sekisho-keyd said stands above; the same command "
	    "goes on from there", code);
}

/* ---- which there are ---- */

char *
check_own_words(struct sk_arena *a, const struct own_keys *k, size_t i)
{
	const struct own_key *x = &k->list[i];
	enum own_state state = own_state(k, i, sk_now());
	const char *until = x->until ? sk_date_local(a, x->until - 1) : NULL;
	const char *word = own_word(state);

	if (state == OWN_NEXT)
		return sk_arena_printf(a, "%s %s: signs from %s", word,
		    x->fpr, sk_date_local(a, x->since));
	if (state == OWN_CURRENT && !until)
		return sk_arena_printf(a, "%s %s: signs and opens mail",
		    word, x->fpr);
	if (state == OWN_CURRENT)
		return sk_arena_printf(a, "%s %s: signs to %s, opens mail to "
		    "%s", word, x->fpr, sk_date_local(a, x[1].since - 1),
		    until);
	return sk_arena_printf(a, state == OWN_FORMER ? "%s %s: opens mail to "
	    "%s" : "%s %s: opened mail to %s", word, x->fpr, until);
}

static int
say_state(const struct setup *s, bool made)
{
	struct own_keys own;
	const char *home = cli_home(s->a, s->conf, 0);

	if (s->conf->nkeyd_sockets)
		return sk_fail(s->e, SK_ERR_CONFIG, s->c->conf, "the keyds "
		    "are services with homes of their own: `sekisho key own' "
		    "shows their keys");
	if (!cli_home_own(s->a, home, &own))
		return sk_fail(s->e, SK_ERR_NOINPUT, home, "has no key of the "
		    "council: run `sekisho init'");
	for (size_t i = 0; i < own.n; i++)
		puts(check_own_words(s->a, &own, i));
	if (made)
		puts("Start sekishod anew, then tell everybody who writes to "
		    "the council:\n  sekisho key announce\nThe homes belong "
		    "into the backup once more.");
	return SK_OK;
}

int
cli_setup_key(struct cli *c, const struct cli_request *r)
{
	const char *from = sk_json_str(r->values, "from");
	const char *until = sk_json_str(r->values, "until");
	bool make = sk_json_bool(r->values, "next", false);
	struct sk_error e = { 0 };
	struct config *conf = NULL;
	struct setup s = { .c = c, .a = c->arena, .e = &e };
	int code = cli_config(c, &conf, &e);

	s.conf = conf;
	umask(077);
	if (!code && !sk_timezone(conf->timezone))
		code = sk_fail(&e, SK_ERR_CONFIG, c->conf, "council.timezone "
		    "\"%s\" is not known here", conf->timezone);
	if (!code && !make && (from || until))
		code = sk_fail(&e, SK_ERR_USAGE, from ? "--from" : "--until",
		    "is for --next");
	if (!code && make)
		code = days(&s, from, until);
	if (!code && make)
		code = may(&s);
	if (!code && make)
		code = next(&s);
	if (!code)
		code = say_state(&s, make);
	config_free(&conf);
	return code ? cli_fail(&e) : EX_OK;
}
