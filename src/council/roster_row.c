/*
 * One line of a roster sheet: words into values. An empty cell of somebody who
 * is registered means what is registered, so a change sheet names only what
 * changes. Every fault is said with its line and column, and reading goes on.
 */
#include "roster_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/key.h>
#include <sekisho/text.h>

struct choice {
	const char *word;	/* folded */
	int value;
};

static const struct choice verbs[] = {
	{ "add", 'A' }, { "新規", 'A' }, { "keep", 'K' }, { "継続", 'K' },
	{ "remove", 'R' }, { "廃止", 'R' },
};
static const struct choice yes_no[] = {
	{ "yes", 1 }, { "no", 0 }, { "はい", 1 }, { "いいえ", 0 },
	{ "登録する", 1 }, { "登録しない", 0 }, { "する", 1 },
	{ "しない", 0 }, { "有", 1 }, { "無", 0 },
};
static const struct choice roles[] = {
	{ "poc", ROLE_POC }, { "代表者", ROLE_POC },
	{ "handler", ROLE_HANDLER }, { "事務従事者", ROLE_HANDLER },
	{ "登録事務従事者", ROLE_HANDLER },
};
static const struct choice classes[] = {
	{ "第一類", CLASS1 }, { "第1類", CLASS1 }, { "第一類構成員", CLASS1 },
	{ "第二類", CLASS2 }, { "第2類", CLASS2 }, { "第二類構成員", CLASS2 },
	{ "一般", CLASS_GENERAL }, { "一般の構成員", CLASS_GENERAL },
};
static const struct choice kinds[] = {
	{ "国の行政機関", ORG_NATIONAL_BODY },
	{ "国の機関", ORG_NATIONAL_BODY },
	{ "地方公共団体", ORG_LOCAL_GOVERNMENT },
	{ "重要社会基盤事業者", ORG_CRITICAL_INFRASTRUCTURE },
	{ "重要インフラ事業者", ORG_CRITICAL_INFRASTRUCTURE },
	{ "サイバー関連事業者", ORG_CYBER_BUSINESS },
	{ "大学・教育研究機関", ORG_UNIVERSITY_RESEARCH },
	{ "大学", ORG_UNIVERSITY_RESEARCH },
	{ "教育研究機関", ORG_UNIVERSITY_RESEARCH },
	{ "団体", ORG_ASSOCIATION },
	{ "政令指定法人", ORG_COORDINATOR },
	{ "政府側事務局", ORG_GOV_SECRETARIAT },
};
static const struct choice languages[] = {
	{ "ja", 'j' }, { "日本語", 'j' }, { "en", 'e' }, { "英語", 'e' },
};
static const struct choice schemes[] = {
	{ "openpgp", KEY_OPENPGP }, { "pgp", KEY_OPENPGP },
	{ "smime", KEY_SMIME }, { "s/mime", KEY_SMIME },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void
sheet_say(struct sk_arena *a, struct says *s, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 8;
		const char **more = sk_arena_array(a, cap, sizeof(*more));

		if (s->n)
			memcpy(more, s->list, s->n * sizeof(*more));
		s->list = more;
		s->cap = cap;
	}
	s->list[s->n++] = sk_utf8_clean(a, sk_span_str(text));
}

static bool
choose(struct sheet *s, const char *text, const struct choice *list, size_t n,
    int *out)
{
	const char *folded = sk_nfkc_fold(s->a, text);

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].word, folded) == 0) {
			*out = list[i].value;
			return true;
		}
	return false;
}

static void
cell_fault(struct sheet *s, const struct csv_row *in, enum column c,
    const char *mend)
{
	sheet_say(s->a, &s->faults, "line %d, %s: \"%s\" is not understood; "
	    "%s", in->line, sheet_column_name(c), sheet_cell(s, in, c), mend);
}

/* *out stays where the cell is empty. */
static void
text_cell(struct sheet *s, const struct csv_row *in, enum column c,
    const char **out)
{
	const char *text = sheet_cell(s, in, c);

	if (*text)
		*out = text;
}

/* What is typed by key: full-width letters and digits are the same. */
static void
code_cell(struct sheet *s, const struct csv_row *in, enum column c,
    const char **out)
{
	const char *text = sheet_cell(s, in, c);

	if (*text)
		*out = sk_nfkc(s->a, text);
}

static void
bool_cell(struct sheet *s, const struct csv_row *in, enum column c, bool *out)
{
	const char *text = sheet_cell(s, in, c);
	int value = *out;

	if (*text && !choose(s, text, yes_no, COUNT(yes_no), &value))
		cell_fault(s, in, c, "say yes or no");
	*out = value != 0;
}

static void
word_cell(struct sheet *s, const struct csv_row *in, enum column c,
    enum word_list list, const struct choice *also, size_t nalso, int *out)
{
	const char *text = sk_nfkc(s->a, sheet_cell(s, in, c));

	if (*text && !choose(s, text, also, nalso, out) &&
	    !word_parse(list, text, out))
		cell_fault(s, in, c, sk_arena_printf(s->a, "say one of %s",
		    word_choices(list)));
}

