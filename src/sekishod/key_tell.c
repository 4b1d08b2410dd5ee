/*
 * What people are told of keys: T-43 before one ends and when it has, T-39 when
 * something waits for one, N-02 when one was changed. To the person and to the
 * POCs of the organisation, without content, in plain text: who lost a key must
 * be able to read it. How often is said elsewhere (key_watch.c).
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>

/* The reasons of held copies that a key would end: words of key_unusable(), of
 * the gate and of sealing. */
static const struct {
	const char *reason, *flag;
} holds[] = {
	{ "no-key", "hold_no_key" }, { "key-expired", "hold_expired" },
	{ "key-revoked", "hold_unusable" }, { "key-unusable", "hold_unusable" },
	{ "key-no-encryption", "hold_unusable" },
	{ "key-stopped", "hold_unusable" }, { "key-weak", "hold_unusable" },
};

static const char *
hold_flag(const char *reason)
{
	for (size_t i = 0; i < sizeof(holds) / sizeof(*holds); i++)
		if (strcmp(reason, holds[i].reason) == 0)
			return holds[i].flag;
	if (strcmp(reason, gate_word(GATE_NO_KEY)) == 0)
		return "hold_no_key";
	return strcmp(reason, gate_word(GATE_KEY_UNUSABLE)) == 0 ?
	    "hold_unusable" : NULL;
}

bool
key_holds(const char *reason)
{
	return hold_flag(reason) != NULL;
}

static void
set_hold(struct tvalues *v, const char *reason)
{
	static const char *const flags[] = { "hold_no_key", "hold_expired",
		"hold_unusable" };
	const char *on = hold_flag(reason);

	for (size_t i = 0; i < 3; i++)
		tv_flag(v, flags[i], on && strcmp(flags[i], on) == 0);
	tv_flag(v, "hold_address", false);
}

static struct tvalues *
values(struct daemon *d, struct sk_arena *a, const struct key_news *n,
    const char *lang, bool to_poc)
{
	struct tvalues *v = letter_values(d, a, lang, letter_desk(d));
	int64_t ends = n->key ? key_serves_until(n->key) : 0;

	tv_flag(v, "to_poc", to_poc);
	tv_flag(v, "key_signs", n->key && key_role(n->key) == KEY_SIGNS);
	tv_flag(v, "key_new", n->what == KEY_NEWS_NEW);
	tv_flag(v, "key_extended", n->what == KEY_NEWS_EXTENDED);
	tv_flag(v, "key_revoked", n->what == KEY_NEWS_REVOKED);
	tv_flag(v, "key_unusable", n->what == KEY_NEWS_UNUSABLE);
	tv_flag(v, "key_stopped", n->what == KEY_NEWS_STOPPED);
	tv_flag(v, "key_lifted", n->what == KEY_NEWS_LIFTED);
	tv_flag(v, "key_ended", n->what == KEY_NEWS_REVOKED ||
	    n->what == KEY_NEWS_UNUSABLE || n->what == KEY_NEWS_STOPPED);
	tv_flag(v, "expired", n->what == KEY_NEWS_ENDED);
	if (n->key) {
		/* As its owner's program shows it; SHA-1 can be met. */
		tv_str(v, "key_fpr", values_fpr(a, n->key->scheme ==
		    KEY_SMIME ? n->key->sha256 : n->key->fpr));
		tv_str(v, "date", sk_date_local(a, ends));
		tv_str(v, "key_until", ends ? sk_date_local(a, ends) : NULL);
	}
	if (n->reason)
		set_hold(v, n->reason);
	return v;
}

static const char *
text_of(const struct key_news *n)
{
	switch (n->what) {
	case KEY_NEWS_ENDS:
	case KEY_NEWS_ENDED:
		return "T-43";
	case KEY_NEWS_HELD:
		return "T-39";
	case KEY_NEWS_NEW:
	case KEY_NEWS_EXTENDED:
	case KEY_NEWS_REVOKED:
	case KEY_NEWS_UNUSABLE:
	case KEY_NEWS_STOPPED:
	case KEY_NEWS_LIFTED:
		break;
	}
	return "N-02";
}

int
key_tell(struct daemon *d, struct sk_arena *a, const struct key_news *n,
    const struct roster_known *roster, int64_t now)
{
	int r = letter_send(d, a, n->person, text_of(n), NULL, values(d, a, n,
	    n->person->language, false), now);

	for (size_t i = 0; i < roster->npersons && !r; i++) {
		const struct person *p = &roster->persons[i];

		if (letter_is_poc(p, n->person->org) &&
		    strcmp(p->id, n->person->id) != 0)
			r = letter_send(d, a, p, text_of(n), n->person->id,
			    values(d, a, n, p->language, true), now);
	}
	sk_log(r ? SK_ERROR : SK_INFO, "key.told", "person=%s text=%s "
	    "result=%s", n->person->id, text_of(n), sk_err_word(r));
	return r;
}

/* The watch says it again, to the person and the POCs. */
int
key_unsaid(struct daemon *d, const struct copy_record *c)
{
	const char *about = c->items ? c->items : c->person;
	int r = SK_OK;

	if (about && strcmp(c->template, "T-39") == 0)
		r = store_hold_end(d->store, about);
	else if (about && strcmp(c->template, "T-43") == 0)
		r = store_key_untold(d->store, about);
	key_watch_kick(d->key_watch);
	return r;
}

int
key_tell_originator(struct daemon *d, struct sk_arena *a,
    const struct key_news *n, const struct key_owner *o, int64_t now)
{
	const struct letter l = { .address = o->address,
		.language = o->language, .template = text_of(n),
		.values = values(d, a, n, o->language, false), .now = now };

	return letter_post(d, a, &l);
}

int
key_tell_case(struct daemon *d, struct sk_arena *a, const struct key_news *n,
    const struct case_record *c, int64_t now)
{
	struct letter l = { .of_case = c, .address = c->originator,
		.language = c->language, .template = text_of(n), .now = now };
	int r;

	l.values = values(d, a, n, c->language, false);
	tv_str(l.values, "case_number", c->number);
	tv_str(l.values, "desk_address", c->desk_address);
	tv_str(l.values, "contact", c->desk_address);
	r = letter_post(d, a, &l);
	sk_log(r ? SK_ERROR : SK_INFO, "key.told", "case=%s text=%s "
	    "result=%s", c->number, text_of(n), sk_err_word(r));
	return r;
}
