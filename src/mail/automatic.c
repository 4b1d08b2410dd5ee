/*
 * Was the mail written by a machine? Whatever says so counts, because one
 * answer too few costs a person a minute, and one too many can start a loop
 * (RFC 3834, standards.md A4). X-Auto-Response-Suppress only asks for silence:
 * Outlook sets it on mail that people wrote.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/header.h"
#include "mail/params.h"
#include "mail/scan.h"

/* The value of X-Loop that our own automatic mail may carry. */
#define OUR_LOOP_MARK "sekisho"

static struct sk_span
value_of(const struct mail_header *h, const char *name)
{
	const struct mail_field *f = header_find(h, name);

	return f ? span_trim(f->value) : sk_span_of(NULL, 0);
}

static bool
starts(struct sk_span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && span_ieq(sk_span_of(s.p, n), word);
}

static bool
any_of(const struct mail_header *h, const char *const *names)
{
	for (; *names != NULL; names++)
		if (header_find(h, *names) != NULL)
			return true;
	return false;
}

static bool
is_ours(const struct mail_header *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (field_is(&h->fields[i], "X-Loop") &&
		    starts(span_trim(h->fields[i].value), OUR_LOOP_MARK))
			return true;
	return false;
}

static bool
is_machine_address(const char *address)
{
	static const char *const exact[] = { "mailer-daemon", "noreply",
		"no-reply", "no_reply", "donotreply",
		"do-not-reply" };
	struct sk_span local;
	const char *at = address ? strrchr(address, '@') : NULL;

	if (at == NULL)
		return false;
	local = sk_span_of(address, (size_t)(at - address));
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++)
		if (span_ieq(local, exact[i]))
			return true;
	return starts(local, "owner-") || (local.len > 8 &&
	    span_ieq(span_cut(local, local.len - 8, local.len), "-request"));
}

/* ---- what the subject says: weak evidence, strong beside other marks ---- */

/* NFKC, case folded. Mail systems write them; so do people who forward or ask
 * about such mails, so alone they prove nothing. */
static const char *const bounce_words[] = {
	"undelivered mail returned", "undeliverable", "delivery status notif",
	"delivery failure", "delivery failed", "delivery has failed",
	"mail delivery failed", "mail delivery system", "failure notice",
	"returned mail", "mail system error", "message delivery failure",
	"delivery report", "delivery delayed", "delayed mail",
	"warning: message", "warning: could not send", "could not be delivered",
	"non-delivery", "nondeliverable", "mail error", "unzustellbar",
	"配信不能", "配信できません", "配信エラー", "配信失敗", "配信遅延",
	"配達不能", "配達できません", "送信エラー", "送信できません",
	"送信失敗", "宛先不明", "不達", "未配信", "エラーメール",
};
static const char *const auto_words[] = {
	"auto:", "autoreply", "auto-reply", "auto reply", "auto response",
	"auto-response", "automatic reply", "automatic response",
	"automated reply", "automated response", "out of office",
	"out of the office", "out-of-office", "vacation", "away from",
	"on leave", "abwesenheit",
	"自動応答", "自動返信", "自動回答", "自動送信", "自動配信",
	"不在通知", "不在の", "不在応答", "不在連絡", "不在です",
	"休暇の", "休暇中", "出張中", "受付完了", "受け付けました",
	"受付けました",
};

/* Behind our case number, "[2026-0001]", stand words of our own: a person's
 * reply to "ご連絡を受け付けました" is no machine's for them. */
static void
cut_our_words(char *folded)
{
	for (char *p = strchr(folded, '['); p != NULL; p = strchr(p + 1, '['))
		if (strspn(p + 1, "0123456789") == 4 && p[5] == '-' &&
		    byte_digit((unsigned char)p[6])) {
			*p = '\0';
			return;
		}
}

static enum fact_auto
subject_suggests(struct sk_arena *a, const char *subject)
{
	char *folded;

	if (subject == NULL)
		return AUTO_NO;
	folded = sk_nfkc_fold(a, subject);
	cut_our_words(folded);
	return STR_HOLDS(folded, bounce_words) ? AUTO_DSN :
	    STR_HOLDS(folded, auto_words) ? AUTO_REPLIED : AUTO_NO;
}

static bool
has_delivery_status(const struct mail_scan *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (part_is(&s->parts[i], "message/delivery-status") ||
		    part_is(&s->parts[i], "message/global-delivery-status"))
			return true;
	return false;
}

/* The multipart/report of what (RFC 6522)? Incidents are reported so too
 * (x-iodef), and complaints (RFC 5965): those are for a person. */
static enum fact_auto
report(struct sk_arena *a, const struct mail_scan *s)
{
	const struct mime_value *type = &s->parts[0].type;
	const char *kind;

	if (part_is(&s->parts[0], "message/delivery-status"))
		return AUTO_DSN;
	if (!part_is(&s->parts[0], "multipart/report"))
		return AUTO_NO;
	kind = mime_param(a, type, "report-type");
	if (kind != NULL && sk_ascii_ieq(kind, "disposition-notification"))
		return AUTO_REPLIED;	/* a receipt: read, or deleted */
	if ((kind != NULL && sk_ascii_ieq(kind, "delivery-status")) ||
	    has_delivery_status(s))
		return AUTO_DSN;
	return AUTO_GENERATED;
}

