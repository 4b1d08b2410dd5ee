/*
 * The council's words: one table per list of council.h, for reading and
 * printing. Reading folds width and case, since Japanese input methods give
 * full-width letters; printing gives the one spelling that stands here, so
 * that what one program prints another can read.
 */
#include <sekisho/council.h>

#include <string.h>

#include <sekisho/arena.h>
#include <sekisho/text.h>

/* W is offered to people; A is another spelling or a word that they need not
 * choose, read but not offered; P is printed only. Each P and W value prints
 * the first word of its value. */
#define CLASS_WORDS(W, A, P) \
	W(CLASS1, "CLASS1") W(CLASS2, "CLASS2") W(CLASS_GENERAL, "GENERAL") \
	A(CLASS_NONE, "NONE")
#define ORG_KIND_WORDS(W, A, P) \
	W(ORG_NATIONAL_BODY, "national_body") \
	W(ORG_LOCAL_GOVERNMENT, "local_government") \
	W(ORG_CRITICAL_INFRASTRUCTURE, "critical_infrastructure") \
	W(ORG_CYBER_BUSINESS, "cyber_business") \
	W(ORG_UNIVERSITY_RESEARCH, "university_research") \
	W(ORG_ASSOCIATION, "association") \
	W(ORG_COORDINATOR, "coordinator") \
	W(ORG_GOV_SECRETARIAT, "gov_secretariat")
#define ORG_STATE_WORDS(W, A, P) \
	W(ORG_ACTIVE, "active") W(ORG_SUSPENDED, "suspended") \
	W(ORG_WITHDRAWN, "withdrawn") W(ORG_EXPELLED, "expelled")
#define SCOPE_WORDS(W, A, P) \
	W(SCOPE_COORDINATOR, "COORDINATOR") \
	W(SCOPE_CLASS1_GROUP, "CLASS1_GROUP") \
	W(SCOPE_TASK_FORCE, "TASK_FORCE") \
	W(SCOPE_ALL_MEMBERS, "ALL_MEMBERS") \
	W(SCOPE_PARTNER_SCHEMES, "PARTNER_SCHEMES") \
	W(SCOPE_PUBLIC, "PUBLIC") P(SCOPE_UNKNOWN, "UNKNOWN")
#define SECRECY_WORDS(W, A, P) \
	W(SECRECY_ALL, "all") W(SECRECY_PARTS, "parts") \
	W(SECRECY_NONE, "none") P(SECRECY_UNKNOWN, "unknown")
#define COORDINATION_WORDS(W, A, P) \
	W(COORDINATION_NONE, "NONE") \
	W(COORDINATION_ASK_MEMBERS, "ASK_MEMBERS") \
	W(COORDINATION_NOTIFY_SOURCE, "NOTIFY_SOURCE") \
	W(COORDINATION_FOREIGN_CERTS, "FOREIGN_CERTS") \
	W(COORDINATION_OTHER, "OTHER")
#define ASSURANCE_WORDS(W, A, P) \
	W(ASSURANCE_NONE, "none") W(ASSURANCE_TOKEN, "token") \
	W(ASSURANCE_TOKEN_ALIGNED, "token+aligned") \
	W(ASSURANCE_SIGNATURE, "signature") W(ASSURANCE_VOUCHED, "vouched")
#define AUTH_WORDS(W, A, P) \
	W(AUTH_FAIL, "fail") W(AUTH_NONE, "none") W(AUTH_PASS, "pass")
#define CASE_STATE_WORDS(W, A, P) \
	W(CASE_RECEIVED, "RECEIVED") W(CASE_SUPPORTING, "SUPPORTING") \
	W(CASE_CONFIRMING, "CONFIRMING") W(CASE_CONFIRMED, "CONFIRMED") \
	W(CASE_IN_COUNCIL, "IN_COUNCIL") \
	W(CASE_FEEDBACK_DUE, "FEEDBACK_DUE") W(CASE_CLOSED, "CLOSED") \
	W(CASE_SUPPORT_ONLY, "SUPPORT_ONLY") W(CASE_WITHDRAWN, "WITHDRAWN") \
	W(CASE_REJECTED, "REJECTED")
#define DESK_WORDS(W, A, P) \
	W(DESK_INCIDENT, "incident") W(DESK_INQUIRY, "inquiry")
#define PRIORITY_WORDS(W, A, P) \
	W(PRIORITY_HIGH, "high") W(PRIORITY_NORMAL, "normal")
