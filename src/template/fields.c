/*
 * Every field a text may name: its kind, whether a text that may travel in
 * plain text may hold it, and whether a section may ask if it is there. The
 * same table, with its meaning, closes include/sekisho/template.h. A new field
 * that could carry anybody's words is never P.
 */
#include <string.h>

#include "template/internal.h"

#define P true
#define E false
#define ALWAYS false
#define OPTIONAL true

static const struct field fields[] = {
	/* the council: from configuration and policy */
	{ "council_name", FIELD_LINE, P, ALWAYS },
	{ "desk_address", FIELD_CODE, P, ALWAYS },
	{ "contact", FIELD_CODE, P, ALWAYS },
	{ "council_fpr", FIELD_CODE, P, ALWAYS },
	{ "council_smime", FIELD_CODE, P, OPTIONAL },	/* its certificate */
	{ "guidance_url", FIELD_CODE, P, OPTIONAL },
	{ "phone", FIELD_CODE, P, OPTIONAL },
	{ "phone_open", FIELD_FLAG, P, ALWAYS },
	{ "legal_secrecy", FIELD_LINE, P, ALWAYS },
	{ "legal_penalty", FIELD_LINE, P, ALWAYS },
	{ "legal_version", FIELD_LINE, P, OPTIONAL },

	/* a consultation */
	{ "case_number", FIELD_CODE, P, OPTIONAL },
	{ "received", FIELD_LINE, P, ALWAYS },
	{ "answered_at", FIELD_LINE, P, ALWAYS },
	{ "due", FIELD_LINE, P, OPTIONAL },
	{ "desk_incident", FIELD_FLAG, P, ALWAYS },
	{ "member", FIELD_FLAG, E, ALWAYS },	/* the roster is not public */
	{ "ask", FIELD_FLAG, P, ALWAYS },
	{ "no_key", FIELD_FLAG, P, ALWAYS },
	{ "final", FIELD_FLAG, P, ALWAYS },
	{ "no_answer", FIELD_FLAG, P, ALWAYS },
	{ "ref", FIELD_CODE, P, ALWAYS },
	{ "code", FIELD_CODE, E, ALWAYS },	/* proves decryption */

	/* the three answers */
	{ "unclear", FIELD_LIST, P, ALWAYS },
	{ "q1", FIELD_FLAG, P, ALWAYS },
	{ "q2", FIELD_FLAG, P, ALWAYS },
	{ "q3", FIELD_FLAG, P, ALWAYS },
	{ "codes", FIELD_CODE, P, OPTIONAL },
	{ "version", FIELD_NUMBER, P, ALWAYS },
	{ "term_secrecy_code", FIELD_CODE, P, ALWAYS },
	{ "term_scope_code", FIELD_CODE, P, ALWAYS },
	{ "term_coordination_codes", FIELD_CODE, P, ALWAYS },
	{ "has_exclusions", FIELD_FLAG, P, ALWAYS },
	{ "need_signature", FIELD_FLAG, P, ALWAYS },
	{ "secrecy_all", FIELD_FLAG, E, ALWAYS },
	{ "secrecy_parts", FIELD_FLAG, E, ALWAYS },
	{ "secrecy_none", FIELD_FLAG, E, ALWAYS },
	{ "secret_parts", FIELD_BLOCK, E, OPTIONAL },
	{ "exclusions", FIELD_LIST, E, ALWAYS },
	{ "item_scopes", FIELD_LIST, E, ALWAYS },
	{ "words", FIELD_BLOCK, E, ALWAYS },
	{ "act_none", FIELD_FLAG, E, ALWAYS },
	{ "act_ask_members", FIELD_FLAG, E, ALWAYS },
	{ "act_notify_source", FIELD_FLAG, E, ALWAYS },
	{ "act_foreign_certs", FIELD_FLAG, E, ALWAYS },
	{ "act_other", FIELD_FLAG, E, ALWAYS },
	{ "other_action", FIELD_BLOCK, E, OPTIONAL },
	{ "your_words", FIELD_BLOCK, E, OPTIONAL },
	{ "note", FIELD_BLOCK, E, OPTIONAL },

	/* scope and onward words: of terms and of items */
	{ "scope_coordinator", FIELD_FLAG, E, ALWAYS },
	{ "scope_class1_group", FIELD_FLAG, E, ALWAYS },
	{ "scope_task_force", FIELD_FLAG, E, ALWAYS },
	{ "scope_all_members", FIELD_FLAG, E, ALWAYS },
	{ "scope_partner_schemes", FIELD_FLAG, E, ALWAYS },
	{ "scope_public", FIELD_FLAG, E, ALWAYS },
	{ "onward_none", FIELD_FLAG, E, ALWAYS },
	{ "onward_mutual_aid", FIELD_FLAG, E, ALWAYS },
	{ "onward_partner_schemes", FIELD_FLAG, E, ALWAYS },
	{ "onward_public", FIELD_FLAG, E, ALWAYS },

	/* a digest */
	{ "person_name", FIELD_LINE, E, ALWAYS },
	{ "org_name", FIELD_LINE, E, ALWAYS },
	{ "serial", FIELD_CODE, E, ALWAYS },
	{ "items", FIELD_LIST, E, ALWAYS },
	{ "letter", FIELD_CODE, E, ALWAYS },
	{ "item", FIELD_CODE, E, ALWAYS },
	{ "title", FIELD_LINE, E, OPTIONAL },
	{ "text", FIELD_BLOCK, E, ALWAYS },
	{ "tlp", FIELD_CODE, E, ALWAYS },
	{ "label_secret", FIELD_FLAG, E, ALWAYS },
	{ "secret_parts_label", FIELD_LINE, E, OPTIONAL },
	{ "handlers_only", FIELD_FLAG, E, ALWAYS },
	{ "raw", FIELD_FLAG, E, ALWAYS },
	{ "tentative", FIELD_FLAG, E, ALWAYS },
	{ "confirmed", FIELD_FLAG, E, ALWAYS },
	{ "use_own_customers", FIELD_FLAG, E, ALWAYS },
	{ "other_language", FIELD_FLAG, E, ALWAYS },
	{ "has_indicators", FIELD_FLAG, E, ALWAYS },
	{ "indicators", FIELD_LIST, E, ALWAYS },
	{ "type", FIELD_CODE, E, ALWAYS },
	{ "value", FIELD_LINE, E, ALWAYS },
	{ "duty_class1", FIELD_FLAG, E, ALWAYS },
	{ "duty_class2", FIELD_FLAG, E, ALWAYS },
	{ "voluntary", FIELD_FLAG, E, ALWAYS },
	{ "single_item", FIELD_FLAG, E, ALWAYS },
	{ "any_secret", FIELD_FLAG, E, ALWAYS },
	{ "no_forward", FIELD_FLAG, E, ALWAYS },
	{ "urgent", FIELD_FLAG, E, ALWAYS },
	{ "csv_name", FIELD_CODE, E, OPTIONAL },

	/* closing, feedback, corrections */
	{ "readback", FIELD_FLAG, P, ALWAYS },
	{ "interim", FIELD_FLAG, E, ALWAYS },
	{ "advice", FIELD_BLOCK, E, OPTIONAL },
	{ "situation", FIELD_BLOCK, E, OPTIONAL },
	{ "shared", FIELD_LIST, E, ALWAYS },
	{ "shared_on", FIELD_LINE, E, ALWAYS },
	{ "groups", FIELD_LINE, E, ALWAYS },
	{ "period", FIELD_LINE, E, ALWAYS },
	{ "answer_seen", FIELD_FLAG, E, ALWAYS },
	{ "answer_not_seen", FIELD_FLAG, E, ALWAYS },
	{ "answer_unknown", FIELD_FLAG, E, ALWAYS },
	{ "retracted", FIELD_FLAG, E, ALWAYS },
	{ "released", FIELD_FLAG, E, ALWAYS },
	{ "release_where", FIELD_LINE, E, ALWAYS },
	{ "withdrawn", FIELD_FLAG, E, ALWAYS },
	{ "old_terms", FIELD_LIST, E, ALWAYS },
	{ "new_terms", FIELD_LIST, E, ALWAYS },
	{ "ground_large_scale", FIELD_FLAG, E, ALWAYS },
	{ "ground_agreed", FIELD_FLAG, E, ALWAYS },
	{ "ground_text", FIELD_LINE, E, OPTIONAL },
	{ "committee_ref", FIELD_LINE, E, ALWAYS },
	{ "committee_date", FIELD_LINE, E, ALWAYS },
	{ "was_raw", FIELD_FLAG, E, ALWAYS },
	{ "was_tentative", FIELD_FLAG, E, ALWAYS },
	{ "asked", FIELD_NUMBER, E, ALWAYS },
	{ "answered", FIELD_NUMBER, E, ALWAYS },
	{ "contributions", FIELD_NUMBER, E, ALWAYS },

	/* desks, registration, keys */
	{ "date", FIELD_LINE, P, ALWAYS },
	{ "right_address", FIELD_CODE, P, ALWAYS },
	{ "wrong_membership", FIELD_FLAG, P, ALWAYS },
	{ "wrong_system", FIELD_FLAG, P, ALWAYS },
	{ "wrong_early_warning", FIELD_FLAG, P, ALWAYS },
	{ "subject_name", FIELD_LINE, E, ALWAYS },
	{ "done", FIELD_FLAG, E, ALWAYS },
	{ "verb_add", FIELD_FLAG, E, ALWAYS },
	{ "verb_keep", FIELD_FLAG, E, ALWAYS },
	{ "verb_remove", FIELD_FLAG, E, ALWAYS },
	{ "account_yes", FIELD_FLAG, E, ALWAYS },
	{ "role_poc", FIELD_FLAG, E, ALWAYS },
	{ "role_handler", FIELD_FLAG, E, ALWAYS },
	{ "user_id", FIELD_CODE, E, OPTIONAL },
	{ "receive_secret", FIELD_FLAG, P, ALWAYS },
	{ "fault_name", FIELD_FLAG, P, ALWAYS },
	{ "fault_format", FIELD_FLAG, P, ALWAYS },
	{ "fault_encryption", FIELD_FLAG, P, ALWAYS },
	{ "fault_password", FIELD_FLAG, P, ALWAYS },
	{ "withdrawn_membership", FIELD_FLAG, P, ALWAYS },
	{ "hold_no_key", FIELD_FLAG, P, ALWAYS },
	{ "hold_expired", FIELD_FLAG, P, ALWAYS },
	{ "hold_unusable", FIELD_FLAG, P, ALWAYS },
	{ "hold_address", FIELD_FLAG, P, ALWAYS },
	{ "expired", FIELD_FLAG, P, ALWAYS },
	{ "certificate", FIELD_FLAG, P, ALWAYS },
	{ "corrected", FIELD_FLAG, P, ALWAYS },
	{ "key_fpr", FIELD_CODE, P, ALWAYS },
	{ "key_until", FIELD_LINE, P, OPTIONAL },
	{ "key_new", FIELD_FLAG, P, ALWAYS },
	{ "key_extended", FIELD_FLAG, P, ALWAYS },
	{ "key_signs", FIELD_FLAG, P, ALWAYS },
	{ "key_revoked", FIELD_FLAG, P, ALWAYS },
	{ "key_unusable", FIELD_FLAG, P, ALWAYS },
	{ "key_stopped", FIELD_FLAG, P, ALWAYS },
	{ "key_lifted", FIELD_FLAG, P, ALWAYS },
	{ "key_ended", FIELD_FLAG, P, ALWAYS },
	{ "to_poc", FIELD_FLAG, P, ALWAYS },
	{ "not_organisation", FIELD_FLAG, P, ALWAYS },
	{ "window_from", FIELD_LINE, P, OPTIONAL },
	{ "window_until", FIELD_LINE, P, OPTIONAL },

	/* figures, postmaster */
	{ "fiscal_year", FIELD_NUMBER, P, ALWAYS },
	{ "handled", FIELD_NUMBER, P, ALWAYS },
	{ "carried_over", FIELD_NUMBER, P, ALWAYS },
	{ "releases", FIELD_NUMBER, P, ALWAYS },
	{ "queue_id", FIELD_CODE, P, OPTIONAL },
	{ "reason", FIELD_CODE, P, ALWAYS },
	{ "count", FIELD_NUMBER, P, ALWAYS },

	/* the notice to operators: content-free */
	{ "new_case", FIELD_FLAG, P, ALWAYS },
	{ "unclear_answer", FIELD_FLAG, P, ALWAYS },
	{ "operator_look", FIELD_FLAG, P, ALWAYS },
	{ "unreadable", FIELD_FLAG, P, ALWAYS },
	{ "key_proposed", FIELD_FLAG, P, ALWAYS },
	{ "key_refused", FIELD_FLAG, P, ALWAYS },
	{ "held", FIELD_FLAG, P, ALWAYS },
	{ "held_more", FIELD_FLAG, P, ALWAYS },
	{ "came_back", FIELD_FLAG, P, ALWAYS },
	{ "came_back_more", FIELD_FLAG, P, ALWAYS },
	{ "own_key_changed", FIELD_FLAG, P, ALWAYS },
	{ "own_key_retired", FIELD_FLAG, P, ALWAYS },
	{ "own_key_ends", FIELD_FLAG, P, ALWAYS },
	{ "own_certificate_changed", FIELD_FLAG, P, ALWAYS },
	{ "own_certificate_retired", FIELD_FLAG, P, ALWAYS },
	{ "own_certificate_ends", FIELD_FLAG, P, ALWAYS },
	{ "keyd_away", FIELD_FLAG, P, ALWAYS },
	{ "notices_more", FIELD_FLAG, P, ALWAYS },
	{ "held_copies", FIELD_NUMBER, P, ALWAYS },
	{ "held_people", FIELD_NUMBER, P, ALWAYS },
	{ "held_days", FIELD_NUMBER, P, ALWAYS },
	{ "some_late", FIELD_FLAG, P, ALWAYS },
	{ "late_copies", FIELD_NUMBER, P, ALWAYS },
};

const struct field *
field_at(size_t i)
{
	return i < sizeof(fields) / sizeof(*fields) ? &fields[i] : NULL;
}

const struct field *
field_find(const char *name)
{
	const struct field *f;

	for (size_t i = 0; (f = field_at(i)); i++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

bool
field_is_words(const struct field *f)
{
	return f->kind == FIELD_LINE || f->kind == FIELD_BLOCK ||
	    f->kind == FIELD_CODE;
}
