/*
 * A layer's verdict into that of the mail: whose key signed is looked up in
 * the store, which alone knows whom a key was pinned for (L14).
 */
#include "intake.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/text.h>

static const struct key_record *
with_fpr(const struct key_record *all, size_t n, const char *fpr)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].state == KEY_PINNED &&
		    sk_ascii_ieq(all[i].fpr, fpr))
			return &all[i];
	return NULL;
}

static void
set_owner(struct job *j, struct verdict *v, const struct key_record *k)
{
	const char *owner = k->person;
	struct case_record c;

	if (!owner && store_case_get(j->d->store, j->arena, k->case_row,
	    &c) == SK_OK)
		owner = c.number;
	snprintf(v->owner, sizeof(v->owner), "%s", owner ? owner : "");
}

/* Pinned for the address in From? */
static bool
is_senders(struct job *j, struct verdict *v)
{
	const struct key_record *k;
	struct key_record *all = NULL;
	size_t n = 0;

	if (!j->facts.from.address || store_keys_of_address(j->d->store,
	    j->arena, j->facts.from.address, &all, &n))
		return false;
	k = with_fpr(all, n, v->signer);
	if (!k)
		return false;
	v->whose = k->person ? SIGNER_PERSON : SIGNER_CASE;
	set_owner(j, v, k);
	return true;
}

static bool
is_others(struct job *j, struct verdict *v)
{
	const struct key_record *k;
	struct key_record *all = NULL;
	size_t n = 0;

	if (store_keys_of_id(j->d->store, j->arena, v->signer +
	    strlen(v->signer) - 16, &all, &n))
		return false;
	k = with_fpr(all, n, v->signer);
	if (!k)
		return false;
	v->whose = SIGNER_OTHER;
	set_owner(j, v, k);
	return true;
}

void
verdict_of_layer(struct job *j, struct verdict *v)
{
	enum verdict_coverage before = j->verdict.coverage;
	bool outside = (j->inner.doubts & DOUBT_OUTSIDE) != 0;

	v->whose = SIGNER_NOBODY;
	v->owner[0] = '\0';
	if (v->signature == SIGNATURE_GOOD && !is_senders(j, v) &&
	    !is_others(j, v)) {
		/* Good by a key that was taken back meanwhile. */
		v->signature = SIGNATURE_UNKNOWN_KEY;
		v->signer[0] = '\0';
	}
	verdict_join(&j->verdict, j->inner.form, outside, v);
	if (before == COVERS_WHOLE && v->encrypted && !outside &&
	    j->verdict.coverage == COVERS_PART)
		j->facts.doubts |= DOUBT_SIGNED_OUTSIDE;
}
