/*
 * Borders: the lines that mailers put between what a person writes and the
 * mail answered. Outlook marks its original with nothing else, so these lines
 * alone tell a fresh "はい" from a quoted one.
 *
 *	separator	-----Original Message-----, ----- 元のメッセージ -----
 *	header block	差出人: 送信日時: 宛先: 件名:, From: Sent: To: Subject:
 *	attribution	On … wrote:, 2026年4月1日(水) 9:00 X <a@b>:, …のメール:
 *
 * Must look at a bounded number of lines and bytes from each line on: linear
 * time on hostile text. In doubt it is no border where words follow unquoted
 * and nothing like an address or date stands in it.
 */
#include <config.h>

#include <string.h>

#include "mail/answer_text.h"

#define HEAD_BYTES 400		/* of a line, folded, that are looked at */
#define BLOCK_LINES 12		/* a header block, wrapped To: included */
#define ATTRIBUTION_LINES 3	/* Gmail wraps its line twice at most */

enum field { FIELD_NONE, FIELD_FROM = 1, FIELD_DATE = 2, FIELD_TO = 4,
	FIELD_SUBJECT = 8, FIELD_OTHER = 16 };

static const struct {
	const char *name;
	enum field field;
} fields[] = {
	{ "from", FIELD_FROM }, { "差出人", FIELD_FROM },
	{ "送信者", FIELD_FROM }, { "送信元", FIELD_FROM },
	{ "発信者", FIELD_FROM }, { "sent", FIELD_DATE },
	{ "date", FIELD_DATE }, { "送信日時", FIELD_DATE },
	{ "送信日", FIELD_DATE }, { "日時", FIELD_DATE },
	{ "日付", FIELD_DATE }, { "受信日時", FIELD_DATE },
	{ "to", FIELD_TO }, { "宛先", FIELD_TO }, { "宛て先", FIELD_TO },
	{ "subject", FIELD_SUBJECT }, { "件名", FIELD_SUBJECT },
	{ "題名", FIELD_SUBJECT }, { "cc", FIELD_OTHER },
	{ "bcc", FIELD_OTHER }, { "reply-to", FIELD_OTHER },
	{ "返信先", FIELD_OTHER }, { "importance", FIELD_OTHER },
	{ "重要度", FIELD_OTHER }, { "attachments", FIELD_OTHER },
	{ "添付ファイル", FIELD_OTHER }, { "message-id", FIELD_OTHER },
};

/* Inside a line of dashes; or alone with its colon. */
static const char *const separators[] = {
	"original message", "original appointment", "original mail",
	"forwarded message", "reply message", "元のメッセ-ジ",
	"元のメ-ル", "オリジナルメッセ-ジ", "転送メッセ-ジ",
	"転送されたメッセ-ジ", "転送メ-ル", "受信メ-ル", "返信元",
};
static const char *const lone[] = {
	"begin forwarded message:", "転送されたメッセ-ジ:",
};

/* How an attribution ends. The katakana dash is folded like every dash. */
static const char *const endings[] = {
	"wrote:", "writes:", "のメ-ル:", "書きました:", "書きました。",
	"からのメッセ-ジ:", "のメッセ-ジ:", "schrieb:", "a écrit :",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && memcmp(s + n - k, end, k) == 0;
}

/* The line folded: all of a short one, both ends of a long one. */
static void
fold_line(char out[HEAD_BYTES], struct scan s)
{
	struct scan tail = s;
	size_t n;

	if (s.end - s.p < HEAD_BYTES - 8) {
		scan_fold(out, HEAD_BYTES, s);
		return;
	}
	scan_fold(out, HEAD_BYTES / 2, s);
	n = strlen(out);
	tail.p = s.end - 100;
	while (tail.p < s.end && ((unsigned char)*tail.p & 0xc0) == 0x80)
		tail.p++;
	scan_fold(out + n, HEAD_BYTES - n, tail);
}

/* "From: …", "*差出人:* …", "送信日時 ： …" */
unsigned char
border_field(struct scan s)
{
	uint32_t c;
	size_t i;

	while ((c = scan_peek(&s)) == '*' || c == '-' || c == '[')
		scan_next(&s);
	i = SCAN_TABLE(&s, fields);
	if (i == COUNT(fields))
		return FIELD_NONE;
	scan_blanks(&s);
	while (scan_peek(&s) == '*')
		scan_next(&s);
	return scan_next(&s) == ':' ? (unsigned char)fields[i].field :
	    FIELD_NONE;
}

/* Lines of the header block at i, or 0: a sender and two more kinds (one more
 * below a separator). */
