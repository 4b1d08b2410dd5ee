/*
 * The values that each verb takes, for verbs_table.c alone: names, kinds and
 * help as `sekisho help` prints them.
 */
#pragma once

#include <sekisho/verbs.h>

#define ONE_ARG(n, k, h) { .name = n, .kind = k, .flags = VALUE_NEEDED, \
	.help = h }
#define CASE_ARG ONE_ARG("CASE", VALUE_CASE, "number of a case, 2026-0001")
#define ITEM_ARG ONE_ARG("ITEM", VALUE_ITEM, "an item, I-abcd234")
#define ORG_ARG ONE_ARG("ORG", VALUE_NAME, "id of an organisation")
#define PERSON_ARG ONE_ARG("PERSON", VALUE_NAME, "id of a registered person")
#define FILE_ARG(h) ONE_ARG("FILE", VALUE_FILE, h)
#define OPT(n, k, h) { .name = n, .kind = k, .help = h }
#define NEED(n, k, h) { .name = n, .kind = k, .flags = VALUE_NEEDED, .help = h }
#define MANY(n, k, h) { .name = n, .kind = k, .flags = VALUE_MANY, .help = h }
#define WORD(n, w, f, h) { .name = n, .kind = VALUE_WORD, .words = w, \
	.flags = f, .help = h }
#define WORDS(n, w, f, h) { .name = n, .kind = VALUE_WORDS, .words = w, \
	.flags = f, .help = h }
#define CHOICE(n, c, f, h) { .name = n, .kind = VALUE_CHOICE, .choices = c, \
	.flags = f, .help = h }
#define YES_NO(n, f, h) CHOICE(n, "yes|no", f, h)
#define REASON NEED("--reason", VALUE_TEXT, "why; kept with the case")
#define END { .name = NULL }
#define VALUES(name) static const struct verb_value name[]

VALUES(none) = { END };
VALUES(one_case) = { CASE_ARG, END };
VALUES(one_item) = { ITEM_ARG, END };
VALUES(one_org) = { ORG_ARG, END };
VALUES(one_person) = { PERSON_ARG, END };

/* ---- without the daemon ---- */

VALUES(init) = {
	{ .name = "DIR", .kind = VALUE_PATH,
	    .help = "folder of the council; default: here" },
	OPT("--domain", VALUE_TEXT, "the council's mail domain"),
	OPT("--name", VALUE_TEXT, "the council's name"),
	END
};
VALUES(check) = {
	OPT("--postfix", VALUE_TEXT, "Postfix's configuration folder, or "
	    "none; default: the system's"),
	END
};
VALUES(setup_postfix) = {
	OPT("--apply", VALUE_FLAG, "make the changes; without: print them"),
	OPT("--undo", VALUE_FLAG, "put back what --apply changed"),
	OPT("--postfix", VALUE_TEXT, "Postfix's configuration folder; "
	    "default: the system's"),
	END
};
VALUES(setup_key) = {
	OPT("--next", VALUE_FLAG, "make the key that follows, or change the "
	    "days of one that is still to come"),
	OPT("--from", VALUE_TEXT, "first day on which it signs, 2026-04-01; "
	    "default: after rollover.notice_days"),
	OPT("--until", VALUE_TEXT, "last day on which the present one opens "
	    "mail; default: rollover.overlap_days later"),
	OPT("--withdraw", VALUE_FLAG, "take back the one that is to come"),
	END
};
VALUES(key_export) = {
	OPT("--next", VALUE_FLAG, "the one that follows"),
	OPT("--smime", VALUE_FLAG, "its S/MIME certificate instead"),
	END
};
VALUES(setup_smime) = {
	OPT("--request", VALUE_FLAG, "make a key, and a request to a "
	    "certification authority"),
	OPT("--import", VALUE_TEXT, "its answer (PEM or DER), or a PKCS#12 "
	    "file with its key"),
	OPT("--chain", VALUE_TEXT, "a PEM file of certificates on the way to "
	    "the root"),
	OPT("--passphrase-file", VALUE_TEXT, "of the PKCS#12 file; without: "
	    "it is asked for"),
	OPT("--from", VALUE_TEXT, "first day on which it signs in place of "
	    "another; default: after rollover.notice_days"),
	OPT("--until", VALUE_TEXT, "last day on which that one opens mail; "
	    "default: rollover.overlap_days later"),
	OPT("--withdraw", VALUE_FLAG, "take back the one that is to come"),
	END
};
VALUES(read_file) = {
	{ .name = "FILE", .kind = VALUE_PATH, .flags = VALUE_NEEDED,
	    .help = "a mail, or a folder of them; \"-\": standard input" },
	END
};

