/*
 * The table of verbs. What stands here is what `sekisho help` prints, what the
 * command accepts and what the daemon allows; the names are promises
 * (design.md §8). A verb without its function in sekishod stops the daemon at
 * start, so that nothing here is a mere announcement.
 */
#include <sekisho/verbs.h>

#include "verbs_values.h"

#define OPERATOR FOR_OPERATOR
#define MEMBERS (FOR_OPERATOR | FOR_MEMBERSHIP)
#define OUTBOX (FOR_OPERATOR | FOR_POSTMASTER)
#define ACCOUNT (FOR_OPERATOR | FOR_AUDITOR)

static const struct verb table[] = {
	{ "init", NULL, FOR_ALL, true, "make what is missing for a council",
	    init },
	{ "check", NULL, FOR_ALL, true, "examine everything that could be "
	    "wrong, and say the mend", check },
	{ "setup", "postfix", FOR_ALL, true, "the lines that Postfix needs "
	    "for this configuration", setup_postfix },
	{ "setup", "key", FOR_ALL, true, "the council's own OpenPGP key, and "
	    "the one that follows it", setup_key },
	{ "setup", "smime", FOR_ALL, true, "the council's own S/MIME "
	    "certificate", setup_smime },
	{ "read", NULL, FOR_ALL, true, "what a mail file says, through the "
	    "sandbox", read_file },

	{ "org", "add", FOR_MEMBERSHIP, false, "register a member "
	    "organisation", org_add },
	{ "org", "list", MEMBERS, false, "member organisations", org_list },
	{ "org", "show", MEMBERS, false, "one, with its people", one_org },
	{ "org", "change", FOR_MEMBERSHIP, false, "change what is given",
	    org_change },
	{ "org", "withdraw", FOR_MEMBERSHIP, false, "end a membership: "
	    "delivery stops at once (R-013, R-017)", org_withdraw },
	{ "org", "suspend", FOR_MEMBERSHIP, false, "stop delivery for a time",
	    org_act },
	{ "org", "resume", FOR_MEMBERSHIP, false, "make it active again",
	    org_act },
	{ "org", "review", MEMBERS, false, "tell a class-1 or class-2 member "
	    "what it contributed (T-35)", org_review },
	{ "org", "refuse", FOR_MEMBERSHIP, false, "tell an applicant why not "
	    "(T-44)", org_refuse },
	{ "person", "add", FOR_MEMBERSHIP, false, "register a person",
	    person_add },
	{ "person", "list", MEMBERS, false, "registered persons",
	    person_list },
	{ "person", "show", MEMBERS, false, "one, with keys", one_person },
	{ "person", "change", FOR_MEMBERSHIP, false, "change what is given",
	    person_change },
	{ "person", "remove", FOR_MEMBERSHIP, false, "end a registration; "
	    "history is kept (R-111)", person_act },
	{ "person", "acknowledge", FOR_MEMBERSHIP, false, "the person says "
	    "that the environment for secrets is ready (R-118)", person_act },
	{ "person", "refuse", FOR_MEMBERSHIP, false, "tell an applicant that "
	    "the address is of several people (T-28)", person_refuse },
	{ "roster", "import", FOR_MEMBERSHIP, false, "a sheet of KEEP, ADD "
	    "and REMOVE rows (R-112)", roster_import },
	{ "roster", "check", MEMBERS, false, "what does not fit together in "
	    "the roster", none },

	{ "key", "import", MEMBERS, false, "a public key: a proposal until "
	    "approved", key_import },
	{ "key", "approve", MEMBERS, false, "pin a proposed key", key_approve },
	{ "key", "decline", MEMBERS, false, "refuse a proposed key for good",
	    key_decline },
	{ "key", "lookup", MEMBERS, false, "ask the person's own domain for "
	    "the key it publishes", key_show },
	{ "key", "stop", MEMBERS, false, "a pinned key was lost: nothing goes "
	    "to it any more", key_stop },
	{ "key", "lift", MEMBERS, false, "a stopped key may serve again",
	    key_lift },
	{ "key", "list", MEMBERS, false, "keys and until when they serve",
	    key_list },
	{ "key", "show", MEMBERS, false, "keys of one, in full", key_show },
	{ "key", "own", FOR_ALL, false, "the council's own keys: the next "
	    "one, the one that signs, those before it", none },
	{ "key", "announce", MEMBERS, false, "write to each who writes to us "
	    "which key follows (T-46)", key_announce },
	{ "key", "check", MEMBERS, false, "what must be done about keys",
	    none },
	{ "key", "export", FOR_ALL, false, "the council's own public key",
	    key_export },

	{ "case", "list", OPERATOR, false, "open cases", case_list },
	{ "case", "show", OPERATOR, false, "one case", one_case },
	{ "case", "take", OPERATOR, false, "be its operator", one_case },
	{ "case", "note", OPERATOR, false, "keep a note", case_note },
	{ "case", "ask", OPERATOR, false, "send the three questions (T-03)",
	    one_case },
	{ "case", "originator", OPERATOR, false, "name whom to ask, where the "
	    "mail named nobody", case_originator },
	{ "case", "client", OPERATOR, false, "name the client of a vendor's "
	    "case (R-048)", case_client },
	{ "case", "close", OPERATOR, false, "end a case (R-123)", case_close },

	{ "case", "advise", OPERATOR, false, "write to its originator, "
	    "encrypted", case_advise },
	{ "case", "deny", OPERATOR, false, "words that must not leave "
	    "(R-075)", case_deny },
	{ "case", "match", OPERATOR, false, "tell its originator of items that "
	    "match (T-21)", case_match },
	{ "case", "merge", OPERATOR, false, "count it with another; terms "
	    "stay apart (R-127)", case_merge },
	{ "case", "unmerge", OPERATOR, false, "count it by itself again",
	    case_why },
	{ "case", "reopen", OPERATOR, false, "go on after the end",
	    case_why },
	{ "damage", "add", OPERATOR, false, "a note of the damage half, which "
	    "no item can cite (R-070)", damage_add },
	{ "damage", "list", OPERATOR, false, "its notes", one_case },
	{ "damage", "show", OPERATOR, false, "one note; audited",
	    damage_show },

	{ "request", "widen", OPERATOR, false, "ask for a wider scope (T-09)",
	    request_widen },
	{ "request", "exception", OPERATOR, false, "ask to share an exact "
	    "wording (T-10)", request_exception },
	{ "request", "answers", OPERATOR, false, "ask the task force again "
	    "what it has not answered (T-16)", request_answers },
	{ "request", "cooperation", OPERATOR, false, "an item as a request "
	    "under Article 17(3) (T-17)", request_cooperation },
	{ "request", "secrecy", OPERATOR, false, "propose that more of it is "
	    "secret (T-07)", request_secrecy },
	{ "request", "outside", OPERATOR, false, "write to somebody outside, "
	    "encrypted, within what was allowed (T-23)", request_outside },
	{ "feedback", NULL, OPERATOR, false, "tell the originator what came "
	    "of it (T-19, T-20)", feedback },
	{ "publication", NULL, OPERATOR, false, "answer a plan to publish "
	    "(T-22)", publication },
	{ "request", "list", OPERATOR, false, "what was asked and answered",
	    one_case },
	{ "request", "sheet", OPERATOR, false, "the sheet for a vendor's "
	    "client (T-41)", request_sheet },

	{ "terms", "show", OPERATOR, false, "every version", one_case },
	{ "terms", "narrow", OPERATOR, false, "make terms in force stricter; "
	    "never wider (R-063)", terms_narrow },
	{ "terms", "exclude", OPERATOR, false, "say who is meant by an "
	    "exclusion (R-065)", terms_exclude },
	{ "terms", "vouch", OPERATOR, false, "vouch for who the originator "
	    "is", terms_vouch },

	{ "terms", "withdraw", OPERATOR, false, "record that the originator "
	    "takes all back (R-069)", terms_withdraw },

	{ "item", "add", OPERATOR, false, "write a piece of information",
	    item_add },
	{ "item", "show", OPERATOR, false, "one item with its text", one_item },
	{ "item", "edit", OPERATOR, false, "change it; approvals end",
	    item_edit },
	{ "item", "text", OPERATOR, false, "its text in the other language",
	    item_text },
	{ "item", "list", OPERATOR, false, "items", item_list },
	{ "item", "approve", OPERATOR, false, "agree to its sending (R-094)",
	    one_item },
	{ "item", "withdraw", OPERATOR, false, "stop its sending",
	    item_withdraw },
	{ "item", "release", OPERATOR, false, "record that it went beyond the "
	    "members (T-38)", item_release },
	{ "item", "raise", OPERATOR, false, "raise its confidence (R-084)",
	    item_raise },
	{ "preview", NULL, OPERATOR, false, "who would get an item, who not "
	    "and by which rule", preview },
	{ "why", NULL, OPERATOR | FOR_AUDITOR, false, "the same for one "
	    "person", why },

	{ "digest", "send", OPERATOR, false, "one encrypted copy per person "
	    "of all approved items", digest_send },
	{ "digest", "preview", OPERATOR, false, "the very mail that one person "
	    "would get; audited", digest_preview },
	{ "digest", "list", ACCOUNT, false, "digests", none },
	{ "digest", "show", ACCOUNT, false, "one with its ledger",
	    digest_show },
	{ "digest", "report", ACCOUNT, false, "what was sent, held, lost or "
	    "dropped, and why", digest_report },

	{ "answers", NULL, OPERATOR, false, "what members answered to an "
	    "item", answers_of },
	{ "mail", "list", OPERATOR, false, "newest first", mail_list },
	{ "mail", "show", OPERATOR, false, "what was understood", mail_one },
	{ "mail", "check", OUTBOX | FOR_MEMBERSHIP, false, "what waits to be "
	    "opened", none },
	{ "mail", "read-again", OPERATOR, false, "back to the reader: one "
	    "that could not be read or opened", mail_one },
	{ "mail", "vouch", OPERATOR, false, "a colleague answers for the "
	    "originator, who was asked by another way", mail_vouch },
	{ "mail", "text", OPERATOR, false, "its text; audited", mail_one },
	{ "mail", "split", OPERATOR, false, "its technical part beside the "
	    "rest, with values for item add; audited", mail_one },
	{ "mail", "save", OPERATOR, false, "an attachment or the raw mail; "
	    "audited", mail_save },

	{ "probe", NULL, OUTBOX, false, "an address that shows what Postfix "
	    "does to a mail", probe },

	{ "outbox", "list", OUTBOX, false, "copies, newest first",
	    outbox_list },
	{ "outbox", "show", OUTBOX, false, "one copy", outbox_show },
	{ "outbox", "retry", OUTBOX, false, "try held, waiting or lost copies "
	    "now",
	    outbox_retry },
	{ "outbox", "release", MEMBERS, false, "mail to this person came "
	    "back: send what was held and lost", outbox_release },
	{ "outbox", "check", OUTBOX | FOR_MEMBERSHIP, false, "what has waited "
	    "too long", none },
	{ "outbox", "mark", OPERATOR, false, "delivered another way (I4)",
	    outbox_mark },
	{ "audit", "show", ACCOUNT, false, "the account, newest first",
	    audit_show },
	{ "audit", "verify", ACCOUNT, false, "walk the hash chain (I8)", none },
	{ "text", "list", FOR_ALL, false, "every text that can be sent",
	    none },
	{ "text", "show", FOR_ALL, false, "one with sample words in place of "
	    "its fields", text_show },
	{ "stats", NULL, FOR_ALL, false, "counts, and nothing but counts "
	    "(R-130)", stats },
};

const struct verb *
verb_table(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