static size_t
header_block(const struct lines *l, size_t i, unsigned least)
{
	size_t k, last = 0;
	unsigned seen = 0, kinds = 0;
	unsigned char f;

	for (k = i; k < l->n && k < i + BLOCK_LINES; k++) {
		if (l->v[k].kind == LINE_BLANK || l->v[k].own != l->v[i].own)
			break;
		f = l->v[k].field;
		if (f == FIELD_NONE && k == i)
			return 0;
		if (f == FIELD_FROM && (seen & FIELD_FROM) != 0)
			break;		/* the next block already */
		if (f == FIELD_NONE)
			continue;
		last = k + 1 - i;
		if (f != FIELD_OTHER && (seen & f) == 0)
			kinds++;
		seen |= f;
	}
	return (seen & FIELD_FROM) != 0 && kinds >= least ? last : 0;
}

static bool
is_separator(const char *s)
{
	size_t i, n = strspn(s, "-_=* ");

	for (i = 0; i < COUNT(lone); i++)
		if (strcmp(s, lone[i]) == 0)
			return true;
	if (n < 2 || s[n] == '\0' || strlen(s) > 120 ||
	    strchr("-_=*", s[strlen(s) - 1]) == NULL)
		return false;
	for (i = 0; i < COUNT(separators); i++)
		if (strncmp(s + n, separators[i], strlen(separators[i])) == 0)
			return true;
	return false;
}

/* A separator and the header block that follows it; s is line i, folded. */
static size_t
separator(const struct lines *l, size_t i, const char *s)
{
	size_t k, block;

	if (!is_separator(s))
		return 0;
	for (k = i + 1; k < l->n && k < i + 4; k++) {
		if (l->v[k].kind == LINE_BLANK)
			continue;
		block = header_block(l, k, 2);
		return block == 0 ? 1 : k - i + block;
	}
	return 1;
}

/* A rule of Outlook's, drawn above its header block. */
static bool
is_rule(const char *s)
{
	return strlen(s) >= 8 && s[strspn(s, "-_")] == '\0';
}

static bool
has_digit(const char *s)
{
	return strpbrk(s, "0123456789") != NULL;
}

/* "on wed, …2026…", "at 9:00 …", "2026年4月1日…", "2026/04/01 …" */
static bool
begins_attribution(const char *s)
{
	size_t n;

	s += strspn(s, "(");
	if (strncmp(s, "on ", 3) == 0 || strncmp(s, "at ", 3) == 0)
		return has_digit(s);
	n = strspn(s, "0123456789");
	s += n;
	return n == 4 && (*s == '/' || *s == '-' || *s == '.' ||
	    strncmp(s, "年", strlen("年")) == 0);
}

static bool
ends_attribution(const char *s, bool dated)
{
	size_t i;

	for (i = 0; i < COUNT(endings); i++)
		if (ends_with(s, endings[i]))
			return true;
	return dated && (ends_with(s, ">:") || ends_with(s, "> :"));
}

static size_t
attribution(const struct lines *l, size_t i, const char *first, bool *sure)
{
	char s[HEAD_BYTES];
	bool dated = begins_attribution(first);
	size_t k;

	*sure = dated || strpbrk(first, "@") != NULL;
	if (ends_attribution(first, dated))
		return 1;
	for (k = 1; dated && k < ATTRIBUTION_LINES && i + k < l->n; k++) {
		if (l->v[i + k].kind == LINE_BLANK ||
		    l->v[i + k].own != l->v[i].own)
			return 0;
		fold_line(s, l->v[i + k].s);
		if (ends_attribution(s, dated))
			return k + 1;
	}
	return 0;
}

static bool
ends_in(struct scan s, const char *end)
{
	size_t n = strlen(end);

	return (size_t)(s.end - s.p) >= n && memcmp(s.end - n, end, n) == 0;
}

/* Can a border begin here? Folding a line costs more than most are worth: of
 * the kinds above, each shows in the line's first or last character. */
static bool
may_match(const struct line *l)
{
	uint32_t c = scan_peek(&l->s);

	return l->field != FIELD_NONE || (c >= '0' && c <= '9') ||
	    (c > 0 && c < 0x80 && strchr("-_=*(oa", (int)c) != NULL) ||
	    ends_in(l->s, ":") || ends_in(l->s, "：") ||
	    ends_in(l->s, "た。");
}

size_t
border_match(const struct lines *l, size_t i, bool *sure)
{
	char s[HEAD_BYTES];
	size_t n, k;

	*sure = true;
	if (l->v[i].kind == LINE_BLANK || !may_match(&l->v[i]))
		return 0;
	fold_line(s, l->v[i].s);
	if ((n = separator(l, i, s)) > 0 || (n = header_block(l, i, 3)) > 0)
		return n;
	if (is_rule(s)) {
		for (k = i + 1; k < l->n && k < i + 3; k++)
			if (l->v[k].kind != LINE_BLANK &&
			    (n = header_block(l, k, 3)) > 0)
				return k - i + n;
		return 0;
	}
	return attribution(l, i, s, sure);
}