/* ---- roster ---- */

#define ORG_OPTIONS(needed) \
	{ .name = "--name", .kind = VALUE_TEXT, .flags = needed, \
	    .help = "as registered" }, \
	WORD("--class", WORDS_CLASS, 0, "member class (R-022)"), \
	WORD("--org-kind", WORDS_ORG_KIND, needed, "kind (R-015)"), \
	YES_NO("--foreign-capital", 0, "restricts the task force (R-024)"), \
	YES_NO("--receive-secret", 0, "wants secret items (R-098)"), \
	YES_NO("--agreed", 0, "agreed to be asked under Article 17(3) " \
	    "(R-008)"), \
	OPT("--competent-for", VALUE_TEXT, "sectors it supervises, with " \
	    "commas (R-065)"), \
	OPT("--supervises", VALUE_TEXT, "bodies it supervises"), \
	OPT("--tf-approval", VALUE_TEXT, "reference of the special approval " \
	    "(R-024)")
#define ACT_OPTIONS(of) \
	OPT("--approval", VALUE_TEXT, "reference of the approval " of), \
	OPT("--date", VALUE_TEXT, "since when, 2026-04-01; default: now"), \
	OPT("--reason", VALUE_TEXT, "kept in the history"), \
	QUIET
#define QUIET OPT("--quiet", VALUE_FLAG, "no mail about it")
VALUES(org_add) = {
	ORG_ARG, ORG_OPTIONS(VALUE_NEEDED), ACT_OPTIONS("(R-013, R-022)"), END
};
VALUES(org_change) = {
	ORG_ARG, ORG_OPTIONS(0), ACT_OPTIONS("(R-013, R-022)"), END
};
VALUES(org_withdraw) = {
	ORG_ARG,
	OPT("--expelled", VALUE_FLAG, "by the steering committee (R-013)"),
	ACT_OPTIONS("or decision"), END
};
VALUES(org_act) = { ORG_ARG, ACT_OPTIONS("or decision"), END };
VALUES(org_list) = { OPT("--all", VALUE_FLAG, "former members too"), END };

#define PERSON_OPTIONS(needed) \
	{ .name = "--org", .kind = VALUE_NAME, .flags = needed, \
	    .help = "its organisation" }, \
	{ .name = "--name", .kind = VALUE_TEXT, .flags = needed, \
	    .help = "of the person" }, \
	{ .name = "--address", .kind = VALUE_TEXT, .flags = needed, \
	    .help = "own mail address, no list (R-109)" }, \
	WORDS("--roles", WORDS_ROLE, 0, "poc, handler or both (R-107)"), \
	YES_NO("--account", 0, "no: authorised, not addressed (R-110)"), \
	CHOICE("--language", "ja|en", 0, "of mails to this person"), \
	CHOICE("--scheme", "openpgp|smime", 0, "how mails are encrypted"), \
	YES_NO("--personal", 0, "somebody attested that the address is the " \
	    "person's alone (R-109)"), \
	OPT("--date", VALUE_TEXT, "since when, 2026-04-01; default: now"), \
	OPT("--reason", VALUE_TEXT, "kept in the history"), \
	QUIET
