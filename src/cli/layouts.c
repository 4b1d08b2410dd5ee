/* What each kind of document shows to people; data only. */
#include <config.h>

#include <string.h>

#include "cli/print.h"

#define COLUMNS(name) static const struct column name[]
#define TABLES(name) static const struct table name[]
#define C(f, t) { f, t, LOOK_PLAIN }
#define AT(f, t) { f, t, LOOK_TIME }
#define FPR(f, t) { f, t, LOOK_FPR }
#define YES(f, t) { f, t, LOOK_VERDICT }
#define END { NULL, NULL, LOOK_PLAIN }
#define NO_MORE { NULL, NULL, NULL, NULL }

/* ---- roster and keys ---- */

COLUMNS(orgs_columns) = { C("org", "ORG"), C("class", "CLASS"),
	C("org_kind", "KIND"), C("state", "STATE"), C("receive_secret",
	"SECRET"), C("foreign_capital", "FOREIGN"), C("people", "PEOPLE"),
	C("name", "NAME"), END };
TABLES(orgs_tables) = {
	{ "orgs", NULL, "No organisation is registered.", orgs_columns },
	NO_MORE };

COLUMNS(people_columns) = { C("person", "PERSON"), C("org", "ORG"),
	C("roles", "ROLES"), C("account", "ACCOUNT"), C("active", "ACTIVE"),
	C("key", "KEY"), C("address", "ADDRESS"), C("name", "NAME"), END };
TABLES(people_tables) = {
	{ "people", NULL, "Nobody is registered.", people_columns },
	NO_MORE };

COLUMNS(org_fields) = { C("org", "Organisation"), C("name", "Name"),
	C("class", "Class"), C("org_kind", "Kind"), C("state", "State"),
	C("foreign_capital", "Foreign capital"), C("tf_approval",
	"Special approval"), C("receive_secret", "Receives secret items"),
	C("agreed", "Agreed to be asked"),
	C("competent_for", "Competent for"), C("supervises", "Supervises"),
	C("approval", "Approval"), C("stopped", "Copies stopped"), END };
COLUMNS(question_columns) = { C("question", "ANSWER BY HAND"), END };
COLUMNS(handed_columns) = { C("copy", "COPY"), C("state", "STATE"),
	C("queue_id", "QUEUE ID"), C("person", "PERSON"), AT("sent", "SENT"),
	END };
COLUMNS(history_columns) = { AT("date", "SINCE"), C("person", "PERSON"),
	C("what", "WHAT"), C("from", "FROM"), C("to", "TO"), C("approval",
	"APPROVAL"), C("who", "WHO"), C("reason", "REASON"), END };
TABLES(org_tables) = {
	{ "people", "People", "Nobody is registered.", people_columns },
	{ "questions", "Questions", NULL, question_columns },
	{ "handed_over", "Handed over: remove from Postfix by queue id", NULL,
	    handed_columns },
	{ "history", "History", NULL, history_columns }, NO_MORE };

COLUMNS(keys_columns) = { C("person", "PERSON"), C("state", "STATE"),
	C("role", "ROLE"), C("usable", "USABLE"), AT("until", "UNTIL"),
	FPR("fingerprint", "FINGERPRINT"), C("origin", "ORIGIN"),
	C("addresses", "ADDRESSES"), END };
#define SEALED_TO_REVOKED "Handed over, sealed to a revoked key: remove from " \
	"Postfix by queue id"
TABLES(keys_tables) = {
	{ "keys", NULL, "No key.", keys_columns },
	{ "handed_over", SEALED_TO_REVOKED, NULL, handed_columns }, NO_MORE };
TABLES(key_tables) = {
	{ "handed_over", SEALED_TO_REVOKED, NULL, handed_columns }, NO_MORE };
