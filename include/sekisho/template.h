/*
 * Templates: template + values -> subject and text. No logic beyond sections,
 * no second expansion: a value is never looked at for {{ }}.
 *
 * File templates/LANG/T-01.txt:
 *	form: P | E | block		(P: may travel in plain text, no content)
 *	subject: ...{{field}}...	(not for blocks)
 *	(blank line)
 *	text with {{field}}, {{#flag-or-list}}...{{/name}}, {{^flag}}...{{/flag}},
 *	{{> T-40}} (another template's text, taken in at parse time)
 *
 * Every field is declared once in fields.c with its kind and whether a P text
 * may hold it; an undeclared field, a content field in a P text, an unclosed
 * section or a ja/en pair that differs in form or fields is a fault with file
 * and line, at load, not at send.
 *
 * A name given in {{#...}} is a flag, a list, or an optional string ("is it
 * there?"). {{> ...}} and a block field stand alone on their line. A ticked box
 * anywhere in a file is a fault.
 *
 * User text: a `block` value is put in line by line, and a line that could be
 * taken for ours (".", "From ", "-- ", "-----BEGIN", "TLP", "[", "ref:",
 * "code:", "===", a quote mark) is indented by two blanks (B3); a box of a form
 * on it gets round brackets, because answers are read past blanks. A `line`
 * value has controls and line breaks turned into blanks. Bidi controls and
 * characters without width are dropped from both.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

struct template_set;
struct tvalues;

enum template_form { TEMPLATE_P, TEMPLATE_E, TEMPLATE_BLOCK };

/* source: the bytes of one file; the caller reads files (policy). */
struct template_source {
	const char *lang;	/* "ja", "en" */
	const char *id;		/* "T-01" */
	const char *path;	/* for faults */
	struct sk_span bytes;
};

/* All files at once. On a fault every fault is said: faults (may be NULL)
 * receives one line each "file:line: what, mend". */
int template_parse_all(const struct template_source *src, size_t n,
    struct template_set **out, struct sk_buf *faults, struct sk_error *e);
void template_set_free(struct template_set **s);
bool template_has(const struct template_set *s, const char *lang,
    const char *id);
enum template_form template_form(const struct template_set *s,
    const char *lang, const char *id);

/* The texts and blocks one after the other; NULL after the last. */
const char *template_at(const struct template_set *s, const char *lang,
    size_t i);
/* Gives every field that v lacks a sample: its own name in place of words, 1
 * in place of numbers; full: every flag on and one row in every list, else off
 * and none. For people who read a text without sending it. */
void tv_samples(struct tvalues *v, bool full);

/* Misuse (an unknown name, a wrong kind) is kept and refuses the rendering.
 * A NULL string is no value. */
struct tvalues *tv_new(struct sk_arena *a);
void tv_str(struct tvalues *v, const char *name, const char *value);
void tv_int(struct tvalues *v, const char *name, long value);
void tv_flag(struct tvalues *v, const char *name, bool on);
/* Of all flags whose name begins with prefix, `name` is on and the others off
 * (NULL: all off): tv_choice(v, "scope_", "scope_task_force"). */
void tv_choice(struct tvalues *v, const char *prefix, const char *name);
/* Makes the list be there, with no rows. */
void tv_list(struct tvalues *v, const char *name);
/* Appends a row to the list `name` and returns it; a row sees its own values
 * first, then those around it. */
struct tvalues *tv_row(struct tvalues *v, const char *name);
/* Serialised values of a P text, so that proof can render again from what was
 * stored; only fields a P text may hold are written. */
void tv_encode_p(const struct tvalues *v, struct sk_buf *out);
int tv_decode(struct sk_arena *a, struct sk_span s, struct tvalues **out);

/* A field that the template names and v lacks is SK_ERR_BUG with its name:
 * nothing is sent. subject may be NULL for blocks. */
int template_render(const struct template_set *s, const char *lang,
    const char *id, const struct tvalues *v, struct sk_buf *subject,
    struct sk_buf *text, struct sk_error *e);

