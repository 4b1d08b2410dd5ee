/*
 * The days of the council's own keys, see setup_own.h. All days are the
 * council's: a key signs from the beginning of one, and the former opens mail
 * to the end of another.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <sys/stat.h>

#include <sekisho/clock.h>
#include <sekisho/limits.h>

#include "cli/setup_own.h"

enum { DAY = 86400 };

int
setup_begin(struct setup *s, struct cli *c, struct sk_error *e)
{
	int code;

	*s = (struct setup){ .c = c, .a = c->arena, .e = e };
	umask(077);
	code = cli_config(c, &s->conf, e);
	if (!code && !sk_timezone(s->conf->timezone))
		code = sk_fail(e, SK_ERR_CONFIG, c->conf, "council.timezone "
		    "\"%s\" is not known here", s->conf->timezone);
	return code;
}

int
setup_end(struct setup *s, int code)
{
	config_free(&s->conf);
	return code ? cli_fail(s->e) : EX_OK;
}

/* ---- days ---- */

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

static void
first_day(struct setup *s, int64_t now, int64_t ends)
{
	s->since = day_after(s, now, s->conf->notice_days);
	if (ends && s->since > ends)
		s->since = day_after(s, ends, 0);
	if (s->since <= now)
		s->since = 0;
}

static int
given_day(struct setup *s, int64_t now, const char *from)
{
	int r = day_of(s, "--from", from, &s->since);

	if (r || s->since > now)
		return r;
	s->since = 0;
	return strcmp(sk_date_local(s->a, now), from) == 0 ? SK_OK : sk_fail(
	    s->e, SK_ERR_USAGE, "--from", "this day lies behind us");
}

int
setup_days(struct setup *s, const char *from, const char *until,
    int64_t ends)
{
	int64_t now = sk_now(), begin;
	int r = SK_OK;

	if (from)
		r = given_day(s, now, from);
	else
		first_day(s, now, ends);
	begin = s->since ? s->since : now;
	s->until = day_after(s, begin, s->conf->overlap_days);
	if (!r && until)
		r = day_of(s, "--until", until, &s->until);
	if (!r && until)	/* that day too */
		s->until = day_after(s, s->until + DAY / 2, 1);
	if (!r && s->until <= begin)
		r = sk_fail(s->e, SK_ERR_USAGE, "--until", "the present key "
		    "must open mail at least to the day of change");
	return r;
}

/* ---- the homes ---- */

int
setup_may(const struct setup *s, enum key_scheme scheme)
{
	const struct config *c = s->conf;
	const char *fpr = scheme == KEY_SMIME ? c->smime_fpr : c->openpgp_fpr;

	if (c->nkeyd_sockets)
		return sk_fail(s->e, SK_ERR_CONFIG, s->c->conf, "the keyds "
		    "are services with homes of their own: stop them, and as "
		    "their user run this with -c FILE, a configuration that "
		    "names their homes and has keyd = { count = %zu; } "
		    "(sekisho.conf(5), \"Keyd as services\"); `sekisho key "
		    "own' shows their keys", c->nkeyd_sockets);
	if (fpr && *fpr)
		return sk_fail(s->e, SK_ERR_CONFIG, s->c->conf, "names the "
		    "%s in %s.fingerprint, so no day could change it: leave "
		    "that empty, the homes name theirs", scheme == KEY_SMIME ?
		    "certificate" : "key", scheme == KEY_SMIME ? "smime" :
		    "openpgp");
	return SK_OK;
}

bool
setup_own(const struct setup *s, enum key_scheme scheme,
    struct own_keys *own)
{
	return cli_home_own(s->a, sk_arena_printf(s->a, "%s/0", scheme ==
	    KEY_SMIME ? s->conf->smime_home : s->conf->openpgp_home), own);
}

int
setup_withdraw(const struct setup *s, const char *option, const char *base)
{
	const char *const words[] = { "--withdraw", option, base, "--count",
		sk_arena_printf(s->a, "%u", cli_homes(s->conf)), NULL };
	int code = cli_keyd_tells(s->c, words);

	return code == 0 ? SK_OK : sk_fail(s->e, SK_ERR_CRYPTO, base, "nothing "
	    "was taken back, or not in every home (exit %d): what sekisho-keyd "
	    "said stands above; the same command goes on from there", code);
}

char *
setup_own_words(struct sk_arena *a, const struct own_keys *k, size_t i)
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

void
setup_say(const struct setup *s, const struct own_keys *own, bool made)
{
	for (size_t i = 0; i < own->n; i++)
		puts(setup_own_words(s->a, own, i));
	if (!made)
		return;
	puts("Start the keyds anew (sekishod, where they are not services); "
	    "the homes belong\ninto the backup once more.");
	if (*own->withdrawn)
		printf("withdrawn %s: who was told of it hears so by\n"
		    "  sekisho key announce\n", own->withdrawn);
	if (own->n && own_current(own, sk_now()) + 1 < own->n)
		puts("Then tell everybody who writes to the council:\n"
		    "  sekisho key announce");
}