/* Exchange and Exchange Online send their reports from this mailbox. */
#define EXCHANGE "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e"

/* Not so postmaster@: a person writes from there, and of bounces. What the
 * subject suggests holds beside a null return path or another mark. */
static bool
is_dsn(const struct mail_header *h, const char *from, enum fact_auto likely)
{
	static const char *const marks[] = { "X-Failed-Recipients", NULL };

	return any_of(h, marks) || (from != NULL &&
	    (sk_ascii_iprefix(from, "mailer-daemon@") ||
	    (likely == AUTO_DSN && sk_ascii_iprefix(from, EXCHANGE))));
}

/* Fields that no person's mail has. X-Auto-Response-Suppress is none of them:
 * Outlook adds it to what people write. */
static bool
has_machine_mark(const struct mail_header *h)
{
	static const char *const marks[] = {
		"X-MS-Exchange-Generated-Message-Source",
		"X-Autogenerated", NULL };

	return any_of(h, marks) || span_ieq(value_of(h, "Return-Path"), "<>");
}

static bool
is_bulk(const struct mail_header *h)
{
	struct sk_span precedence = value_of(h, "Precedence");

	return starts(precedence, "bulk") || starts(precedence, "junk");
}

/* Fields that a ticket system or a mailbox's forwarding rule puts on what
 * people write, too: beside a subject about bounces or holidays they tell a
 * machine at work, and not what it does. */
static bool
passed_a_machine(const struct mail_header *h)
{
	static const char *const marks[] = {
		"X-MS-Exchange-Inbox-Rules-Loop", NULL };

	return is_bulk(h) || any_of(h, marks);
}

static bool
is_list(const struct mail_header *h)
{
	static const char *const marks[] = { "List-Id", "List-Post",
		"List-Unsubscribe", "List-Help", "List-Subscribe",
		"List-Owner", "List-Archive", "Mailing-List", "X-ML-Name",
		"X-Mail-Count", "X-MLServer", "X-Mailing-List", NULL };

	return any_of(h, marks) || starts(value_of(h, "Precedence"), "list");
}

static bool
is_reply(const struct mail_header *h)
{
	static const char *const marks[] = { "X-Autoreply", "X-Autorespond",
		"X-Autoresponder", "X-AutoReply-From", "X-Vacation",
		"X-Mail-Autoreply", "Delivered-Autoreply", NULL };
	struct sk_span auto_submitted = value_of(h, "Auto-Submitted");

	return any_of(h, marks) || starts(auto_submitted, "auto-replied") ||
	    starts(auto_submitted, "auto-notified") ||
	    starts(value_of(h, "Precedence"), "auto_reply");
}

/* Any field of the name, since a second one could hide behind "no". */
static bool
is_submitted_by_machine(const struct mail_header *h)
{
	struct sk_span v;

	for (size_t i = 0; i < h->n; i++) {
		if (!field_is(&h->fields[i], "Auto-Submitted"))
			continue;
		v = span_trim(h->fields[i].value);
		if (!starts(v, "no") || (v.len > 2 &&
		    !byte_space(v.p[2]) && v.p[2] != ';' && v.p[2] != '('))
			return true;
	}
	return false;
}

static enum fact_auto
judge(struct sk_arena *a, const struct mail_scan *s, const struct facts *f)
{
	const struct mail_header *h = &s->parts[0].head;
	enum fact_auto kind = report(a, s);
	const char *from = f->from.address;
	bool submitted = is_submitted_by_machine(h);

	if (is_ours(h))
		return AUTO_OURS;
	if (kind != AUTO_NO)
		return kind;
	if (is_dsn(h, from, f->likely))
		return AUTO_DSN;
	if (is_reply(h))
		return AUTO_REPLIED;
	if (f->likely != AUTO_NO && (submitted || has_machine_mark(h)))
		return f->likely;
	if (is_list(h))
		return AUTO_LIST;
	if (f->likely != AUTO_NO && passed_a_machine(h))
		return AUTO_GENERATED;
	if (is_bulk(h))
		return AUTO_LIST;
	if (is_machine_address(from))
		return f->likely == AUTO_REPLIED ? AUTO_REPLIED :
		    AUTO_GENERATED;
	return submitted ? AUTO_GENERATED : AUTO_NO;
}

void
mail_automatic(struct sk_arena *a, const struct mail_scan *s, struct facts *f)
{
	const struct mail_header *h = &s->parts[0].head;
	struct sk_span suppress = value_of(h, "X-Auto-Response-Suppress");

	f->no_reply_wanted = span_ihas(suppress, "all") ||
	    span_ihas(suppress, "autoreply");
	f->likely = subject_suggests(a, f->subject);
	f->automatic = judge(a, s, f);
}