/*
 * The fields (src/template/fields.c holds the same). P: a plain text may hold
 * it. "?" after the kind: optional, may be left out; every other field that a
 * text names must be given, flags (also false ones) and empty lists (tv_list)
 * too, or the text is refused.
 *
 * The council, P: council_name line, desk_address code (where to write for
 * this matter), contact code (address for doubts), council_fpr code (our
 * fingerprint, grouped), guidance_url code?, phone code?, phone_open flag,
 * legal_secrecy line, legal_penalty line, legal_version line? (T-40: texts of
 * the policy, and since when they are so).
 *
 * A consultation, P: case_number code?, received line (local time), due line?
 * (date), desk_incident flag, ask flag (T-01: the form is in it; T-14, T-15:
 * answers are asked), no_key flag (T-01..T-03: how to send us a key),
 * final flag (T-04: no further reminder), no_answer flag (T-12: closed for
 * want of an answer), ref code (route token). Not P: member flag, code code
 * (proof code).
 *
 * Answers, P: unclear list with rows q1, q2, q3 flags (exactly one on:
 * tv_choice(row, "q", "q2")) and codes code? (what was read, "2-A 2-C");
 * version number, answered_at line (local time), term_secrecy_code code
 * ("1-A"), term_scope_code code ("2-B"), term_coordination_codes code
 * ("3-B 3-C"), has_exclusions flag, need_signature flag.
 * Not P (T-05E, T-06E): secrecy_all secrecy_parts secrecy_none flags,
 * secret_parts block?, exclusions list with rows words block, item_scopes list
 * (T-06E: rows item and scope_*), act_none
 * act_ask_members act_notify_source act_foreign_certs act_other flags,
 * other_action block?, your_words block?, note block? (operator's words).
 *
 * Scope and onward words, not P: scope_coordinator scope_class1_group
 * scope_task_force scope_all_members scope_partner_schemes scope_public flags;
 * onward_none onward_mutual_aid onward_partner_schemes onward_public flags.
 *
 * Digest (T-14, T-15, T-16), not P: person_name line, org_name line, serial
 * code (of this copy), any_secret flag (T-40 is in it), single_item flag,
 * duty_class1 duty_class2 voluntary flags, use_own_customers flag (may also
 * stand in a row), items list with rows: letter code ("A"), item code
 * ("I-abc2345"), tlp code ("TLP:AMBER"), label_secret flag,
 * secret_parts_label line? (none: all of it), handlers_only flag (secret or
 * TLP:RED), scope_* and onward_* flags, raw tentative confirmed flags,
 * other_language flag (the text is not in the reader's), title line?, text
 * block, has_indicators flag, indicators list with rows type code, value line.
 * Besides: no_forward flag (an item that may not be passed on is in it), urgent
 * flag, csv_name code? (the table that goes along).
 *
 * Operator notice N-01, P: new_case unclear_answer operator_look unreadable
 * key_proposed key_refused held held_more came_back came_back_more key_revoked
 * own_key_changed own_key_retired own_key_ends own_certificate_changed
 * own_certificate_retired own_certificate_ends notices_more flags, count
 * number, case_number code?. N-02, P: a key was changed: key_new key_extended
 * key_revoked
 * key_unusable key_stopped flags (one on), key_ended flag (one of the last
 * three), key_fpr, key_until line?, to_poc flag. N-03, P, once a day: held
 * some_late flags, held_copies
 * held_people held_days late_copies numbers.
 *
 * Later texts. T-04 P: readback flag (the read-back waits, not the form),
 * final, unclear, ref, due. T-11 P: as T-01's no_key; T-11E: note
 * (required there). T-12 P: no_answer. T-18 E: ref, received, items
 * list with rows letter, item, answer_seen answer_not_seen answer_unknown
 * flags (one on). T-19, T-20 E: tlp, label_secret,
 * secret_parts_label?, member, interim flag, advice block?, situation block?,
 * shared list (rows shared_on line, groups line, tlp), groups line, period
 * line. T-24 P: received, right_address code, wrong_membership wrong_system
 * wrong_early_warning flags. T-25, T-28 P: nothing more. T-29 E: subject_name
 * line, done flag, verb_add verb_keep verb_remove account_yes flags, due?.
 * T-30 E: role_poc role_handler flags, user_id code?. T-31 P: date line. T-32
 * P: date, receive_secret flag. T-33 P: received, fault_name fault_format
 * fault_encryption fault_password flags. T-34 P: date, withdrawn_membership
 * flag, case_number?. T-36 P: fiscal_year handled carried_over releases
 * numbers. T-37 E: item, retracted flag, then the label's fields; else items of
 * one row. T-38 E: item, released flag, release_where line, was_raw was_tentative
 * tentative confirmed flags. T-39 P: hold_no_key hold_expired hold_unusable
 * hold_address to_poc flags. T-42 P: case_number?, due?. T-43 P: date, key_fpr code, expired
 * to_poc flags, case_number? (a case's). T-44 P:
 * not_organisation flag, window_from window_until line?. T-46 E: certificate
 * flag, key_fpr code, date, key_until line, user_id code?; council_fpr is that
 * of the present key or certificate; the next one is attached. T-45 P: queue_id
 * code?, reason code, count number. T-08 E: item, withdrawn flag, old_terms
 * and new_terms lists of one row with scope_* flags. T-13 E: as T-14.
 * T-17 E: the label's fields, ground_large_scale ground_agreed flags,
 * ground_text line?, committee_ref line, committee_date line, due?, note.
 * T-21 E: items as in a digest, contact, serial, csv_name?. T-22 E: date, note?,
 * shared. Every E text to a registered person also has person_name, org_name,
 * serial, any_secret; those with items no_forward and urgent too.
 *
 * T-07 E: case_number, ref, code, due?, secret_parts (proposed), note (why); its
 * boxes are 4-A and 4-D. T-23 E: serial, act_notify_source act_foreign_certs
 * act_other flags, tlp, note. T-35 E: period line, asked answered contributions
 * numbers, duty_class1 duty_class2 flags, contact.
 */