COLUMNS(own_fields) = { C("mend", "Mend"), END };
COLUMNS(own_columns) = { C("scheme", "SCHEME"), C("state", "STATE"),
	AT("since", "SIGNS SINCE"), AT("until", "OPENS UNTIL"), AT("ends",
	"EXPIRES"), FPR("fingerprint", "FINGERPRINT"), END };
TABLES(own_tables) = {
	{ "keys", NULL, "No keyd has told a key yet.", own_columns },
	NO_MORE };
COLUMNS(announce_fields) = { C("sent", "Sent"), C("copies", "Copies"),
	C("told", "Had it before"), END };
COLUMNS(announced_columns) = { C("scheme", "SCHEME"), C("copies", "COPIES"),
	C("told", "HAD IT"), AT("since", "SIGNS SINCE"), FPR("fingerprint",
	"NEXT"), END };
COLUMNS(announce_columns) = { C("person", "PERSON"), C("reason", "REASON"),
	END };
TABLES(announce_tables) = {
	{ "keys", NULL, NULL, announced_columns },
	{ "held", "Waits for a key", NULL, announce_columns }, NO_MORE };
COLUMNS(person_fields) = { C("person", "Person"), C("org", "Organisation"),
	C("name", "Name"), C("address", "Address"), C("roles", "Roles"),
	C("account", "Account"), C("active", "Active"), C("language",
	"Language"), C("scheme", "Scheme"), C("key", "Key"), C("personal",
	"Own address"), C("doubt", "Doubt about it"), AT("applied",
	"Applied"), AT("due", "Due"), AT("acknowledged", "Acknowledged"),
	AT("removed", "Removed"), C("stopped", "Copies stopped"),
	C("delivery", "Delivery"), AT("delivery_since", "  since"), END };
COLUMNS(received_columns) = { C("copy", "COPY"), C("digest", "DIGEST"),
	C("template", "TEXT"), C("state", "STATE"), C("items", "ITEMS"),
	AT("sent", "SENT"), C("reason", "REASON"), END };
TABLES(person_tables) = {
	{ "keys", "Keys", NULL, keys_columns },
	{ "questions", "Questions", NULL, question_columns },
	{ "handed_over", "Handed over: remove from Postfix by queue id", NULL,
	    handed_columns },
	{ "copies", "Copies, newest first", NULL, received_columns },
	{ "history", "History", NULL, history_columns }, NO_MORE };
COLUMNS(key_fields) = { FPR("fingerprint", "Fingerprint"), FPR("sha256",
	"SHA-256"), C("chain", "Leads to a root"), C("state",
	"State"), C("role", "Role"), C("person", "Person"),
	C("algorithm", "Algorithm"),
	C("encryption", "  encrypts with"), C("usable", "Usable"),
	AT("made", "Made"), AT("until", "Until"),
	C("addresses", "Addresses"), C("origin", "Origin"), C("found_at",
	"Found at"), C("approved_by",
	"Approved by"), END };

COLUMNS(roster_fields) = { C("applied", "Applied"), C("add_orgs",
	"New organisations"), C("unreferenced", "  without an approval's "
	"reference"), C("change_orgs", "Changed organisations"), C("add",
	"Added"), C("change", "Changed"),
	C("remove", "Removed"), C("keep", "Kept"), END };
COLUMNS(roster_columns) = { C("line", "LINE"), C("verb", "VERB"), C("org",
	"ORG"), C("person", "PERSON"), C("address", "ADDRESS"), C("name",
	"NAME"), END };
COLUMNS(fault_columns) = { C("fault", "MEND IN THE SHEET"), END };
TABLES(roster_tables) = {
	{ "rows", "Rows", NULL, roster_columns },
	{ "questions", "Questions", NULL, question_columns },
	{ "faults", "Faults", NULL, fault_columns },
	{ "handed_over", "Handed over: remove from Postfix by queue id", NULL,
	    handed_columns }, NO_MORE };
COLUMNS(refused_fields) = { C("address", "Told"), C("reason", "Why"),
	END };
