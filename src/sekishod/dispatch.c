/*
 * Dispatches: mails to a case's originator, or to somebody outside, whose words
 * an operator wrote. What one says is a document with the fields of its text,
 * sealed to the case like every other text (I9) and opened by keyd when the
 * copy is sealed. Whether it may go is asked when it is written and once more
 * when it is sealed, against the newest terms, keys and deny-lists (C-33,
 *
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/json.h>
#include <sekisho/text.h>

static void
put(struct tvalues *v, const char *name, const struct sk_json *o)
{
	const char *s = sk_json_str(o, name);

	if (s)
		tv_str(v, name, s);
	else if (sk_json_bool(o, name, false) != sk_json_bool(o, name, true))
		tv_int(v, name, (long)sk_json_int(o, name, 0));
	else
		tv_flag(v, name, sk_json_bool(o, name, false));
}

static void
put_all(struct tvalues *v, const struct sk_json *o)
{
	const struct sk_json *value;
	const char *name;
	void *at = NULL;

	while (sk_json_next(o, &at, &name, &value)) {
		if (!sk_json_is_array(value)) {
			put(v, name, o);
			continue;
		}
		tv_list(v, name);
		for (size_t i = 0; i < sk_json_len(value); i++)
			put_all(tv_row(v, name), sk_json_at(value, i));
	}
}

bool
dispatch_is_feedback(const char *template)
{
	return strcmp(template, "T-19") == 0 || strcmp(template, "T-20") == 0;
}

/* ---- may it go? ---- */

/* What the council tells an originator of its case: category
 * ORIGINATOR_FEEDBACK (M24). A member is bound to secrecy (Art. 17(4)); for
 * anybody else a basis is recorded (C-33). */
static enum feedback_clause
ask_feedback(struct daemon *d, struct sk_arena *a,
    const struct case_record *c, const struct dispatch *l, bool clean)
{
	struct item it = { .id = "-", .case_row = c->row,
		.category = CATEGORY_ORIGINATOR_FEEDBACK,
		.confidence = CONFIDENCE_CONFIRMED, .secret = l->secret,
		.tlp = l->tlp, .state = ITEM_APPROVED };
	struct terms t;
	bool has = store_terms_locked(d->store, a, c->row, &t) == SK_OK;
	struct key_record k;
	struct org o;
	struct feedback_ask ask = {
		.policy = d->policy, .item = &it, .terms = has ? &t : NULL,
		.own_item = true, .originator = c->originator,
		.to = c->originator,
		.authenticated = has && t.assurance >= ASSURANCE_TOKEN,
		.basis_recorded = l->basis || (c->org && store_org_get(
		    d->store, a, c->org, &o) == SK_OK &&
		    o.state == ORG_ACTIVE),
		.others_clean = clean,
	};

	if (store_key_pinned(d->store, a, NULL, c->row, &k) == SK_OK)
		ask.key_state = key_unusable(&k.facts, sk_now());
	return gate_feedback(&ask);
}

/* Is it one of those that the originator's consent carries? Outside
 * bodies hear of a case only by an act that its terms allow. */
static bool
act_allowed(struct daemon *d, struct sk_arena *a, const struct dispatch *l)
{
	struct terms t;

	return store_terms_locked(d->store, a, l->source, &t) == SK_OK &&
	    !t.withdrawn && (t.coordination & l->act);
}

static bool
clean(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    const char *subject, const char *text, struct deny_hit *hit)
{
	const struct deny_part parts[] = {
		{ "subject", NULL, sk_span_str(subject) },
		{ "text", NULL, sk_span_str(text) },
	}, frame[] = {
		{ "frame", NULL, sk_span_str(sk_arena_printf(a, "%s\n%s\n%s\n"
		    "%s\n", d->config->name, d->config->domain,
		    c->desk_address, c->originator ? c->originator : "")) },
	};
	struct deny_list others;

	*hit = (struct deny_hit){ .part = "text", .line = 0, .kind = "?" };
	return gatekeeper_deny_others(d, a, c, &others) == SK_OK &&
	    !deny_find(&others, parts, 2, frame, 1, hit);
}

/* FEEDBACK_KEY is no refusal here: the copy is held for it (I4). */
enum feedback_clause
dispatch_ask(struct daemon *d, struct sk_arena *a, const struct case_record *c,
    const struct dispatch *l, const char *subject, const char *text,
    struct deny_hit *hit)
{
	bool fine = clean(d, a, c, subject, text, hit);

	if (dispatch_is_feedback(l->template))
		return ask_feedback(d, a, c, l, fine);
	if (l->act && !act_allowed(d, a, l))
		return FEEDBACK_ACT;
	return fine ? FEEDBACK_YES : FEEDBACK_DENY_LIST;
}

/* ---- its document, sealed with the case ---- */

/* What the gate asks about stands beside the fields, under names that no text
 * has. */
#define GATE "gate"

void
dispatch_gate_put(struct sk_json *o, const struct dispatch *l)
{
	struct sk_json *g = sk_json_set(o, GATE, sk_json_object());

	sk_json_set_bool(g, "secret", l->secret);
	sk_json_set_int(g, "tlp", l->tlp);
	sk_json_set_bool(g, "basis", l->basis);
	sk_json_set_int(g, "source", l->source);
	sk_json_set_int(g, "act", l->act);
}

int
dispatch_open(struct tvalues *v, const char *template, const char *text,
    struct dispatch *out)
{
	struct sk_json *o = NULL;
	struct sk_error e = { 0 };
	const struct sk_json *g;
	int r = sk_json_parse(sk_span_str(text), 2 * LIMIT_ITEM_TEXT, &o, &e);

	if (r)
		return r;
	g = sk_json_get(o, GATE);
	*out = (struct dispatch){ .template = template,
		.secret = sk_json_bool(g, "secret", true),
		.tlp = (enum tlp)sk_json_int(g, "tlp", TLP_RED),
		.basis = sk_json_bool(g, "basis", false),
		.source = sk_json_int(g, "source", 0),
		.act = (uint32_t)sk_json_int(g, "act", 0) };
	put_all(v, sk_json_get(o, "fields"));
	sk_json_free(&o);
	return SK_OK;
}
