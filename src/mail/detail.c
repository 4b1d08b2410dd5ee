/*
 * The optional field list as it comes back: "・IP アドレス: 192.0.2.1".
 * Lines that our T-11 offers, in the form it has or in the sender's own way;
 * what was left empty or is said to be unknown stays out, and is never asked
 * for again. Victim name and damage are no fields.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"
#include "mail/answer_words.h"
#include "mail/read.h"

/* Folded as scan_next() does. A longer label before one it begins with. */
static const struct {
	const char *label;
	enum fact_detail_kind kind;
} labels[] = {
	{ "おかしいと感じたこと", DETAIL_ODD }, { "気になったこと", DETAIL_ODD },
	{ "不審な点", DETAIL_ODD }, { "what struck you as odd", DETAIL_ODD },
	{ "what was odd", DETAIL_ODD },
	{ "経過", DETAIL_COURSE }, { "経緯", DETAIL_COURSE },
	{ "時系列", DETAIL_COURSE }, { "course of events", DETAIL_COURSE },
	{ "timeline", DETAIL_COURSE },
	{ "時間帯", DETAIL_TIME_ZONE }, { "タイムゾ-ン", DETAIL_TIME_ZONE },
	{ "time zone", DETAIL_TIME_ZONE }, { "timezone", DETAIL_TIME_ZONE },
	{ "日時", DETAIL_TIME }, { "発生日時", DETAIL_TIME },
	{ "検知日時", DETAIL_TIME }, { "発見日時", DETAIL_TIME },
	{ "発覚日時", DETAIL_TIME }, { "確認日時", DETAIL_TIME },
	{ "date and time", DETAIL_TIME }, { "date/time", DETAIL_TIME },
	{ "time found", DETAIL_TIME }, { "time", DETAIL_TIME },
	{ "関係する機器やシステム", DETAIL_SYSTEM },
	{ "関係する機器", DETAIL_SYSTEM }, { "対象システム", DETAIL_SYSTEM },
	{ "システム", DETAIL_SYSTEM }, { "機器", DETAIL_SYSTEM },
	{ "systems concerned", DETAIL_SYSTEM }, { "systems", DETAIL_SYSTEM },
	{ "system", DETAIL_SYSTEM },
	{ "ip アドレス", DETAIL_IP }, { "ipアドレス", DETAIL_IP },
	{ "ip addresses", DETAIL_IP }, { "ip address", DETAIL_IP },
	{ "ip", DETAIL_IP },
	{ "ホスト名", DETAIL_HOST }, { "ホスト", DETAIL_HOST },
	{ "host name", DETAIL_HOST }, { "hostname", DETAIL_HOST },
	{ "host", DETAIL_HOST },
	{ "プロトコル", DETAIL_PROTOCOL }, { "protocols", DETAIL_PROTOCOL },
	{ "protocol", DETAIL_PROTOCOL },
	{ "ポ-ト番号", DETAIL_PORT }, { "ポ-ト", DETAIL_PORT },
	{ "ports", DETAIL_PORT }, { "port", DETAIL_PORT },
	{ "operating system", DETAIL_OS }, { "os", DETAIL_OS },
	{ "セキュリティ対策ソフト", DETAIL_SECURITY_SOFTWARE },
	{ "ウイルス対策ソフト", DETAIL_SECURITY_SOFTWARE },
	{ "セキュリティソフト", DETAIL_SECURITY_SOFTWARE },
	{ "security software", DETAIL_SECURITY_SOFTWARE },
	{ "antivirus", DETAIL_SECURITY_SOFTWARE },
	{ "anti-virus", DETAIL_SECURITY_SOFTWARE },
	{ "edr", DETAIL_SECURITY_SOFTWARE },
	{ "クラウドサ-ビス", DETAIL_CLOUD }, { "クラウド", DETAIL_CLOUD },
	{ "cloud services", DETAIL_CLOUD }, { "cloud service", DETAIL_CLOUD },
	{ "cloud", DETAIL_CLOUD },
	{ "ほかに相談した窓口や機関", DETAIL_CONSULTED },
	{ "他に相談した窓口や機関", DETAIL_CONSULTED },
	{ "ほかに相談した窓口", DETAIL_CONSULTED },
	{ "他に相談した窓口", DETAIL_CONSULTED },
	{ "ほかの相談先", DETAIL_CONSULTED },
	{ "他の相談先", DETAIL_CONSULTED }, { "相談先", DETAIL_CONSULTED },
	{ "届出先", DETAIL_CONSULTED },
	{ "other desks or bodies consulted", DETAIL_CONSULTED },
	{ "also reported to", DETAIL_CONSULTED },
	{ "also consulted", DETAIL_CONSULTED },
};

static const char *const unknowns[] = { "不明", "わからない", "分からない",
	"わかりません", "分かりません", "不明です", "unknown", "not known",
	"?", "tbd", "未確認", "未定" };