COLUMNS(roster_fault_columns) = { C("fault", "MEND"), END };
TABLES(key_check_tables) = {
	{ "faults", NULL, "Nothing is to be done about keys.",
	    roster_fault_columns }, NO_MORE };
TABLES(roster_check_tables) = {
	{ "faults", NULL, "The roster is sound.", roster_fault_columns },
	NO_MORE };

/* ---- cases and terms ---- */

COLUMNS(cases_columns) = { C("number", "CASE"), C("state", "STATE"),
	C("desk", "DESK"), C("needs_operator", "LOOK"), C("note", "NOTE"),
	AT("opened", "OPENED"), C("originator.org", "MEMBER"), C("owner",
	"OPERATOR"), END };
TABLES(cases_tables) = {
	{ "cases", NULL, "No case is open.", cases_columns }, NO_MORE };

COLUMNS(case_fields) = { C("number", "Case"), C("state", "State"),
	C("campaign", "Counts with"), C("client", "For a client"),
	C("desk", "Desk"), C("priority", "Priority"), C("originator.address",
	"Originator"), C("originator.org", "Member"), C("owner", "Operator"),
	C("needs_operator", "Needs a look"), C("note", "Why"),
	AT("opened", "Opened"), AT("closed", "Closed"),
	C("terms.version", "Terms in force"), C("terms.secrecy",
	"① secrecy"), C("terms.secret_parts", "  which parts"),
	C("terms.scope", "② scope"), C("terms.exclusions", "  never to"),
	C("terms.coordination", "③ outside action"),
	C("terms.coordination_other", "  in words"), C("terms.assurance",
	"Assurance"), C("proposed.version", "Terms proposed"),
	C("proposed.scope", "  scope"), C("has_yes", "  has its yes"),
	C("hint", "Next"), END };
COLUMNS(case_mails) = { C("number", "N"), C("direction", "WAY"),
	AT("received", "TIME"), C("class", "CLASS"), C("template", "TEXT"),
	C("state", "STATE"), C("note", "NOTE"), END };
COLUMNS(item_columns) = { C("item", "ITEM"), C("state", "STATE"),
	C("category", "CATEGORY"), C("confidence", "CONFIDENCE"),
	C("secret", "SECRET"), C("tlp", "TLP"), C("title", "TITLE"), END };
COLUMNS(case_details) = { C("mail", "MAIL"), C("field", "FIELD"),
	C("value", "VALUE"), END };
COLUMNS(note_columns) = { AT("time", "TIME"), C("who", "WHO"), C("text",
	"NOTE"), END };
TABLES(case_tables) = {
	{ "mails", "Mails (in) and copies (out)", NULL, case_mails },
	{ "details", "Details that the originator gave", NULL,
	    case_details },
	{ "items", "Items", NULL, item_columns },
	{ "keys", "Keys", NULL, keys_columns },
	{ "notes", "Notes", NULL, note_columns }, NO_MORE };

COLUMNS(terms_fields) = { C("number", "Case"), END };
COLUMNS(terms_columns) = { C("version", "VERSION"), C("locked", "LOCKED"),
	C("secrecy", "①"), C("scope", "②"), C("coordination", "③"),
	C("exclusions", "NEVER TO"), C("assurance", "ASSURANCE"),
	C("mail", "MAIL"), C("act", "ACT"), C("by", "BY"),
	AT("created", "SINCE"), END };
COLUMNS(terms_handed) = { C("item", "ITEM"), C("person", "PERSON"),
	AT("sent", "SENT"), C("queue_id", "QUEUE ID"), C("copy", "COPY"),
	END };
TABLES(terms_tables) = {
	{ "versions", NULL, "The originator has not answered yet.",
	    terms_columns },
	{ "handed_over", "Handed over", NULL, terms_handed }, NO_MORE };