VALUES(person_add) = { PERSON_ARG, PERSON_OPTIONS(VALUE_NEEDED), END };
VALUES(person_change) = { PERSON_ARG, PERSON_OPTIONS(0), END };
VALUES(person_act) = {
	PERSON_ARG,
	OPT("--date", VALUE_TEXT, "since when, 2026-04-01; default: now"),
	OPT("--reason", VALUE_TEXT, "kept in the history"), QUIET, END
};
#define REFUSED_ARG ONE_ARG("ADDRESS", VALUE_TEXT, "the applicant's")
#define REFUSED_LANGUAGE CHOICE("--language", "ja|en", 0, "of the mail")
VALUES(person_refuse) = {
	REFUSED_ARG, REFUSED_LANGUAGE,
	OPT("--reason", VALUE_TEXT, "how it is known, where the address does "
	    "not show it"),
	END
};
VALUES(org_refuse) = {
	REFUSED_ARG, REFUSED_LANGUAGE,
	OPT("--not-organisation", VALUE_FLAG, "a private person, or a second "
	    "department (R-016)"),
	END
};
VALUES(person_list) = {
	OPT("--org", VALUE_NAME, "of one organisation"),
	OPT("--all", VALUE_FLAG, "removed ones too"),
	OPT("--former", VALUE_FLAG, "removed ones only (R-005)"),
	END
};
VALUES(roster_import) = {
	FILE_ARG("a roster sheet, CSV in UTF-8 or CP932"),
	OPT("--apply", VALUE_FLAG, "do it; without: show what would happen"),
	QUIET, END
};

/* ---- keys ---- */

#define TARGET_ARG ONE_ARG("PERSON|CASE", VALUE_TEXT, \
	"a registered person, or the case whose originator's key it is")
#define KEY_HOW CHOICE("--how", "phone|meeting|known-key|letter", 0, \
	"how the fingerprint was checked; needed where another key is pinned")
#define ANY_ADDRESS OPT("--any-address", VALUE_FLAG, \
	"the key names another address, and that is right")
VALUES(key_import) = {
	TARGET_ARG, FILE_ARG("a public key, armoured or binary, or the "
	    "revocation of the pinned one"),
	OPT("--approve", VALUE_FLAG, "the fingerprint was checked out of band"),
	ANY_ADDRESS,
	KEY_HOW,
	END
};
#define FPR_ARG ONE_ARG("FPR", VALUE_FPR, "fingerprint, 40 hex digits")
VALUES(key_approve) = { TARGET_ARG, FPR_ARG, KEY_HOW, ANY_ADDRESS, END };
VALUES(key_decline) = {
	TARGET_ARG, FPR_ARG,
	OPT("--reason", VALUE_TEXT, "kept in the audit"),
	END
};
VALUES(key_stop) = {
	TARGET_ARG, FPR_ARG,
	CHOICE("--how", "phone|meeting|known-key|letter", VALUE_NEEDED,
	    "how its owner said so"),
	NEED("--reason", VALUE_TEXT, "kept in the audit"),
	END
};
VALUES(key_lift) = {
	FPR_ARG,
	CHOICE("--how", "phone|meeting|known-key|letter", VALUE_NEEDED,
	    "how its owner said that it is in the right hands"),
	NEED("--reason", VALUE_TEXT, "kept in the audit"),
	END
};
VALUES(key_list) = {
	{ .name = "PERSON|CASE", .kind = VALUE_TEXT,
	    .help = "of one; default: of every registered person" },
	OPT("--proposed", VALUE_FLAG, "those that wait for a decision, of "
	    "cases too"),
	OPT("--stopped", VALUE_FLAG, "those that an operator stopped, of "
	    "cases and of who left too"),
	END
};
VALUES(key_show) = { TARGET_ARG, END };
VALUES(key_announce) = {
	OPT("--yes", VALUE_FLAG, "send; without: count who would get it"), END
};

