/*
 * Joins what a decrypted or verified layer says to what the mail around it
 * says. The sender is always who the outer mail names; a From inside is at
 * most a doubt (standards.md B1, SEPPmail CVE-2026-27443).
 */
#include <config.h>

#include <string.h>

#include <sekisho/facts.h>
#include <sekisho/text.h>

static bool
same_address(const char *a, const char *b)
{
	return a != NULL && b != NULL && sk_ascii_ieq(a, b);
}

void
facts_join(struct facts *outer, const struct facts *inner)
{
	outer->text = inner->text;
	outer->charset = inner->charset;
	outer->answer = inner->answer;
	outer->attachments = inner->attachments;
	outer->nattachments = inner->nattachments;
	outer->keys = inner->keys;
	outer->nkeys = inner->nkeys;
	outer->kana |= inner->kana;
	outer->japanese_charset |= inner->japanese_charset;
	outer->doubts |= inner->doubts;
	if (inner->subject != NULL)
		outer->subject = inner->subject;
	if (inner->from.address != NULL &&
	    !same_address(inner->from.address, outer->from.address))
		outer->doubts |= DOUBT_FROM_INSIDE;
}