COLUMNS(vouch_fields) = { C("number", "Case"), C("version", "Terms"),
	C("vouched", "Vouched by"), C("needed", "Needed"), C("locked",
	"In force"), C("missing", "Still missing"), C("state", "State"),
	END };

COLUMNS(deny_columns) = { C("word_number", "NO."), C("word", "WORD"),
	C("from", "FROM"), END };
TABLES(deny_tables) = {
	{ "words", NULL, "Nothing is looked for.", deny_columns }, NO_MORE };
COLUMNS(damage_columns) = { C("note", "NOTE"), AT("time", "TIME"),
	C("who", "WHO"), C("title", "TITLE"), END };
TABLES(damage_tables) = {
	{ "notes", NULL, "No note.", damage_columns }, NO_MORE };
COLUMNS(damage_fields) = { C("note", "Note"), AT("time", "Time"),
	C("who", "Who"), C("title", "Title"), END };
COLUMNS(request_columns) = { C("request", "NO."), C("asks", "ASKS"),
	C("state", "STATE"), C("scope", "SCOPE"), C("item", "ITEM"),
	C("title", "TITLE"), AT("created", "ASKED"), AT("answered",
	"ANSWERED"), C("mail", "MAIL"), C("assurance", "ASSURANCE"), END };
TABLES(request_tables) = {
	{ "requests", NULL, "Nothing was asked.", request_columns },
	NO_MORE };

/* ---- items ---- */

COLUMNS(warning_columns) = { C("warning", "WARNING"), END };
COLUMNS(raise_columns) = { AT("time", "RAISED"), C("was", "FROM"),
	C("now", "TO"), C("who", "BY"), C("answers", "ON MAILS"), C("reason",
	"REASON"), END };
COLUMNS(other_columns) = { C("lang", "LANGUAGE"), C("title", "TITLE"), END };
TABLES(one_item_tables) = {
	{ "warnings", "Warnings", NULL, warning_columns },
	{ "texts", "Other languages", NULL, other_columns },
	{ "raises", "Raises", NULL, raise_columns }, NO_MORE };

COLUMNS(item_fields) = { C("item", "Item"), C("case", "Case"), C("state",
	"State"), C("title", "Title"), C("category", "Category"),
	C("confidence", "Confidence"), C("secret", "Secret"), C("parts",
	"Secret parts"), C("tlp", "TLP"), C("onward", "Onward"),
	C("victim_inferable", "Hints at the victim"), C("customer_use",
	"Customer use"), C("confidential", "Confidential"),
	C("urgent", "Urgent"), C("special",
	"Special"), C("indicators", "Indicators"), C("denied", "STOPPED"),
	C("approvers", "Approved by"), C("approvals", "Approvals"),
	C("approvals_needed", "  needed"), C("persons", "People"),
	C("held_for_key", "  held for a key"), C("missing",
	"Still missing"), C("have_it", "Have it already"),
	C("told", "  told"), C("hint", "Next"), END };
TABLES(items_tables) = {
	{ "items", NULL, "No item.", item_columns }, NO_MORE };
COLUMNS(preview_fields) = { C("item", "Item"), C("state", "State"),
	C("matrix_row", "Matrix row"), C("ceiling", "  allows"),
	C("terms_scope", "Terms allow"), C("audience", "Audience"),
	C("approvals", "Approvals"), C("approvals_needed", "  needed"),
	C("denied", "STOPPED"), C("yes", "Would get it"), C("of", "  of"),
	END };
COLUMNS(count_columns) = { C("rule", "RULE"), C("count", "PERSONS"),
	C("sentence", "WHY"), END };
COLUMNS(preview_columns) = { YES("send", "SEND"), C("person", "PERSON"),
	C("org", "ORG"), C("class", "CLASS"), C("key", "KEY"), C("rule",
	"RULE"), C("sentence", "WHY"), END };