/* ---- cases ---- */

VALUES(case_list) = {
	OPT("--all", VALUE_FLAG, "ended ones too"),
	OPT("--mine", VALUE_FLAG, "those I have taken"),
	WORD("--state", WORDS_CASE_STATE, 0, "in this state only"),
	END
};
VALUES(case_note) = {
	CASE_ARG, ONE_ARG("TEXT", VALUE_TEXT, "kept with the case"), END
};
VALUES(case_close) = {
	CASE_ARG,
	OPT("--support-only", VALUE_FLAG, "support was enough (R-043)"),
	OPT("--rejected", VALUE_FLAG, "spam, wrong desk"),
	OPT("--quiet", VALUE_FLAG, "no closing mail"),
	OPT("--reason", VALUE_TEXT, "needed where no feedback was sent "
	    "(R-123)"),
	END
};

VALUES(case_deny) = {
	CASE_ARG,
	CHOICE("ACTION", "list|add|remove", VALUE_NEEDED, "what to do"),
	{ .name = "WORD", .kind = VALUE_TEXT, .flags = VALUE_MANY,
	    .help = "a name, domain, address, 192.0.2.0/24 …" },
	OPT("--reason", VALUE_TEXT, "needed to remove one"),
	END
};
VALUES(case_merge) = {
	CASE_ARG, ONE_ARG("INTO", VALUE_CASE, "the case it counts with"),
	REASON, END
};
VALUES(case_originator) = {
	CASE_ARG, ONE_ARG("ADDRESS", VALUE_TEXT, "mail address; every mail of "
	    "the case goes there"),
	OPT("--name", VALUE_TEXT, "looked for in what leaves (R-075)"),
	CHOICE("--language", "ja|en", 0, "of mails to it"),
	NEED("--reason", VALUE_TEXT, "how it is known; kept with the case"),
	END
};
VALUES(case_client) = {
	CASE_ARG, ONE_ARG("NAME", VALUE_TEXT, "made up for it; seen by "
	    "operators only"),
	REASON, END
};
VALUES(case_why) = { CASE_ARG, REASON, END };
#define TEXT_FILE { .name = "--text-file", .kind = VALUE_FILE, \
	.flags = VALUE_NEEDED, .help = "the text; \"-\": standard input" }
VALUES(case_advise) = { CASE_ARG, TEXT_FILE, END };
VALUES(damage_add) = {
	CASE_ARG, TEXT_FILE, OPT("--title", VALUE_TEXT, "one line"), END
};
VALUES(damage_show) = {
	CASE_ARG, ONE_ARG("NOTE", VALUE_NUMBER, "number of a note"), END
};
VALUES(request_widen) = {
	CASE_ARG,
	WORD("--scope", WORDS_SCOPE, VALUE_NEEDED, "the wider one"),
	NEED("--item", VALUE_ITEM, "shown as it would appear"),
	NEED("--reason", VALUE_TEXT, "told to the originator"), END
};
VALUES(request_exception) = {
	CASE_ARG,
	WORD("--scope", WORDS_SCOPE, VALUE_NEEDED, "who would get it"),
	TEXT_FILE, OPT("--title", VALUE_TEXT, "one line"),
	MANY("--indicator", VALUE_INDICATOR, "TYPE:VALUE; may be repeated"),
	NEED("--reason", VALUE_TEXT, "told to the originator"), END
};
VALUES(request_secrecy) = {
	CASE_ARG, NEED("--parts", VALUE_TEXT, "what is to be secret"),
	NEED("--reason", VALUE_TEXT, "told to the originator"), END
};
VALUES(request_sheet) = {
	CHOICE("--lang", "ja|en", 0, "of the sheet"), END
};

#define DISPATCH_TEXT { .name = "--text-file", .kind = VALUE_FILE, \
	.help = "the words; \"-\": standard input" }
