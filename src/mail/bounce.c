/*
 * What a bounce says: which copy came back, and whether for good. A report by
 * RFC 3464 says it in fields; qmail, Exim, older Postfix and the Japanese
 * carriers say it in words for people. The token of our copy is looked for in
 * the returned head only; it routes the bounce and proves nothing (a bounce is
 * as easily forged as any mail).
 *
 * Looks at LIMIT_BOUNCE_TEXT bytes of each part, line by line: linear.
 */
#include <config.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"
#include "mail/read.h"

struct report {
	struct mail_work *w;
	struct fact_bounce *out;
	const char **returned;
};

/* ---- reading lines ---- */

/* The value of "Name: value" if the line is that field. */
static bool
line_field(struct sk_span line, const char *name, struct sk_span *value)
{
	size_t n = strlen(name);

	if (line.len <= n || line.p[n] != ':' ||
	    !span_ieq(sk_span_of(line.p, n), name))
		return false;
	*value = span_trim(span_cut(line, n + 1, line.len));
	return true;
}

static bool
next_line(struct sk_span s, size_t *at, struct sk_span *line)
{
	size_t next;

	if (*at >= s.len)
		return false;
	next = line_next(s, *at, s.len);
	*line = line_text(s, *at, next);
	*at = next;
	return true;
}

static const char *
address_in(struct sk_arena *a, struct sk_span s)
{
	const unsigned char *semicolon = s.len ? memchr(s.p, ';', s.len) :
	    NULL;
	char *address;

	if (semicolon != NULL)		/* "rfc822; x@y" */
		s = span_cut(s, (size_t)(semicolon - s.p) + 1, s.len);
	s = span_trim(s);
	while (s.len > 0 && strchr("<>:", s.p[s.len - 1]) != NULL)
		s.len--;
	while (s.len > 0 && s.p[0] == '<')
		s.p++, s.len--;
	if (s.len == 0 || s.len > LIMIT_LMTP_ADDRESS ||
	    !sk_utf8_valid(s))
		return NULL;
	address = sk_arena_strn(a, s.p, s.len);
	return sk_address_valid(address) ? address : NULL;
}