TABLES(preview_tables) = {
	{ "people", "People", "Nobody: no member is registered, or with --diff "
	    "nobody differs.", preview_columns },
	{ "counts", "In all", NULL, count_columns }, NO_MORE };

/* ---- digests, mail, outbox ---- */

COLUMNS(digests_columns) = { C("digest", "N"), AT("created", "MADE"),
	C("by", "BY"), C("items", "ITEMS"), END };
TABLES(digests_tables) = {
	{ "digests", NULL, "No digest was sent.", digests_columns },
	NO_MORE };
COLUMNS(digest_fields) = { C("digest", "Digest"), C("sent", "Sent"),
	AT("created", "Made"), C("by", "By"), C("copies", "Copies"), AT("until",
	"The last one leaves"), C("more", "Items for the next one"), END };
COLUMNS(copies_columns) = { C("person", "PERSON"), C("org", "ORG"),
	C("template", "TEXT"), C("items", "ITEMS"), C("held", "HELD"), END };
COLUMNS(previews_columns) = { C("template", "TEXT"), C("subject", "SUBJECT"),
	C("held", "HELD"), END };
TABLES(previews_tables) = {
	{ "copies", NULL, NULL, previews_columns }, NO_MORE };
COLUMNS(preview_head) = { C("person", "Person"), C("org", "Organisation"),
	END };
COLUMNS(dispatch_fields) = { C("case", "Case"), C("template", "Text"),
	C("sent", "Sent"), C("held", "Held"), C("subject", "Subject"), END };
TABLES(outbox_check_tables) = {
	{ "faults", NULL, "Nothing has waited too long.",
	    roster_fault_columns }, NO_MORE };
COLUMNS(held_columns) = { C("person", "PERSON"), C("reason", "REASON"),
	END };
COLUMNS(asked_fields) = { C("sent", "Sent"), C("digest", "Digest"),
	C("copies", "Copies"), END };
TABLES(asked_tables) = { { "held", "Held", NULL, held_columns }, NO_MORE };
COLUMNS(report_fields) = { C("digest", "Digest"), AT("created", "Made"),
	C("copies", "Copies"), END };
COLUMNS(counts_columns) = { C("copies", "COPIES"), C("state", "STATE"),
	C("reason", "REASON"), END };
COLUMNS(report_columns) = { C("person", "PERSON"), C("org", "ORG"),
	C("state", "STATE"), C("reason", "REASON"), AT("sent", "SENT"),
	C("copy", "COPY"), C("items", "ITEMS"), END };
TABLES(report_tables) = {
	{ "counts", "How many", NULL, counts_columns },
	{ "people", "Who", NULL, report_columns }, NO_MORE };
COLUMNS(ledger_columns) = { C("copy", "COPY"), C("person", "PERSON"),
	C("state", "STATE"), C("reason", "REASON"), C("items", "ITEMS"),
	AT("sent", "SENT"), C("queue_id", "QUEUE ID"), END };
COLUMNS(digest_items) = { C("item", "ITEM"), C("category", "CATEGORY"),
	C("confidence", "CONFIDENCE"), C("secret", "SECRET"), C("tlp", "TLP"),
	C("title", "TITLE"), END };
TABLES(digest_tables) = {
	{ "items", "Items", NULL, digest_items },
	{ "people", "Who would get what", NULL, copies_columns },
	{ "held", "Held", NULL, held_columns },
	{ "ledger", "Ledger", NULL, ledger_columns }, NO_MORE };

COLUMNS(texts_columns) = { C("text", "TEXT"), C("form", "FORM"),
	C("subject", "SUBJECT"), END };
TABLES(texts_tables) = { { "texts", NULL, NULL, texts_columns }, NO_MORE };
COLUMNS(text_fields) = { C("id", "Text"), C("form", "Form"), C("lang",
	"Language"), C("subject", "Subject"), END };

COLUMNS(mails_columns) = { C("number", "N"), AT("received", "RECEIVED"),
	C("class", "CLASS"), C("case", "CASE"), C("note", "NOTE"),
	C("from", "FROM"), C("subject", "SUBJECT"), END };