#define DISPATCH_YES OPT("--yes", VALUE_FLAG, "send; without: show the mail")
VALUES(feedback) = {
	CASE_ARG, DISPATCH_TEXT,
	OPT("--situation", VALUE_TEXT, "what is going on around"),
	OPT("--answers", VALUE_FLAG, "and how many organisations answered "
	    "what (R-126)"),
	OPT("--interim", VALUE_FLAG, "more will follow"),
	OPT("--nothing-found", VALUE_FLAG, "asked, and nothing found (T-20)"),
	YES_NO("--secret", VALUE_NEEDED, "stated, never guessed (R-086)"),
	OPT("--parts", VALUE_TEXT, "which parts are secret"),
	WORD("--tlp", WORDS_TLP, VALUE_NEEDED, "TLP 2.0 label"),
	OPT("--basis", VALUE_TEXT, "why a non-member may have what is secret "
	    "(C-33)"),
	DISPATCH_YES, END
};
VALUES(publication) = {
	CASE_ARG, NEED("--date", VALUE_TEXT, "when it is to be published"),
	DISPATCH_TEXT, DISPATCH_YES, END
};
#define ITEMS_ARG { .name = "ITEM", .kind = VALUE_ITEM, \
	.flags = VALUE_MANY, .help = "items" }
#define ASK_YES OPT("--yes", VALUE_FLAG, "send; without: count who would " \
	"get it")
VALUES(request_answers) = { ITEMS_ARG, ASK_YES, END };
VALUES(request_cooperation) = {
	ITEM_ARG,
	CHOICE("--ground", "large-scale|member-agreed|other", VALUE_NEEDED,
	    "which lets us ask (R-008)"),
	NEED("--committee", VALUE_TEXT, "reference of the steering "
	    "committee's decision (R-010)"),
	NEED("--decided", VALUE_TEXT, "its date"),
	OPT("--explanation", VALUE_TEXT, "of the ground, in words"),
	OPT("--due", VALUE_TEXT, "until when an answer is asked for"),
	MANY("--org", VALUE_NAME, "with another ground: who is asked"),
	ASK_YES, END
};
VALUES(case_match) = { CASE_ARG, ITEMS_ARG, ASK_YES, END };
VALUES(item_release) = {
	ITEM_ARG,
	WORD("--to", WORDS_SCOPE, VALUE_NEEDED, "PARTNER_SCHEMES or PUBLIC"),
	NEED("--where", VALUE_TEXT, "told to those who have it"), END
};
VALUES(org_review) = {
	ORG_ARG,
	NEED("--from", VALUE_TEXT, "first day, 2026-04-01"),
	NEED("--until", VALUE_TEXT, "last day, 2027-03-31"), ASK_YES, END
};
VALUES(request_outside) = {
	CASE_ARG,
	WORDS("--act", WORDS_COORDINATION, VALUE_NEEDED, "which of the "
	    "originator's answers allows it (R-058)"),
	NEED("--to", VALUE_TEXT, "mail address of the outside body"),
	WORD("--tlp", WORDS_TLP, VALUE_NEEDED, "TLP 2.0 label"),
	CHOICE("--lang", "ja|en", 0, "of the mail"), TEXT_FILE, DISPATCH_YES,
	END
};

/* ---- terms ---- */

VALUES(terms_narrow) = {
	CASE_ARG,
	WORD("--scope", WORDS_SCOPE, 0, "a narrower one"),
	WORD("--secrecy", WORDS_SECRECY, 0, "a stricter one"),
	OPT("--parts", VALUE_TEXT, "what is secret"),
	WORDS("--drop", WORDS_COORDINATION, 0, "acts no longer allowed"),
	REASON, END
};
VALUES(terms_exclude) = {
	CASE_ARG,
	{ .name = "ORG", .kind = VALUE_NAME, .flags = VALUE_MANY,
	    .help = "organisations that are meant" },
	OPT("--competent", VALUE_FLAG, "every competent authority (R-065)"),
	OPT("--sector", VALUE_TEXT, "with --competent: of this sector only"),
	OPT("--nobody", VALUE_FLAG, "no member is meant"),
	OPT("--which", VALUE_NUMBER, "which exclusion, if there are several"),
	REASON, END
};
VALUES(terms_withdraw) = {
	CASE_ARG,
	NEED("--mail", VALUE_NUMBER, "the originator's mail that says so"),
	REASON, END
};
#define HOW CHOICE("--how", "phone|meeting|known-key", VALUE_NEEDED, \
	"by a contact not taken from the mail")