struct details {
	struct sk_arena *a;
	struct facts *out;
	struct fact_detail *list;
	size_t n, cap;
};

/* "（例: …）" behind the label is ours. */
static void
skip_bracket(struct scan *s)
{
	struct scan t = *s;
	uint32_t c;

	scan_blanks(&t);
	if (scan_peek(&t) != '(')
		return;
	while ((c = scan_next(&t)) != 0)
		if (c == ')') {
			*s = t;
			return;
		}
}

/* "label:", "【label】"; s is then the value. */
static bool
read_label(struct scan *s, enum fact_detail_kind *kind)
{
	struct scan t = *s;
	bool lenticular;
	uint32_t c;
	size_t i;

	text_skip_label(&t);
	lenticular = scan_peek(&t) == 0x3010 || scan_peek(&t) == '[';
	if (lenticular)
		scan_next(&t);
	i = SCAN_TABLE(&t, labels);
	if (i == sizeof(labels) / sizeof(*labels))
		return false;
	skip_bracket(&t);
	scan_blanks(&t);
	c = scan_next(&t);
	if (lenticular && (c == 0x3011 || c == ']')) {
		if (scan_peek(&t) == ':')
			scan_next(&t);
	} else if (c != ':' && c != '=') {
		return false;
	}
	*kind = labels[i].kind;
	*s = t;
	return true;
}

static bool
says_something(const char *value)
{
	struct scan s = { value, value + strlen(value) };
	char folded[64];

	if (*value == '\0' || words_say_nothing(value))
		return false;
	if (s.end - s.p > 40)
		return true;
	scan_fold(folded, sizeof(folded), s);
	for (size_t i = 0; i < sizeof(unknowns) / sizeof(*unknowns); i++)
		if (strcmp(folded, unknowns[i]) == 0)
			return false;
	return true;
}

static void
add(struct details *d, enum fact_detail_kind kind, const char *value)
{
	if (!says_something(value))
		return;
	for (size_t i = 0; i < d->n; i++)
		if (d->list[i].kind == kind &&
		    strcmp(d->list[i].value, value) == 0)
			return;
	if (d->n == LIMIT_DETAILS) {
		d->out->doubts |= DOUBT_LEFT_OUT;
		return;
	}
	d->list = sk_arena_room(d->a, d->list, d->n, &d->cap,
	    sizeof(*d->list));
	d->list[d->n].kind = kind;
	d->list[d->n++].value = value;
}

static void
add_words(struct sk_buf *b, struct scan s, bool *cut)
{
	const char *end = s.end;

	s = words_strip(scan_trim(s));
	if (s.p == s.end)
		return;
	if (b->len > 0)
		sk_buf_addc(b, '\n');
	end = s.end;
	if ((size_t)(end - s.p) > b->max - b->len) {
		end = s.p + (b->max - b->len);
		while (end > s.p && ((unsigned char)*end & 0xc0) == 0x80)
			end--;
		*cut = true;
	}
	sk_buf_add(b, s.p, (size_t)(end - s.p));
}

/* Does line i go on with the value above it? New words below a quoted label
 * do; a label, a bullet, a code, a blank line end it. */
static bool
goes_on(const struct line *l, unsigned depth)
{
	struct scan s = l->s, t = l->s;
	enum fact_detail_kind kind;

	if (l->kind != LINE_TEXT || l->depth > depth || text_is_box_line(s) ||
	    read_label(&s, &kind))
		return false;
	text_skip_label(&t);
	return t.p == l->s.p && scan_peek(&t) != 0x3010 &&
	    scan_peek(&t) != '(';
}

static size_t
read_value(struct details *d, const struct lines *l, size_t i,
    enum fact_detail_kind kind, struct scan s)
{
	unsigned depth = l->v[i].depth;
	bool cut = false;
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_DETAIL);
	add_words(&b, s, &cut);
	while (i + 1 < l->n && goes_on(&l->v[i + 1], depth)) {
		i++;
		depth = l->v[i].depth;
		if (b.len + 1 < b.max)
			add_words(&b, l->v[i].s, &cut);
		else
			cut = true;
	}
	if (cut)
		d->out->doubts |= DOUBT_LEFT_OUT;
	add(d, kind, sk_arena_strn(d->a, b.p, b.len));
	sk_buf_free(&b);
	return i;
}

void
details_find(struct sk_arena *a, const struct lines *l, struct facts *out)
{
	struct details d = { .a = a, .out = out };
	enum fact_detail_kind kind;

	for (size_t i = 0; i < l->n; i++) {
		struct scan s = l->v[i].s;

		if (l->v[i].kind == LINE_TEXT && l->v[i].depth <= 1 &&
		    read_label(&s, &kind))
			i = read_value(&d, l, i, kind, s);
	}
	out->details = d.list;
	out->ndetails = d.n;
}