/* "5.1.1" at s, and nothing that goes on. */
static size_t
status_at(struct sk_span s)
{
	size_t n = 2, digits;

	if (s.len < 5 || s.p[1] != '.' ||
	    (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5'))
		return 0;
	for (int part = 0; part < 2; part++) {
		for (digits = 0; n + digits < s.len &&
		    byte_digit(s.p[n + digits]); digits++)
			;
		if (digits < 1 || digits > 3)
			return 0;
		n += digits;
		if (part == 0 && (n >= s.len || s.p[n++] != '.'))
			return 0;
	}
	return n < s.len && (s.p[n] == '.' || byte_digit(s.p[n])) &&
	    n + 1 < s.len && byte_digit(s.p[n + 1]) ? 0 : n;
}

/* ---- the returned head ---- */

static void
add_returned(struct report *r, const char *id)
{
	if (id == NULL || r->out->nreturned == LIMIT_RETURNED)
		return;
	for (size_t i = 0; i < r->out->nreturned; i++)
		if (strcmp(r->returned[i], id) == 0)
			return;
	r->returned[r->out->nreturned++] = id;
}

/* Message-ID, Reply-To and Return-Path, wherever a head is shown. */
static void
head_line(struct report *r, struct sk_span line)
{
	static const char *const addresses[] = { "Reply-To", "Return-Path",
		"X-Envelope-From" };
	struct sk_arena *a = r->w->a;
	struct fact_mailbox box;
	struct sk_span value;
	uint32_t doubts = 0;
	bool japanese = false;
	const char *id = NULL;
	size_t n = 0;

	if (line_field(line, "Message-ID", &value)) {
		message_ids(a, value, false, &id, &n, 1);
		add_returned(r, id);
	}
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
		if (line_field(line, addresses[i], &value) &&
		    mailbox_list(a, value, false, &box, 1, &doubts,
		    &japanese) == 1)
			add_returned(r, box.address);
}

/* ---- RFC 3464 ---- */

/* Worse news of one recipient beat better news of another. */
static void
worse(struct fact_bounce *out, enum fact_fate fate)
{
	static const int badness[] = { [FATE_NONE] = 0, [FATE_DELIVERED] = 1,
		[FATE_UNCLEAR] = 2, [FATE_TEMPORARY] = 3, [FATE_EXPIRED] = 4,
		[FATE_PERMANENT] = 5 };

	if (badness[fate] > badness[out->fate])
		out->fate = fate;
}

static enum fact_fate
fate_of_action(struct sk_span action, const char *status)
{
	if (span_ieq(action, "failed"))
		return status != NULL && status[0] == '4' ? FATE_EXPIRED :
		    FATE_PERMANENT;
	if (span_ieq(action, "delayed"))
		return FATE_TEMPORARY;
	if (span_ieq(action, "delivered") || span_ieq(action, "relayed") ||
	    span_ieq(action, "expanded"))
		return FATE_DELIVERED;
	return FATE_UNCLEAR;
}

/* One group of fields ends at a blank line; the first is of the message. */
static void
status_part(struct report *r, struct sk_span s)
{
	struct sk_span line, value, action = { 0 };
	const char *status = NULL, *who = NULL;
	bool more;

	for (size_t at = 0;;) {
		more = next_line(s, &at, &line);
		if (more && line.len > 0) {
			if (line_field(line, "Action", &value))
				action = value;
			else if (line_field(line, "Status", &value) &&
			    status_at(value) > 0)
				status = sk_arena_strn(r->w->a, value.p,
				    status_at(value));
			else if (line_field(line, "Final-Recipient",
			    &value) || (who == NULL && line_field(line,
			    "Original-Recipient", &value)))
				who = address_in(r->w->a, value);
			continue;
		}
		if (action.len > 0) {
			enum fact_fate before = r->out->fate;

			worse(r->out, fate_of_action(action, status));
			if (r->out->fate != before) {
				r->out->status = status;
				r->out->recipient = who;
			}
		}
		action = sk_span_of(NULL, 0);
		status = who = NULL;
		if (!more)
			return;
	}
}

/* ---- in words ---- */

/* Folded by NFKC and case. A delay says that it goes on trying; that beats
 * every failure named beside it. */
static const char *const still_tried[] = {
	"will keep trying", "still trying", "will be retried",
	"will continue to be attempted", "delivery attempts will continue",
	"no action is required", "do not need to resend",
	"don't need to resend", "has been delayed", "is being delayed",
	"warning message only", "not yet been delivered",
	"再送を試み", "再送信を試み", "再度送信を試み", "再試行します",
	"遅延して", "配信が遅れて", "まだ配信され",
};
static const char *const gave_up[] = {
	"giving up", "given up", "gave up", "retry timeout", "retry time",
	"too long", "queue too long", "timed out", "timeout", "expired",
	"時間内に", "期限切れ", "タイムアウト",
};
static const char *const refused[] = {
	"permanent error", "permanent fatal errors", "permanent failure",
	"user unknown", "unknown user", "no such user", "does not exist",
	"doesn't exist", "mailbox unavailable", "mailbox not found",
	"no mailbox here", "recipient address rejected", "unknown address",
	"unrouteable address", "unroutable address", "wasn't found",
	"couldn't be found", "not found at", "invalid recipient",
	"unknown recipient", "address rejected", "unknown local-part",
	"host unknown", "domain not found", "host not found",
	"over quota", "mailbox full", "mailbox is full",
	"could not be delivered", "couldn't be delivered",
	"was not delivered", "delivery has failed", "not able to deliver",
	"unable to deliver", "wasn't able to deliver",
	"宛先不明", "存在しません", "存在しない", "見つかりません",
	"見つかりませんでした", "届けられません", "配信できません",
	"配信されません", "配信に失敗", "配達できません", "送信できません",
	"お届けできません", "受信者が不明", "容量を超え", "受信拒否",
};

struct words_seen {
	bool tried, up, no;
	char code;		/* '4' or '5': of the first SMTP reply shown */
};

/* "550 5.1.1", "550-", "5.1.1", "#5.1.1" in a line. */
static void
look_for_code(struct report *r, struct sk_span line, struct words_seen *seen)
{
	for (size_t i = 0; i < line.len; i++) {
		struct sk_span rest = span_cut(line, i, line.len);
		size_t n;

		if (i > 0 && (byte_digit(line.p[i - 1]) ||
		    line.p[i - 1] == '.' || line.p[i - 1] == '-'))
			continue;
		n = status_at(rest);
		if (n > 0 && rest.p[0] != '2') {
			if (r->out->status == NULL)
				r->out->status = sk_arena_strn(r->w->a,
				    rest.p, n);
			if (seen->code == 0)
				seen->code = (char)rest.p[0];
			return;
		}
		if (rest.len >= 4 && (rest.p[0] == '4' || rest.p[0] == '5') &&
		    rest.p[1] >= '0' && rest.p[1] <= '5' &&
		    byte_digit(rest.p[2]) && seen->code == 0 &&
		    (rest.p[3] == ' ' || rest.p[3] == '-') &&
		    (i == 0 || strchr(" (:>\t", line.p[i - 1]) != NULL))
			seen->code = (char)rest.p[0];
	}
}

/* The first address of a line, in angles or as a word. */
static const char *
address_of_line(struct sk_arena *a, struct sk_span line)
{
	const char *found = NULL;
	size_t at = 0, end;

	if (line.len == 0 || memchr(line.p, '@', line.len) == NULL)
		return NULL;
	while (found == NULL && at < line.len) {
		while (at < line.len && strchr(" \t<(\"'", line.p[at]))
			at++;
		for (end = at; end < line.len &&
		    strchr(" \t<>()\"',;", line.p[end]) == NULL; end++)
			;
		if (end > at && memchr(line.p + at, '@', end - at) != NULL)
			found = address_in(a, span_cut(line, at, end));
		at = end + 1;
	}
	return found;
}

static void
word_line(struct report *r, struct sk_span line, struct words_seen *seen)
{
	const char *folded;

	if (r->out->recipient == NULL)
		r->out->recipient = address_of_line(r->w->a, line);
	folded = sk_nfkc_fold(r->w->a, sk_utf8_clean(r->w->a,
	    sk_span_of(line.p, line.len < 400 ? line.len : 400)));
	seen->tried |= STR_HOLDS(folded, still_tried);
	seen->up |= STR_HOLDS(folded, gave_up);
	seen->no |= STR_HOLDS(folded, refused);
	look_for_code(r, line, seen);
}

/* Where the copy of our mail begins, the words about it end. */
static bool
begins_copy(struct sk_span line)
{
	static const char *const marks[] = {
		"below this line is a copy", "this is a copy of the message",
		"original message", "original headers", "returned message",
		"unsent message", "message header follows",
		"元のメッセージ", "送信したメッセージ", "オリジナルメッセージ",
		"message text follows" };
	struct sk_span value;

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (span_ihas(line, marks[i]))
			return true;
	return line_field(line, "Received", &value) ||
	    line_field(line, "Return-Path", &value);
}

static void
text_part(struct report *r, struct sk_span s)
{
	bool reported = r->out->fate != FATE_NONE, copy = false;
	struct words_seen seen = { 0 };
	struct sk_span line;

	for (size_t at = 0; next_line(s, &at, &line);) {
		copy |= begins_copy(line);
		if (!reported && !copy)
			word_line(r, line, &seen);
		head_line(r, line);
	}
	if (reported)
		return;
	r->out->fate = seen.tried ? FATE_TEMPORARY :
	    seen.code == '5' ? FATE_PERMANENT :
	    seen.code == '4' || seen.up ? FATE_EXPIRED :
	    seen.no ? FATE_PERMANENT : FATE_UNCLEAR;
}

/* ---- the parts ---- */

static bool
is_status(const struct mail_part *p)
{
	return part_is(p, "message/delivery-status") ||
	    part_is(p, "message/global-delivery-status");
}

static bool
is_returned(const struct mail_part *p)
{
	return part_is(p, "message/rfc822") || part_is(p, "message/global") ||
	    part_is(p, "text/rfc822-headers") ||
	    part_is(p, "message/rfc822-headers") ||
	    part_is(p, "message/global-headers");
}

static void
returned_head(struct report *r, struct sk_span s)
{
	struct sk_span line;

	for (size_t at = 0; next_line(s, &at, &line) && line.len > 0;)
		head_line(r, line);
}

static void
each_part(struct report *r, bool (*which)(const struct mail_part *),
    void (*look)(struct report *, struct sk_span))
{
	const struct mail_scan *s = &r->w->scan;

	for (size_t i = 0; i < s->n; i++) {
		bool damaged = false;
		struct sk_buf b;

		if (s->parts[i].leaf == 0 || !which(&s->parts[i]))
			continue;
		sk_buf_init(&b, LIMIT_BOUNCE_TEXT);
		part_decode(s, &s->parts[i], &b, &damaged);
		look(r, sk_span_of(sk_arena_dup(r->w->a, b.p, b.len), b.len));
		sk_buf_free(&b);
	}
}

void
read_bounce(struct mail_work *w)
{
	struct fact_bounce *out = &w->out->bounce;
	struct report r = { .w = w, .out = out };
	const struct mail_field *f = header_find(&w->scan.parts[0].head,
	    "X-Failed-Recipients");
	size_t n = strlen(w->out->text);

	if (w->layer > 0 || (w->out->automatic != AUTO_DSN &&
	    w->out->likely != AUTO_DSN))
		return;
	r.returned = sk_arena_array(w->a, LIMIT_RETURNED,
	    sizeof(*r.returned));
	out->returned = r.returned;
	each_part(&r, is_status, status_part);
	each_part(&r, is_returned, returned_head);
	if (f != NULL && out->recipient == NULL)
		out->recipient = address_in(w->a, f->value);
	text_part(&r, sk_span_of(w->out->text, n < LIMIT_BOUNCE_TEXT ? n :
	    LIMIT_BOUNCE_TEXT));
}