VALUES(terms_vouch) = { CASE_ARG, HOW, REASON, END };

/* ---- items ---- */

#define ITEM_OPTIONS(needed) \
	WORD("--category", WORDS_CATEGORY, needed, "what it is (matrix)"), \
	WORD("--confidence", WORDS_CONFIDENCE, needed, "how sure (R-084)"), \
	YES_NO("--secret", needed, "stated, never guessed (R-086)"), \
	OPT("--parts", VALUE_TEXT, "which parts are secret"), \
	WORD("--tlp", WORDS_TLP, needed, "TLP 2.0 label (R-087)"), \
	WORD("--onward", WORDS_ONWARD, 0, "onward sharing; default NONE"), \
	WORDS("--special", WORDS_SPECIAL, 0, "special conditions"), \
	OPT("--consent", VALUE_NUMBER, "mail that agreed to this wording " \
	    "(T-10)"), \
	YES_NO("--customer-use", 0, "class 1: also for own customers"), \
	YES_NO("--confidential", 0, "so by law, contract or custom (R-067)"), \
	OPT("--title", VALUE_TEXT, "one line"), \
	CHOICE("--lang", "ja|en", 0, "of the text"), \
	YES_NO("--urgent", 0, "goes without waiting for others (R-101)"), \
	{ .name = "--text-file", .kind = VALUE_FILE, .flags = needed, \
	    .help = "the text; \"-\": standard input" }, \
	MANY("--indicator", VALUE_INDICATOR, "TYPE:VALUE; may be repeated")
VALUES(item_add) = {
	CASE_ARG, ITEM_OPTIONS(VALUE_NEEDED),
	OPT("--victim-inferable", VALUE_FLAG, "it hints at the victim"),
	END
};
VALUES(item_edit) = {
	ITEM_ARG, ITEM_OPTIONS(0),
	YES_NO("--victim-inferable", 0, "it hints at the victim"), END
};
VALUES(item_list) = {
	{ .name = "CASE", .kind = VALUE_CASE, .help = "of one case" },
	WORD("--state", WORDS_ITEM_STATE, 0, "in this state only"),
	END
};
VALUES(item_withdraw) = {
	ITEM_ARG,
	OPT("--tell", VALUE_FLAG, "and tell those who have it (T-37)"),
	REASON, END
};
VALUES(item_raise) = {
	ITEM_ARG,
	WORD("CONFIDENCE", WORDS_CONFIDENCE, VALUE_NEEDED, "the higher one"),
	MANY("--on", VALUE_NUMBER, "a mail it rests on; may be repeated"),
	REASON, END
};
VALUES(item_text) = {
	ITEM_ARG, CHOICE("--lang", "ja|en", VALUE_NEEDED, "of this text"),
	TEXT_FILE, OPT("--title", VALUE_TEXT, "one line"), END
};
VALUES(preview) = {
	ITEM_ARG, CHOICE("--lang", "ja|en", 0, "of the reasons"),
	OPT("--diff", VALUE_FLAG, "against the list frozen at approval"), END
};
VALUES(why) = {
	PERSON_ARG, ITEM_ARG, CHOICE("--lang", "ja|en", 0, "of the reason"),
	END
};

/* ---- digests, mail, outbox, audit ---- */