#define CATEGORY_WORDS(W, A, P) \
	W(CATEGORY_ANALYSIS_ORIGINAL, "ANALYSIS_ORIGINAL") \
	W(CATEGORY_CAMPAIGN_TREND, "CAMPAIGN_TREND") \
	W(CATEGORY_TARGET_SECTOR, "TARGET_SECTOR") \
	W(CATEGORY_DESTINATION, "DESTINATION") \
	W(CATEGORY_ATTACK_IDENTIFIER, "ATTACK_IDENTIFIER") \
	W(CATEGORY_MALWARE_TRAIT, "MALWARE_TRAIT") \
	W(CATEGORY_VULNERABILITY_ID, "VULNERABILITY_ID") \
	W(CATEGORY_RELAY_HOST_URL, "RELAY_HOST_URL") \
	W(CATEGORY_AFFECTED_SECTOR, "AFFECTED_SECTOR") \
	W(CATEGORY_COUNTERMEASURE, "COUNTERMEASURE") \
	W(CATEGORY_TECHNICAL_TIMELINE, "TECHNICAL_TIMELINE") \
	W(CATEGORY_TARGET_SYSTEM, "TARGET_SYSTEM") \
	W(CATEGORY_SAMPLE, "SAMPLE") \
	W(CATEGORY_VICTIM_NAME, "VICTIM_NAME") \
	W(CATEGORY_VICTIM_HINT, "VICTIM_HINT") \
	W(CATEGORY_DAMAGE_CONTENT, "DAMAGE_CONTENT") \
	W(CATEGORY_RESPONSE_TIMELINE, "RESPONSE_TIMELINE") \
	W(CATEGORY_ACTOR, "ACTOR") \
	W(CATEGORY_ORIGINATOR_IDENTITY, "ORIGINATOR_IDENTITY") \
	W(CATEGORY_MEMBER_ANSWER_RAW, "MEMBER_ANSWER_RAW") \
	W(CATEGORY_MEMBER_ANSWER_AGGREGATE, "MEMBER_ANSWER_AGGREGATE") \
	W(CATEGORY_ORIGINATOR_FEEDBACK, "ORIGINATOR_FEEDBACK") \
	A(CATEGORY_ANY_BEFORE_CONFIRMATION, "ANY_BEFORE_CONFIRMATION") \
	A(CATEGORY_UNKNOWN, "UNKNOWN_CATEGORY")
#define CONFIDENCE_WORDS(W, A, P) \
	W(CONFIDENCE_RAW, "RAW") W(CONFIDENCE_TENTATIVE, "TENTATIVE") \
	W(CONFIDENCE_CONFIRMED, "CONFIRMED") P(CONFIDENCE_UNKNOWN, "UNKNOWN")
#define SPECIAL_WORDS(W, A, P) \
	W(SPECIAL_REVEALS_HAND, "REVEALS_HAND") \
	W(SPECIAL_FEW_BODIES, "FEW_BODIES") \
	W(SPECIAL_NEEDED_FOR_URGENCY, "NEEDED_FOR_URGENCY") \
	W(SPECIAL_UNAVOIDABLE, "UNAVOIDABLE")
/* TLP 2.0; WHITE was its word for CLEAR before (C-15). */
#define TLP_WORDS(W, A, P) \
	W(TLP_RED, "RED") W(TLP_AMBER_STRICT, "AMBER+STRICT") \
	W(TLP_AMBER, "AMBER") W(TLP_GREEN, "GREEN") W(TLP_CLEAR, "CLEAR") \
	A(TLP_CLEAR, "WHITE") A(TLP_AMBER_STRICT, "AMBER_STRICT") \
	A(TLP_AMBER_STRICT, "AMBER STRICT") P(TLP_UNKNOWN, "UNKNOWN")
#define ONWARD_WORDS(W, A, P) \
	W(ONWARD_NONE, "NONE") W(ONWARD_MUTUAL_AID, "MUTUAL_AID") \
	W(ONWARD_PARTNER_SCHEMES, "PARTNER_SCHEMES") \
	W(ONWARD_PUBLIC, "PUBLIC")
#define ITEM_STATE_WORDS(W, A, P) \
	W(ITEM_DRAFT, "DRAFT") W(ITEM_APPROVED, "APPROVED") \
	W(ITEM_SENT, "SENT") W(ITEM_WITHDRAWN, "WITHDRAWN")
#define ROLE_WORDS(W, A, P) \
	W(ROLE_POC, "poc") W(ROLE_HANDLER, "handler")
