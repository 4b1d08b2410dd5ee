/*
 * The table of indicators that goes along with a digest. Excel in Japan opens
 * UTF-8 only with a byte order mark; every spreadsheet runs what begins like a
 * formula, and the values come from attackers, so such a cell gets an
 * apostrophe in front. Labels stand in every row: rows are cut out of tables.
 */
#include <string.h>

#include <sekisho/digest.h>

#define BOM "\xef\xbb\xbf"

/* Full-width forms too: an import folds them. */
static bool
could_be_formula(const char *s)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r",
	    "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
	    "\xef\xbc\xa0" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (strncmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

void
digest_csv_cell(struct sk_buf *out, const char *text)
{
	bool quote = strpbrk(text, ",;\" \t\r\n'") != NULL ||
	    could_be_formula(text);

	if (quote)
		sk_buf_addc(out, '"');
	if (could_be_formula(text))
		sk_buf_addc(out, '\'');
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c == '"')
			sk_buf_addc(out, '"');
		sk_buf_addc(out, (char)(c < 0x20 || c == 0x7f ? ' ' : c));
	}
	if (quote)
		sk_buf_addc(out, '"');
}

static const char *
secret_word(const struct item *i)
{
	if (!i->secret)
		return "NO";
	return i->secret_parts && *i->secret_parts ? "PARTS" : "ALL";
}

static void
add_row(struct sk_arena *a, enum member_class to, const char *copy,
    const struct digest_row *row, const char *indicator, struct sk_buf *out)
{
	const struct item *i = row->item;
	const char *value, *type = indicator_plain(a, indicator, &value);
	const char *cells[] = { copy, i->id, type, value, secret_word(i),
	    sk_arena_printf(a, "TLP:%s", word_of(WORDS_TLP, (int)i->tlp)),
	    word_of(WORDS_SCOPE, (int)row->audience),
	    word_of(WORDS_ONWARD, (int)i->onward),
	    word_of(WORDS_CONFIDENCE, (int)i->confidence),
	    digest_customers(to, i) ? "OWN_AND_CUSTOMERS" : "OWN" };
	size_t n = sizeof(cells) / sizeof(*cells);

	for (size_t k = 0; k < n; k++) {
		if (k)
			sk_buf_addc(out, ',');
		digest_csv_cell(out, cells[k]);
	}
	sk_buf_adds(out, "\r\n");
}

void
digest_csv(struct sk_arena *a, enum member_class to, const char *copy,
    const struct digest_row *rows, size_t n, struct sk_buf *out)
{
	sk_buf_clear(out);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < rows[i].nindicators; k++) {
			if (!out->len)
				sk_buf_adds(out, BOM DIGEST_CSV_HEAD "\r\n");
			add_row(a, to, copy, &rows[i], rows[i].indicators[k],
			    out);
		}
}