#define NUMBER_ARG(h) ONE_ARG("N", VALUE_NUMBER, h)
VALUES(digest_send) = {
	OPT("--yes", VALUE_FLAG, "send; without: show what would go"),
	OPT("--now", VALUE_FLAG, "drop the spacing between copies"),
	OPT("--urgent", VALUE_FLAG, "items marked urgent alone, at once "
	    "(R-101)"),
	END
};
VALUES(digest_preview) = {
	PERSON_ARG,
	{ .name = "ITEM", .kind = VALUE_ITEM, .flags = VALUE_MANY,
	    .help = "these, approved or not; default: what is approved" },
	OPT("--urgent", VALUE_FLAG, "as digest send --urgent"),
	END
};
VALUES(text_show) = {
	{ .name = "TEXT", .kind = VALUE_TEXT, .flags = VALUE_NEEDED,
	    .help = "its id, like T-01" },
	CHOICE("--lang", "ja|en", 0, "default: the council's"),
	OPT("--bare", VALUE_FLAG, "without what stands there only at times"),
	END
};
VALUES(digest_show) = { NUMBER_ARG("number of a digest"), END };
VALUES(digest_report) = {
	NUMBER_ARG("number of a digest"),
	OPT("--not-sent", VALUE_FLAG, "only who does not have it"), END
};
VALUES(mail_list) = {
	{ .name = "CASE", .kind = VALUE_CASE, .help = "of one case" },
	OPT("--last", VALUE_NUMBER, "how many; default 50"),
	END
};
VALUES(answers_of) = { ITEM_ARG, END };
VALUES(mail_vouch) = {
	NUMBER_ARG("number of a colleague's answer"), HOW, REASON, END
};
VALUES(mail_one) = { NUMBER_ARG("number of a mail"), END };
VALUES(probe) = {
	OPT("--token", VALUE_TEXT, "what of that probe has arrived; without: "
	    "begin one"),
	END
};
VALUES(mail_save) = {
	NUMBER_ARG("number of a mail"),
	{ .name = "PART", .kind = VALUE_NUMBER,
	    .help = "an attachment's number" },
	ONE_ARG("FILE", VALUE_PATH, "made new; \"-\": standard output"),
	OPT("--raw", VALUE_FLAG, "the whole mail as it came"),
	OPT("--open", VALUE_FLAG, "decrypt a sealed attachment"),
	END
};
VALUES(outbox_list) = {
	CHOICE("--state", "to-seal|ready|handing|sent|bounced|held|dropped|"
	    "marked", 0, "in this state only"),
	OPT("--held", VALUE_FLAG, "who waits for what, oldest first, and the "
	    "mends"),
	OPT("--case", VALUE_CASE, "of one case"),
	OPT("--digest", VALUE_NUMBER, "of one digest"),
	OPT("--last", VALUE_NUMBER, "how many; default 200"),
	END
};
#define COPY_ARG ONE_ARG("COPY", VALUE_NUMBER, "number of a copy")
VALUES(outbox_show) = { COPY_ARG, END };
VALUES(outbox_retry) = {
	{ .name = "COPY", .kind = VALUE_NUMBER, .flags = VALUE_MANY,
	    .help = "numbers of copies" },
	OPT("--held", VALUE_FLAG, "every held copy"),
	END
};
VALUES(outbox_release) = {
	PERSON_ARG,
	NEED("--reason", VALUE_TEXT, "why it will arrive now"), END
};
VALUES(outbox_mark) = {
	COPY_ARG,
	CHOICE("--delivered-by", "phone|hand|other", VALUE_NEEDED,
	    "the other way"),
	REASON, END
};
VALUES(audit_show) = {
	{ .name = "OBJECT", .kind = VALUE_TEXT,
	    .help = "a case, an item, a person" },
	OPT("--last", VALUE_NUMBER, "how many; default 50"),
	END
};
VALUES(stats) = {
	OPT("--fiscal-year", VALUE_NUMBER, "from 1 April; default: this"),
	END
};
