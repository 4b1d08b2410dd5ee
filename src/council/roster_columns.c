/*
 * The header line of a roster sheet: which column stands where. The names are
 * those of sekisho(1), or what the council's own papers call them.
 */
#include "roster_row.h"

#include <string.h>

#include <sekisho/text.h>

static const struct {
	const char *name;
	bool needed;
	const char *also;	/* folded, with "|" around each */
} columns[COL_LAST] = {
	[COL_VERB] = { "verb", true, "|区分|届出区分|継続・新規・廃止|" },
	[COL_ORG] = { "org", true, "|組織id|構成員id|" },
	[COL_ORG_NAME] = { "org_name", true,
	    "|組織名|組織名称|構成員名|法人名|" },
	[COL_CLASS] = { "class", true, "|構成員区分|類|構成員の類|" },
	[COL_ORG_KIND] = { "org_kind", true,
	    "|組織種別|組織の種別|業種区分|" },
	[COL_FOREIGN] = { "foreign_capital", true,
	    "|外資|外資系|外資系法人|" },
	[COL_RECEIVE_SECRET] = { "receive_secret", true,
	    "|秘密受領|秘密の受領|秘密情報の受領|" },
	[COL_PERSON] = { "person", true, "|個人id|登録id|利用者id|" },
	[COL_NAME] = { "name", true, "|氏名|名前|" },
	[COL_ROLES] = { "roles", true, "|役割|種別|" },
	[COL_ACCOUNT] = { "account", true,
	    "|アカウント|アカウント登録|" },
	[COL_LANGUAGE] = { "language", true, "|言語|" },
	[COL_ADDRESS] = { "address", true,
	    "|メールアドレス|電子メールアドレス|アドレス|e-mail|email|" },
	[COL_SCHEME] = { "scheme", true, "|暗号方式|暗号化方式|" },
	[COL_TF_APPROVAL] = { "tf_approval", false,
	    "|特別承認|特別の承認|" },
	[COL_COMPETENT_FOR] = { "competent_for", false, "|所管分野|所管|" },
	[COL_SUPERVISES] = { "supervises", false, "|監督先|" },
	[COL_APPROVAL] = { "approval", false,
	    "|承認|承認番号|運営委員会承認|" },
};

const char *
sheet_column_name(enum column c)
{
	return columns[c].name;
}

static bool
is_called(enum column c, struct sk_arena *a, const char *name)
{
	return strcmp(columns[c].name, name) == 0 || (*name &&
	    strstr(columns[c].also, sk_arena_printf(a, "|%s|", name)));
}

static int
column_named(struct sk_arena *a, const char *name)
{
	for (int c = 0; c < COL_LAST; c++)
		if (is_called((enum column)c, a, name))
			return c;
	return -1;
}

void
sheet_columns(struct sheet *s, const struct csv_row *header)
{
	for (int c = 0; c < COL_LAST; c++)
		s->columns[c] = -1;
	for (size_t i = 0; i < header->ncells; i++) {
		const char *name = roster_name_key(s->a, header->cells[i]);
		int c = column_named(s->a, name);

		if (c < 0)
			sheet_say(s->a, &s->faults, "line %d, column %zu: "
			    "\"%s\" is no column of a roster; see "
			    "sekisho(1) for their names", header->line, i + 1,
			    name);
		else if (s->columns[c] >= 0)
			sheet_say(s->a, &s->faults, "line %d, %s: this column "
			    "stands twice; leave one out", header->line, name);
		else
			s->columns[c] = (int)i;
	}
	for (int c = 0; c < COL_LAST; c++)
		if (columns[c].needed && s->columns[c] < 0)
			sheet_say(s->a, &s->faults, "line %d, %s: this column "
			    "is missing; add it, empty if need be",
			    header->line, columns[c].name);
}

const char *
sheet_cell(const struct sheet *s, const struct csv_row *in, enum column c)
{
	int at = s->columns[c];

	return at >= 0 && (size_t)at < in->ncells ? in->cells[at] : "";
}