TABLES(mails_tables) = {
	{ "mails", NULL, "No mail.", mails_columns }, NO_MORE };
COLUMNS(mail_fields) = { C("number", "Mail"), C("case", "Case"),
	AT("received", "Received"), C("class", "Class"), C("note", "Note"),
	C("from", "From"), C("from_domain_ascii", "  domain in DNS"),
	C("reply_to", "  answers to"), C("to", "To"), C("subject", "Subject"),
	AT("date", "Date"), C("message_id", "Message-ID"),
	C("authentication", "Authentication"), C("envelope_from",
	"Envelope from"), C("envelope_to", "Envelope to"), C("size", "Bytes"),
	C("crypto.form", "Form"), C("crypto.integrity", "Integrity"),
	C("crypto.signature", "Signature"), FPR("crypto.signer", "Signer"),
	C("crypto.coverage", "  covers"), C("crypto.signer_is_from",
	"  is the sender's"), C("answers.ticks", "Answers"),
	C("answers.unclear", "  unclear"), C("answers.parts", "  1-B"),
	C("answers.never", "  2-X"), C("answers.other", "  3-E"),
	C("bounce.fate", "Bounce"),
	C("bounce.status", "  status"), C("bounce.recipient", "  of"),
	C("keys_refused", "Key not taken"), C("hint", "Next"), END };
TABLES(mail_check_tables) = {
	{ "faults", NULL, "Nothing waits for keyd.", roster_fault_columns },
	NO_MORE };
COLUMNS(again_fields) = { C("number", "Mail"), C("case", "Case"),
	C("state", "State"), C("hint", "Next"), END };
COLUMNS(sighting_columns) = { C("letter", "ITEM"), C("answer", "ANSWER"),
	END };
COLUMNS(detail_columns) = { C("field", "FIELD"), C("value", "VALUE"), END };
COLUMNS(indicator_columns) = { YES("proposed", "PROPOSED"),
	C("type", "TYPE"), C("marks", "MARKS"), C("value", "VALUE"), END };
COLUMNS(doubt_columns) = { C("doubt", ""), END };
COLUMNS(attachment_columns) = { C("part", "PART"), C("type", "TYPE"),
	C("bytes", "BYTES"), C("marks", "MARKS"), C("name", "NAME"), END };
COLUMNS(mail_key_columns) = { FPR("fingerprint", "FINGERPRINT"),
	C("state", "STATE"), C("usable", "USABLE"), C("origin", "ORIGIN"),
	C("addresses", "ADDRESSES"), C("bytes", "BYTES"), END };
TABLES(mail_tables) = {
	{ "crypto.says_ja", "Encryption and signature", NULL, doubt_columns },
	{ "crypto.says", NULL, NULL, doubt_columns },
	{ "doubt_texts_ja", "Doubts", NULL, doubt_columns },
	{ "doubt_texts", NULL, NULL, doubt_columns },
	{ "answers.items", "Answers to items", NULL, sighting_columns },
	{ "attachments", "Attachments", NULL, attachment_columns },
	{ "keys", "Keys it brought (proposals)", NULL, mail_key_columns },
	{ "details", "Details", NULL, detail_columns },
	{ "indicators", "Indicators", NULL, indicator_columns },
	NO_MORE };
COLUMNS(reads_columns) = { C("file", "FILE"), C("class", "CLASS"),
	C("from", "FROM"), C("subject", "SUBJECT"), C("doubts", "DOUBTS"),
	C("error.text", "ABANDONED"), END };
TABLES(reads_tables) = {
	{ "mails", NULL, "No file there.", reads_columns }, NO_MORE };
COLUMNS(split_fields) = { C("number", "Mail"), C("case", "Case"), END };
TABLES(split_tables) = {
	{ "details", "Details", NULL, detail_columns },
	{ "indicators", "Indicators", NULL, indicator_columns },
	NO_MORE };
