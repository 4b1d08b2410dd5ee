/*
 * Ending a case. What was never given to the council ends as support only;
 * everything else owes its originator feedback first, or a reason why there is
 * none.
 */
#include <string.h>

#include "command.h"

#define COPIES_MAX 5000

/* Sent, or told another way (`outbox mark`). An interim report leaves the
 * case where it was; the final one makes it due. */
static bool
feedback_given(struct command *c, const struct case_record *k)
{
	struct copy_record *p = NULL;
	size_t n = 0;

	if (store_copy_list(c->d->store, c->arena, -1, 0, k->row, COPIES_MAX,
	    &p, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i].state == COPY_MARKED || (p[i].state == COPY_SENT &&
		    k->state == CASE_FEEDBACK_DUE &&
		    dispatch_is_feedback(p[i].template)))
			return true;
	return false;
}

static bool
before_council(enum case_state st)
{
	return st == CASE_RECEIVED || st == CASE_SUPPORTING ||
	    st == CASE_CONFIRMING;
}

/* The state it ends in, or an error. */
static int
end_state(struct command *c, const struct case_record *k,
    enum case_state *out)
{
	if (k->closed || k->state == CASE_WITHDRAWN ||
	    k->state == CASE_REJECTED)
		return sk_fail(&c->e, SK_ERR_EXISTS, k->number, "has ended "
		    "already (%s)", word_of(WORDS_CASE_STATE, (int)k->state));
	if (command_flag(c, "rejected") && k->state != CASE_RECEIVED)
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "is being "
		    "worked on: only a new case can be rejected");
	if (command_flag(c, "support_only") && !before_council(k->state))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "has terms "
		    "in force: close it with its feedback (R-123)");
	if (command_flag(c, "rejected"))
		*out = CASE_REJECTED;
	else
		*out = before_council(k->state) ? CASE_SUPPORT_ONLY :
		    CASE_CLOSED;
	if (*out == CASE_CLOSED && !command_str(c, "reason") &&
	    !feedback_given(c, k))
		return sk_fail(&c->e, SK_ERR_REFUSED, k->number, "no feedback "
		    "has gone to the originator (R-123): send it, mark it as "
		    "told another way, or say with --reason why there is "
		    "none");
	return SK_OK;
}

/* Items that have not gone must not go after the end. */
static int
withdraw_items(struct command *c, const struct case_record *k)
{
	struct item_record *items = NULL;
	size_t n = 0;
	int r = store_item_list(c->d->store, c->arena, k->row, &items, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (items[i].item.state == ITEM_DRAFT ||
		    items[i].item.state == ITEM_APPROVED) {
			r = store_item_state(c->d->store, items[i].item.id,
			    ITEM_WITHDRAWN, items[i].item.terms_version,
			    c->now);
			if (!r)
				r = outbox_judge_anew(c->d, c->arena,
				    items[i].item.id);
		}
	return command_store(c, r, k->number);
}

static int
tell(struct command *c, struct case_record *k)
{
	if (k->state != CASE_SUPPORT_ONLY || command_flag(c, "quiet") ||
	    !k->originator)
		return SK_OK;
	return apply_send(c->d, c->arena, k, "T-12", false, 0, false, 0,
	    &c->e);
}

int
verb_case_close(struct command *c)
{
	const char *reason = command_str(c, "reason");
	enum case_state end = CASE_CLOSED;
	struct case_record k;
	int r = command_case(c, "case", &k);

	if (!r)
		r = end_state(c, &k, &end);
	if (!r)
		r = withdraw_items(c, &k);
	if (r)
		return r;
	k.state = end;
	k.closed = k.changed = c->now;
	k.needs_operator = false;
	r = store_case_update(c->d->store, &k);
	if (!r && reason)
		r = store_case_note(c->d->store, k.row, c->now, c->actor,
		    reason);
	r = command_store(c, r, k.number);
	if (!r)
		r = command_audit(c, "case.close", k.number,
		    word_of(WORDS_CASE_STATE, (int)end));
	if (!r)
		r = tell(c, &k);
	if (r)
		return r;
	outbox_kick(c->d->outbox);
	c->out = sk_json_document("case");
	document_case(c->out, &k);
	return SK_OK;
}
