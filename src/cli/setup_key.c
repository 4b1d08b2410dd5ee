/*
 * `sekisho setup key`: the council's own OpenPGP key. Without options which
 * there are; --next makes the one that follows, --withdraw takes it back. keyd
 * does it, in the homes; this command finds the days.
 */
#include <config.h>

#include <stdio.h>

#include <sekisho/clock.h>
#include <sekisho/limits.h>

#include "cli/setup_own.h"

static int
next(struct setup *s)
{
	const struct config *c = s->conf;
	const char *const words[] = { "--next", "--home", c->openpgp_home,
		"--count", sk_arena_printf(s->a, "%u", cli_homes(c)),
		"--name", cli_key_name(s->a, c->name), "--address",
		c->desks[0].address, "--until", sk_time_iso(s->a, s->until),
		s->since ? "--since" : NULL, sk_time_iso(s->a, s->since),
		NULL };
	int code = cli_keyd_tells(s->c, words);

	return code == 0 ? SK_OK : sk_fail(s->e, SK_ERR_CRYPTO,
	    c->openpgp_home, "the next key was not made, or not in every home "
	    "(exit %d): what sekisho-keyd said stands above; the same command "
	    "goes on from there", code);
}

int
cli_setup_key(struct cli *c, const struct cli_request *r)
{
	const char *from = sk_json_str(r->values, "from");
	const char *until = sk_json_str(r->values, "until");
	bool make = sk_json_bool(r->values, "next", false);
	bool back = sk_json_bool(r->values, "withdraw", false);
	struct sk_error e = { 0 };
	struct own_keys own;
	struct setup s;
	int code = setup_begin(&s, c, &e);

	if (!code && make && back)
		code = sk_fail(&e, SK_ERR_USAGE, "--withdraw", "takes back "
		    "the next key: make another by a second command");
	if (!code && !make && (from || until))
		code = sk_fail(&e, SK_ERR_USAGE, from ? "--from" : "--until",
		    "is for --next");
	if (!code && make)
		code = setup_days(&s, from, until, 0);
	if (!code && (make || back || s.conf->nkeyd_sockets))
		code = setup_may(&s, KEY_OPENPGP);
	if (!code && make)
		code = next(&s);
	if (!code && back)
		code = setup_withdraw(&s, "--home", s.conf->openpgp_home);
	if (!code && !setup_own(&s, KEY_OPENPGP, &own))
		code = sk_fail(&e, SK_ERR_NOINPUT, s.conf->openpgp_home, "no "
		    "home has a key of the council: run `sekisho init'");
	if (!code)
		setup_say(&s, &own, make || back);
	return setup_end(&s, code);
}