/* "、" and "・", as they stand between two roles, become commas. */
static const char *
plain_separators(char *s)
{
	static const char *const marks[] = { "、", "・" };

	for (size_t i = 0; i < 2; i++)
		for (char *at; (at = strstr(s, marks[i])) != NULL; )
			memset(at, ',', strlen(marks[i]));
	return s;
}

static void
roles_cell(struct sheet *s, const struct csv_row *in, uint32_t *out)
{
	static const char separators[] = "+,;/ &";
	const char *text = plain_separators(sk_nfkc_fold(s->a,
	    sheet_cell(s, in, COL_ROLES)));
	uint32_t found = 0;

	for (size_t n; *text; text += n) {
		const char *word;
		int role = 0;

		text += strspn(text, separators);
		n = strcspn(text, separators);
		word = sk_arena_strn(s->a, text, n);
		if (n && !choose(s, word, roles, COUNT(roles), &role)) {
			cell_fault(s, in, COL_ROLES,
			    "say poc, handler or poc+handler");
			return;
		}
		found |= (uint32_t)role;
	}
	if (found)
		*out = found;
}

/* known: what an empty cell means. */
static void
org_cells(struct sheet *s, const struct csv_row *in, const struct org *known,
    struct org *o)
{
	int class, kind;

	*o = known ? *known : (struct org){ .state = ORG_ACTIVE };
	if (!known)
		code_cell(s, in, COL_ORG, &o->id);
	class = (int)o->class;
	kind = (int)o->kind;
	text_cell(s, in, COL_ORG_NAME, &o->name);
	word_cell(s, in, COL_CLASS, WORDS_CLASS, classes, COUNT(classes),
	    &class);
	if (!known && !*sheet_cell(s, in, COL_ORG_KIND))
		cell_fault(s, in, COL_ORG_KIND, sk_arena_printf(s->a,
		    "say one of %s", word_choices(WORDS_ORG_KIND)));
	word_cell(s, in, COL_ORG_KIND, WORDS_ORG_KIND, kinds, COUNT(kinds),
	    &kind);
	o->class = (enum member_class)class;
	o->kind = (enum org_kind)kind;
	bool_cell(s, in, COL_FOREIGN, &o->foreign_capital);
	bool_cell(s, in, COL_RECEIVE_SECRET, &o->receive_secret);
	text_cell(s, in, COL_TF_APPROVAL, &o->tf_approval);
	text_cell(s, in, COL_COMPETENT_FOR, &o->competent_for);
	text_cell(s, in, COL_SUPERVISES, &o->supervises);
	text_cell(s, in, COL_APPROVAL, &o->approval);
}

static void
person_cells(struct sheet *s, const struct csv_row *in,
    const struct org *org, const struct person *known, struct person *p)
{
	const char *scheme = sheet_cell(s, in, COL_SCHEME);
	const char *language = sheet_cell(s, in, COL_LANGUAGE);
	int code = 0;

	*p = known ? *known : (struct person){ .language = "ja",
	    .scheme = KEY_OPENPGP, .account = true };
	if (!known)
		code_cell(s, in, COL_PERSON, &p->id);
	p->org = org->id;
	p->active = true;
	p->address_personal = true;
	text_cell(s, in, COL_NAME, &p->name);
	code_cell(s, in, COL_ADDRESS, &p->address);
	roles_cell(s, in, &p->roles);
	bool_cell(s, in, COL_ACCOUNT, &p->account);
	if (!known && !*sheet_cell(s, in, COL_ACCOUNT))
		cell_fault(s, in, COL_ACCOUNT, "say yes or no (R-110)");
	if (*language)
		p->language = choose(s, language, languages, COUNT(languages),
		    &code) ? code == 'j' ? "ja" : "en" : language;
	if (*scheme && !choose(s, scheme, schemes, COUNT(schemes),
	    &p->scheme))
		cell_fault(s, in, COL_SCHEME, "say openpgp or smime");
}

bool
sheet_row(struct sheet *s, const struct csv_row *in, const struct org *org,
    const struct person *person, struct roster_row *out)
{
	static const char *const names[] = { "ADD", "KEEP", "REMOVE" };
	int verb = 0;

	*out = (struct roster_row){ .line = in->line };
	if (!choose(s, sheet_cell(s, in, COL_VERB), verbs, COUNT(verbs),
	    &verb)) {
		cell_fault(s, in, COL_VERB, "say KEEP, ADD or REMOVE "
		    "(継続, 新規, 廃止)");
		return false;
	}
	out->verb = names[verb == 'A' ? 0 : verb == 'K' ? 1 : 2];
	org_cells(s, in, org, &out->org);
	out->approved = *sheet_cell(s, in, COL_APPROVAL) != '\0';
	if (verb == 'R' && person) {
		out->person = *person;
		return true;
	}
	if (verb != 'A' && !person) {	/* said once, not cell by cell */
		out->person = (struct person){ .org = out->org.id };
		code_cell(s, in, COL_PERSON, &out->person.id);
		return true;
	}
	/* Who left is registered anew from what the line says. */
	if (verb == 'A' && person && !person->active)
		person = NULL;
	person_cells(s, in, &out->org, person, &out->person);
	return true;
}