#define MAIL_CLASS_WORDS(W, A, P) \
	W(MAIL_CONSULTATION, "consultation") W(MAIL_ANSWER, "answer") \
	W(MAIL_FOLLOW_UP, "follow-up") W(MAIL_MEMBER_ANSWER, "member-answer") \
	W(MAIL_BOUNCE, "bounce") W(MAIL_AUTO_REPLY, "auto-reply") \
	W(MAIL_LIST, "list") W(MAIL_REPEAT, "repeat") \
	W(MAIL_UNREADABLE, "unreadable") \
	W(MAIL_OPERATOR_LOOK, "operator-look") W(MAIL_OUTGOING, "outgoing") \
	W(MAIL_PROBE, "probe") \
	W(MAIL_OPERATOR, "operator") W(MAIL_WRONG_DESK, "wrong-desk") \
	W(MAIL_PASSWORD, "password") \
	P(MAIL_UNKNOWN, "unknown")

struct word {
	int value;
	bool read;
	const char *text;
};

#define NOTHING(v, t)
#define READ(v, t) { (int)(v), true, t },
#define PRINT(v, t) { (int)(v), false, t },
#define CHOICE(v, t) ", " t

#define LIST(name) \
	static const struct word name##_table[] = { \
		name##_WORDS(READ, READ, PRINT) \
	}; \
	static const char name##_choices[] = \
	    name##_WORDS(CHOICE, NOTHING, NOTHING)

LIST(CLASS);
LIST(ORG_KIND);
LIST(ORG_STATE);
LIST(SCOPE);
LIST(SECRECY);
LIST(COORDINATION);
LIST(ASSURANCE);
LIST(AUTH);
LIST(CASE_STATE);
LIST(DESK);
LIST(PRIORITY);
LIST(CATEGORY);
LIST(CONFIDENCE);
LIST(SPECIAL);
LIST(TLP);
LIST(ONWARD);
LIST(ITEM_STATE);
LIST(ROLE);
LIST(MAIL_CLASS);

#define ENTRY(name) [WORDS_##name] = { name##_table, \
	sizeof(name##_table) / sizeof(name##_table[0]), name##_choices }

static const struct {
	const struct word *words;
	size_t n;
	const char *choices;
} lists[WORDS_LAST] = {
	ENTRY(CLASS), ENTRY(ORG_KIND), ENTRY(ORG_STATE), ENTRY(SCOPE),
	ENTRY(SECRECY), ENTRY(COORDINATION), ENTRY(ASSURANCE), ENTRY(AUTH),
	ENTRY(CASE_STATE), ENTRY(DESK), ENTRY(PRIORITY), ENTRY(CATEGORY),
	ENTRY(CONFIDENCE), ENTRY(SPECIAL), ENTRY(TLP), ENTRY(ONWARD),
	ENTRY(ITEM_STATE), ENTRY(ROLE), ENTRY(MAIL_CLASS),
};

static bool
is_list(enum word_list list)
{
	return (unsigned)list < WORDS_LAST;
}

const char *
word_of(enum word_list list, int value)
{
	if (!is_list(list))
		return "?";
	for (size_t i = 0; i < lists[list].n; i++)
		if (lists[list].words[i].value == value)
			return lists[list].words[i].text;
	return "?";
}

static char
plain(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

/* Hyphens and underscores, and letters of either case, are the same. */
static bool
same(const char *a, const char *b)
{
	while (*a && plain(*a) == plain(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Width and blanks around it taken off. */
static char *
tidy(struct sk_arena *a, const char *text)
{
	char *s = sk_nfkc(a, text), *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && strchr(" \t", end[-1]))
		*--end = '\0';
	return s;
}

bool
word_parse(enum word_list list, const char *text, int *out)
{
	struct sk_arena *a;
	const char *s;
	bool found = false;

	if (!is_list(list) || !text)
		return false;
	a = sk_arena_new();
	s = tidy(a, text);
	if (list == WORDS_TLP && sk_ascii_iprefix(s, "TLP:"))
		s += 4 + strspn(s + 4, " ");
	for (size_t i = 0; i < lists[list].n && !found; i++) {
		const struct word *w = &lists[list].words[i];

		found = w->read && same(w->text, s);
		if (found)
			*out = w->value;
	}
	sk_arena_free(&a);
	return found;
}

const char *
word_choices(enum word_list list)
{
	/* Every list begins with its ", ". */
	return is_list(list) ? lists[list].choices + 2 : "";
}