COLUMNS(answers_fields) = { C("item", "Item"), C("seen", "Seen"),
	C("not_seen", "Not seen"), C("unknown", "Unknown"), C("no_answer",
	"No answer"), END };
COLUMNS(answers_columns) = { C("person", "PERSON"), C("org", "ORG"),
	C("answer", "ANSWER"), AT("time", "TIME"), C("mail", "MAIL"), END };
TABLES(answers_tables) = {
	{ "answers", "By person (never for the originator, R-126)", NULL,
	    answers_columns }, NO_MORE };
COLUMNS(part_fields) = { C("number", "Mail"), C("part", "Part"),
	C("file", "Saved as"), C("bytes", "Bytes"), END };

COLUMNS(outbox_columns) = { C("copy", "COPY"), C("state", "STATE"),
	C("template", "TEXT"), C("form", "FORM"), C("case", "CASE"),
	C("person", "PERSON"), C("to", "TO"), C("tries", "TRIES"),
	C("reason", "REASON"), C("queue_id", "QUEUE ID"), END };
TABLES(outbox_tables) = {
	{ "copies", NULL, "Nothing there.", outbox_columns }, NO_MORE };
COLUMNS(waits_columns) = { C("person", "PERSON"), C("org", "ORG"),
	C("case", "CASE"), AT("since", "SINCE"), C("days", "DAYS"),
	C("reason", "REASON"), C("copies", "COPIES"), C("mend", "MEND"),
	END };
TABLES(waits_tables) = {
	{ "held", NULL, "Nothing is held.", waits_columns }, NO_MORE };
COLUMNS(copy_fields) = { C("copy", "Copy"), C("state", "State"), C("reason",
	"Reason"), C("template", "Text"), C("form", "Form"), C("case",
	"Case"), C("digest", "Digest"), C("person", "Person"), C("serial",
	"Copy number in its text"), C("to", "To"), C("items", "Items"), FPR("fingerprint", "Sealed to"), C("tries",
	"Tries"), AT("created", "Made"), AT("next_try", "Next try"),
	AT("sent", "Sent"), AT("may_have_left", "May have left"),
	C("queue_id", "Queue id"), C("reply", "Reply"),
	C("hash", "Copy hash"), END };
COLUMNS(returns_columns) = { AT("time", "TIME"), C("fate", "WHAT"),
	C("status", "STATUS"), C("mail", "MAIL"), END };
TABLES(copy_tables) = {
	{ "returns", "Heard of it since", NULL, returns_columns }, NO_MORE };
COLUMNS(retried_fields) = { C("copies", "Copies tried again"), END };

/* ---- account, counts, checks ---- */

COLUMNS(audit_columns) = { C("seq", "SEQ"), AT("time", "TIME"), C("actor",
	"WHO"), C("event", "EVENT"), C("object", "OBJECT"), C("detail",
	"DETAIL"), END };
TABLES(audit_tables) = {
	{ "rows", NULL, "Nothing yet.", audit_columns }, NO_MORE };
COLUMNS(verify_fields) = { C("rows", "Rows"), C("whole", "Chain whole"),
	C("broken_at", "Broken at"), END };
COLUMNS(stats_fields) = { C("fiscal_year", "Fiscal year"), C("opened",
	"Cases opened"), C("in_council", "  in the council"),
	C("support_only", "  support only"), C("carried_over",
	"Carried over"), C("campaigns", "Campaigns"),
	C("campaigns_carried_over", "  carried over"), C("releases",
	"Releases"), C("releases_public", "  to the public"),
	C("releases_limited", "  to partner schemes"), C("digests",
	"Digests"), C("items_sent", "Items sent"), END };
COLUMNS(done_columns) = { C("what", "WHAT"), C("done", "DONE"), C("path",
	"WHERE"), END };
