/*
 * The password mail: the second mail that Japanese business sends after an
 * encrypted file. It is filed with the case of the first, flagged,
 * and opens none. A consultation may speak of passwords too, so the shape is
 * strict: short new text, a file is spoken of, one line gives the password,
 * and nothing in it speaks of an incident. The subject may: it is as often that
 * of the first mail, and so are the fields that a gateway lists.
 */
#include <config.h>

#include <sekisho/answer.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"
#include "mail/bytes.h"
#include "mail/read.h"

enum { LONGEST = 2000, LINES = 40, SHORTEST_PASSWORD = 4,
	LONGEST_PASSWORD = 64, FIELD = 48 };

/* NFKC, case folded. */
static const char *const labels[] = { "パスワード", "パスフレーズ",
	"解凍キー", "展開キー", "復号キー", "暗証番号", "password",
	"passphrase", "passcode", "pw", "pass", "パス" };
static const char *const files[] = { "添付", "ファイル", "先ほど", "先程",
	"先に", "前のメール", "前便", "別メール", "別便", "資料", "解凍", "展開", "zip",
	"attach", "archive", "file", "document", "previous mail",
	"previous email", "earlier" };
static const char *const incidents[] = { "攻撃", "不正", "漏えい", "漏洩",
	"流出", "感染", "侵害", "侵入", "ログイン", "ログオン", "なりすまし",
	"詐取", "窃取", "フィッシング", "ランサム", "マルウェア", "ウイルス",
	"被害", "改ざん", "相談", "脆弱", "attack", "breach", "leak",
	"compromis", "infect", "phish", "ransom", "malware", "login",
	"log in", "logged in", "stolen", "incident", "unauthor",
	"suspicious" };

/* Lines that repeat the first mail's header. */
static const char *const fields[] = { "件名", "題名", "subject", "添付", "宛先",
	"送信", "差出", "to:", "cc:", "from:", "date:", "日時" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A line that repeats a field of the first mail's header. */
static bool
is_field(const char *line)
{
	size_t n = strcspn(line, ":");
	char name[FIELD];

	if (line[n] == '\0' || n >= sizeof(name))
		return false;
	memcpy(name, line, n);
	name[n] = '\0';
	return STR_HOLDS(name, fields) &&
	    !STR_HOLDS(name, labels);
}

static bool
speaks_of_incident(struct sk_arena *a, const char *text)
{
	struct sk_span all = sk_span_str(text), line;
	size_t next;
	char *s;

	for (size_t at = 0; at < all.len; at = next) {
		next = line_next(all, at, all.len);
		line = span_trim(line_text(all, at, next));
		s = sk_arena_strn(a, (const char *)line.p, line.len);
		if (!is_field(s) && STR_HOLDS(s, incidents))
			return true;
	}
	return false;
}

/* One word of printable ASCII, as passwords are; perhaps in brackets. */
static bool
is_password(struct sk_span s)
{
	static const char open[] = "「", close[] = "」";
	const size_t n = sizeof(open) - 1;

	s = span_trim(s);
	if (s.len > 2 * n && memcmp(s.p, open, n) == 0 &&
	    memcmp(s.p + s.len - n, close, n) == 0)
		s = span_cut(s, n, s.len - n);
	if (s.len < SHORTEST_PASSWORD || s.len > LONGEST_PASSWORD)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool
step(struct sk_span *s, const char *word)
{
	size_t n = strlen(word);

	if (s->len < n || memcmp(s->p, word, n) != 0)
		return false;
	*s = span_cut(*s, n, s->len);
	return true;
}

/* Over "(半角英数8文字)" and "for the attachment", which stand between a label
 * and its colon. */
static void
skip_remark(struct sk_span *s)
{
	const unsigned char *colon = s->len ? memchr(s->p, ':', s->len) : NULL;
	struct sk_span rest;

	if (colon == NULL || !(s->p[0] == '(' || step(s, "for ")))
		return;
	rest = span_cut(*s, (size_t)(colon - s->p), s->len);
	if (is_password(span_cut(rest, 1, rest.len)))
		*s = rest;
}

/* What stands behind the label's ":", "=", "は", "is"; empty if the line says
 * only that it follows below. */
static bool
behind_label(struct sk_span line, struct sk_span *value)
{
	struct sk_span best = { 0 };
	bool found = false;

	for (size_t i = 0; i < COUNT(labels); i++) {
		const char *at = line.len ? memmem(line.p, line.len,
		    labels[i], strlen(labels[i])) : NULL;

		if (at == NULL)
			continue;
		best = span_cut(line, (size_t)((const unsigned char *)at -
		    line.p) + strlen(labels[i]), line.len);
		found = true;
		break;
	}
	if (!found)
		return false;
	best = span_trim(best);
	skip_remark(&best);
	if (!step(&best, ":") && !step(&best, "=") && !step(&best, "は") &&
	    !step(&best, "is ") && !step(&best, "」") && !step(&best, "】") &&
	    !step(&best, "]") && !step(&best, "->") && best.len > 0)
		best = sk_span_of(best.p, 0);	/* a sentence about it */
	best = span_trim(best);
	if (step(&best, ":") || step(&best, "「"))
		best = span_trim(best);
	*value = best;
	return true;
}

static struct sk_span
first_word(struct sk_span s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] > ' ' && s.p[n] <= '~')
		n++;
	return sk_span_of(s.p, n);
}

/* Does a line give it, or announce it for the line that follows? */
static bool
password_line(const char *text)
{
	struct sk_span all = sk_span_str(text), line, value;
	bool announced = false;
	size_t at = 0, next, lines = 0;

	while (at < all.len) {
		if (++lines > LINES)
			return false;
		next = line_next(all, at, all.len);
		line = span_trim(line_text(all, at, next));
		at = next;
		if (line.len == 0)
			continue;
		if (announced && is_password(line))
			return true;
		if (!behind_label(line, &value))
			continue;
		announced = true;
		if (is_password(first_word(value)))
			return true;
	}
	return false;
}

/* A gateway lists the fields of the mail it speaks of, and below them what
 * would be quoted in a reply. */
static const char *
below_fields(struct sk_arena *a, const struct lines *l)
{
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, strlen(l->text) + 2);
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].own > 0 || l->v[i].kind == LINE_SIGNATURE)
			continue;
		sk_buf_add(&b, l->v[i].s.p, (size_t)(l->v[i].s.end -
		    l->v[i].s.p));
		sk_buf_addc(&b, '\n');
	}
	out = sk_arena_str(a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

static bool
is_password_text(struct sk_arena *a, const char *said, const char *subject)
{
	const char *folded;

	if (strlen(said) > LONGEST)
		return false;
	folded = sk_nfkc_fold(a, said);
	return !speaks_of_incident(a, folded) &&
	    (STR_HOLDS(folded, files) ||
	    STR_HOLDS(subject, labels)) && password_line(folded);
}

bool
gives_password(struct sk_arena *a, const struct lines *l,
    const char *subject, bool reply)
{
	const char *said = answer_new_lines(a, l);

	subject = subject != NULL ? sk_nfkc_fold(a, subject) : "";
	if (is_password_text(a, said, subject))
		return true;
	/* Forwarded, it is somebody else's: malware comes so. */
	return !reply && STR_HOLDS(subject, labels) &&
	    strncmp(subject, "fw", 2) != 0 &&
	    is_password_text(a, below_fields(a, l), subject);
}