TABLES(init_tables) = { { "made", NULL, NULL, done_columns }, NO_MORE };
COLUMNS(init_fields) = { FPR("fingerprint", "Council's key"), END };
COLUMNS(check_columns) = { YES("ok", "OK"), C("what", "WHAT"), C("text",
	"FINDING"), END };
TABLES(check_tables) = { { "findings", NULL, NULL, check_columns },
	NO_MORE };

COLUMNS(probe_fields) = { C("address", "Send a mail to"), C("token",
	"Token"), C("arrived", "Arrived"), YES("forged_kept",
	"Forged results kept"), END };

static const struct layout layouts[] = {
	{ "orgs", NULL, orgs_tables, NULL },
	{ "org", org_fields, org_tables, NULL },
	{ "people", NULL, people_tables, NULL },
	{ "person", person_fields, person_tables, NULL },
	{ "roster", roster_fields, roster_tables, NULL },
	{ "roster-check", NULL, roster_check_tables, NULL },
	{ "key-check", NULL, key_check_tables, NULL },
	{ "refused", refused_fields, NULL, NULL },
	{ "key", key_fields, key_tables, NULL },
	{ "own-keys", own_fields, own_tables, NULL },
	{ "key-announce", announce_fields, announce_tables, NULL },
	{ "keys", NULL, keys_tables, NULL },
	{ "cases", NULL, cases_tables, NULL },
	{ "case", case_fields, case_tables, NULL },
	{ "terms", terms_fields, terms_tables, NULL },
	{ "vouch", vouch_fields, NULL, NULL },
	{ "deny", terms_fields, deny_tables, NULL },
	{ "damage", terms_fields, damage_tables, NULL },
	{ "damage-note", damage_fields, NULL, "text" },
	{ "requests", terms_fields, request_tables, NULL },
	{ "sheet", NULL, NULL, "text" },
	{ "item", item_fields, one_item_tables, "text" },
	{ "items", NULL, items_tables, NULL },
	{ "preview", preview_fields, preview_tables, NULL },
	{ "why", preview_fields, preview_tables, NULL },
	{ "digest", digest_fields, digest_tables, NULL },
	{ "digest-report", report_fields, report_tables, NULL },
	{ "digests", NULL, digests_tables, NULL },
	{ "digest-preview", preview_head, previews_tables, "text" },
	{ "asked", asked_fields, asked_tables, NULL },
	{ "dispatch", dispatch_fields, NULL, "text" },
	{ "texts", NULL, texts_tables, NULL },
	{ "text", text_fields, NULL, "text" },
	{ "mails", NULL, mails_tables, NULL },
	{ "mail", mail_fields, mail_tables, NULL },
	{ "mail-check", NULL, mail_check_tables, NULL },
	{ "read-again", again_fields, NULL, NULL },
	{ "read", mail_fields, mail_tables, "text" },
	{ "reads", NULL, reads_tables, NULL },
	{ "split", split_fields, split_tables, NULL },
	{ "answers", answers_fields, answers_tables, NULL },
	{ "mail-part", part_fields, NULL, NULL },
	{ "outbox", NULL, outbox_tables, NULL },
	{ "held", NULL, waits_tables, NULL },
	{ "outbox-check", NULL, outbox_check_tables, NULL },
	{ "copy", copy_fields, copy_tables, NULL },
	{ "retried", retried_fields, NULL, NULL },
	{ "audit", NULL, audit_tables, NULL },
	{ "audit-verify", verify_fields, NULL, NULL },
	{ "stats", stats_fields, NULL, NULL },
	{ "init", init_fields, init_tables, NULL },
	{ "check", NULL, check_tables, NULL },
	{ "probe", probe_fields, NULL, NULL },
};

const struct layout *
layout_find(const char *kind)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		if (strcmp(layouts[i].kind, kind) == 0)
			return &layouts[i];
	return NULL;
}
