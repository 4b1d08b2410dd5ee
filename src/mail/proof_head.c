/*
 * Proof of a header: which fields stand there, each in its one form and with
 * the value it must have. A field that is not in the table is a failure, and
 * so is a known field in a form we do not write: an outer header is the one
 * place where plaintext could leave beside a perfect ciphertext (I4, L4).
 */
#include <config.h>

#include <stdint.h>
#include <string.h>

#include <sekisho/limits.h>

#include "mail/proof_walk.h"

enum {
	HEADER_MOST = 16384,	/* 20 references of 200 and a long subject */
	ID_MOST = 200,
	REFERENCES_MOST = 20,
	OWN_ID_LEAST = 26, OWN_ID_MOST = 120,
	DESK_MOST = 64,		/* RFC 5321 4.5.3.1.1 */
	TAG = 26
};

#define ID_CHARS "abcdefghijklmnopqrstuvwxyz234567"

/* OpenPGP, plain, S/MIME; and the same as needed. */
enum kind { E = 1, P = 2, S = 4, NEEDED_BY = 8 };
#define ALL (E | P | S)
#define NEEDED (ALL * NEEDED_BY)

struct rule {
	const char *name;
	unsigned int kind;
	bool (*good)(struct proof_walk *w, const char *v);
};

/* --- texts --- */

static bool
decode_base64(struct sk_buf *out, struct sk_span v)
{
	struct proof_base64 b = { .out = out };

	return proof_base64_line(&b, v);
}

/* Every octet as =XX, and no other spelling. */
static bool
decode_hex(struct sk_buf *out, struct sk_span v)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < v.len; i += 3) {
		const char *h = NULL, *l = NULL;

		if (v.len - i >= 3 && v.p[i] == '=') {
			h = memchr(digits, v.p[i + 1], 16);
			l = memchr(digits, v.p[i + 2], 16);
		}
		if (h == NULL || l == NULL)
			return false;
		sk_buf_addc(out, (int)(h - digits) << 4 | (int)(l - digits));
	}
	return v.len > 0;
}

/* Encoded words in the forms =?UTF-8?B?...?= and =?UTF-8?Q?=XX...?=, single
 * blanks between. */
static bool
decode_words(struct sk_buf *out, const char *v)
{
	for (;;) {
		bool hex = strncmp(v, "=?UTF-8?Q?", 10) == 0;
		struct sk_span word;
		const char *end;

		if (!hex && strncmp(v, "=?UTF-8?B?", 10) != 0)
			return false;
		v += 10;
		end = strstr(v, "?=");
		if (end == NULL)
			return false;
		word = sk_span_of(v, (size_t)(end - v));
		if (!(hex ? decode_hex : decode_base64)(out, word))
			return false;
		v = end + 2;
		if (*v == '\0')
			return true;
		if (*v++ != ' ')
			return false;
	}
}

/* Is v this text, written plain or in encoded words? `not` are characters that
 * may not stand in the plain form. */
static bool
is_text(const char *v, const char *text, const char *not)
{
	struct sk_buf b;
	bool same;

	if (strstr(v, "=?") == NULL)
		return strcmp(v, text) == 0 && strpbrk(v, not) == NULL;
	sk_buf_init(&b, HEADER_MOST);
	same = decode_words(&b, v) &&
	    sk_span_eq(sk_buf_span(&b), sk_span_str(text));
	sk_buf_free(&b);
	return same;
}

/* ASCII without regard to case. */
static bool
stands_in(const char *v, const char *what)
{
	size_t n = strlen(what);

	for (; *v != '\0'; v++) {
		size_t i = 0;

		while (i < n && v[i] != '\0' && ((v[i] | 32) == (what[i] | 32)))
			i++;
		if (i == n)
			return true;
	}
	return false;
}

/* --- one function a field --- */

static bool
good_from(struct proof_walk *w, const char *v)
{
	const char *name = w->want->from_name, *angle;
	size_t n = strlen(w->want->from);

	if (name == NULL || *name == '\0')
		return strcmp(v, w->want->from) == 0;
	angle = strrchr(v, '<');
	if (angle == NULL || angle - v < 2 || angle[-1] != ' ' ||
	    strncmp(angle + 1, w->want->from, n) != 0 ||
	    strcmp(angle + 1 + n, ">") != 0)
		return false;
	return is_text(sk_arena_strn(w->arena, v, (size_t)(angle - v) - 1),
	    name, "()<>[]:;@\\,.\"");
}

static bool
good_to(struct proof_walk *w, const char *v)
{
	return strcmp(v, w->want->to) == 0;
}

static bool
own_domain(const struct proof_walk *w, const char *domain)
{
	const char *at = strchr(w->want->from, '@');

	return strcmp(domain, w->want->own_domain) == 0 ||
	    (at != NULL && strcmp(domain, at + 1) == 0);
}

/* desk@ours or desk+TOKEN@ours. */
static bool
good_reply_to(struct proof_walk *w, const char *v)
{
	size_t n = strspn(v, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	if (n == 0 || n > DESK_MOST)
		return false;
	v += n;
	if (*v == '+') {
		if (strspn(++v, ID_CHARS) != TAG)
			return false;
		v += TAG;
	}
	return *v == '@' && own_domain(w, v + 1);
}

static bool
good_subject(struct proof_walk *w, const char *v)
{
	return w->encrypted ? strcmp(v, "[...]") == 0 :
	    is_text(v, w->want->subject, "");
}

static bool
good_message_id(struct proof_walk *w, const char *v)
{
	size_t n, d = strlen(w->want->own_domain);

	if (*v++ != '<')
		return false;
	n = strspn(v, ID_CHARS ".");
	return n >= OWN_ID_LEAST && n <= OWN_ID_MOST && v[n] == '@' &&
	    strncmp(v + n + 1, w->want->own_domain, d) == 0 &&
	    strcmp(v + n + 1 + d, ">") == 0;
}

/* <id> of somebody else; what follows it, or NULL. */
static const char *
after_id(const char *v)
{
	size_t n = 0, at = 0;

	if (*v++ != '<')
		return NULL;
	for (; v[n] > ' ' && v[n] <= '~' && v[n] != '<' && v[n] != '>'; n++)
		at += v[n] == '@';
	if (v[n] != '>' || n < 3 || n > ID_MOST || at != 1 || v[0] == '@' ||
	    v[n - 1] == '@')
		return NULL;
	return v + n + 1;
}

static bool
good_in_reply_to(struct proof_walk *w, const char *v)
{
	(void)w;
	v = after_id(v);
	return v != NULL && *v == '\0';
}

static bool
good_references(struct proof_walk *w, const char *v)
{
	(void)w;
	for (int i = 0; i < REFERENCES_MOST; i++) {
		v = after_id(v);
		if (v == NULL || *v == '\0')
			return v != NULL;
		if (*v++ != ' ')
			return false;
	}
	return false;
}

static bool
good_auto_submitted(struct proof_walk *w, const char *v)
{
	(void)w;
	return strcmp(v, "auto-replied") == 0 ||
	    strcmp(v, "auto-generated") == 0;
}

static bool
good_mime_version(struct proof_walk *w, const char *v)
{
	(void)w;
	return strcmp(v, "1.0") == 0;
}

static unsigned int
kind_of(const struct proof_walk *w)
{
	return w->smime ? S : w->encrypted ? E : P;
}

static bool
good_disposition(struct proof_walk *w, const char *v)
{
	(void)w;
	return strcmp(v, "attachment; filename=\"smime.p7m\"") == 0;
}

static bool
good_type(struct proof_walk *w, const char *v)
{
	static const char head[] = "multipart/encrypted; "
	    "protocol=\"application/pgp-encrypted\"; boundary=\"";
	size_t n = sizeof(head) - 1;

	if (!w->encrypted)
		return strcmp(v, "text/plain; charset=utf-8") == 0;
	if (w->smime)
		return strcmp(v, "application/pkcs7-mime; smime-type=enveloped"
		    "-data; name=\"smime.p7m\"") == 0;
	if (strncmp(v, head, n) != 0 ||
	    strspn(v + n, ID_CHARS) != PROOF_BOUNDARY ||
	    strcmp(v + n + PROOF_BOUNDARY, "\"") != 0)
		return false;
	memcpy(w->boundary, v + n, PROOF_BOUNDARY);
	return true;
}

static bool
good_encoding(struct proof_walk *w, const char *v)
{
	(void)w;
	return strcmp(v, "base64") == 0;
}

/* --- Date: RFC 5322 3.3 in its fixed form, a day that exists --- */

static int
digits(const char *v, int n)
{
	int x = 0;

	for (; n > 0; n--, v++) {
		if (*v < '0' || *v > '9')
			return -1;
		x = x * 10 + *v - '0';
	}
	return x;
}

/* Place of three letters in a row of such, or -1. */
static int
word_in(const char *v, const char *words)
{
	for (int i = 0; words[3 * i] != '\0'; i++)
		if (strncmp(v, words + 3 * i, 3) == 0)
			return i;
	return -1;
}

static bool
day_exists(int year, int month, int day, int weekday)
{
	static const int length[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int y = year - 1, days = y * 365 + y / 4 - y / 100 + y / 400 + day;

	if (day < 1 || day > length[month] + (month == 1 && leap))
		return false;
	for (int m = 0; m < month; m++)
		days += length[m] + (m == 1 && leap);
	return days % 7 == weekday;	/* 1 January of year 1: a Monday */
}

static bool
good_date(struct proof_walk *w, const char *v)
{
	int weekday, month, year, zone;

	(void)w;
	if (strlen(v) != sizeof("Mon, 01 Jan 2026 00:00:00 +0900") - 1)
		return false;
	if (v[3] != ',' || v[4] != ' ' || v[7] != ' ' || v[11] != ' ' ||
	    v[16] != ' ' || v[19] != ':' || v[22] != ':' || v[25] != ' ' ||
	    (v[26] != '+' && v[26] != '-'))
		return false;
	weekday = word_in(v, "SunMonTueWedThuFriSat");
	month = word_in(v + 8, "JanFebMarAprMayJunJulAugSepOctNovDec");
	year = digits(v + 12, 4);
	zone = digits(v + 27, 4);
	if (weekday < 0 || month < 0 || year < 1970 || zone < 0 ||
	    zone > 1400 || zone % 100 > 59)
		return false;
	for (int i = 17; i <= 23; i += 3)
		if (digits(v + i, 2) < 0 ||
		    digits(v + i, 2) > (i < 20 ? 23 : 59))
			return false;
	return day_exists(year, month, digits(v + 5, 2), weekday);
}

/* --- the table and its walk --- */

static const struct rule rules[] = {
	{ "From", ALL | NEEDED, good_from },
	{ "To", ALL | NEEDED, good_to },
	{ "Reply-To", ALL, good_reply_to },
	{ "Subject", ALL | NEEDED, good_subject },
	{ "Date", ALL | NEEDED, good_date },
	{ "Message-ID", ALL | NEEDED, good_message_id },
	{ "In-Reply-To", ALL, good_in_reply_to },
	{ "References", ALL, good_references },
	{ "Auto-Submitted", ALL, good_auto_submitted },
	{ "MIME-Version", ALL | NEEDED, good_mime_version },
	{ "Content-Type", ALL | NEEDED, good_type },
	{ "Content-Transfer-Encoding", (P | S) * (1 + NEEDED_BY),
	    good_encoding },
	{ "Content-Disposition", S * (1 + NEEDED_BY), good_disposition },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static int
field(struct proof_walk *w, struct sk_span f, unsigned int *seen)
{
	const char *s = sk_arena_strn(w->arena, f.p, f.len);

	for (size_t i = 0; i < RULES; i++) {
		size_t n = strlen(rules[i].name);

		if (strncmp(s, rules[i].name, n) != 0 || s[n] != ':')
			continue;
		if ((rules[i].kind & kind_of(w)) == 0)
			break;
		if (*seen & 1u << i)
			return proof_fail(w, rules[i].name, "stands twice");
		*seen |= 1u << i;
		if (s[n + 1] != ' ' || !rules[i].good(w, s + n + 2))
			return proof_fail(w, rules[i].name,
			    "is not what it must be");
		/* A subject is the wanted one, whatever it says. */
		if (rules[i].good != good_to && rules[i].good != good_subject &&
		    stands_in(s, w->want->to))
			return proof_fail(w, rules[i].name,
			    "names the recipient");
		return 0;
	}
	return proof_fail(w, "header", "holds a field that is not allowed");
}

static int
all_there(const struct proof_walk *w, unsigned int seen)
{
	for (size_t i = 0; i < RULES; i++)
		if ((rules[i].kind & (kind_of(w) * NEEDED_BY)) &&
		    (seen & 1u << i) == 0)
			return proof_fail(w, rules[i].name, "is missing");
	return 0;
}

/* Unfolds field by field: the line end goes, the blank behind it stays. A field
 * says something on its first line. */
int
proof_header(struct proof_walk *w)
{
	const unsigned char *start = w->p;
	struct sk_buf f;
	struct sk_span line;
	unsigned int seen = 0;
	int rc = 0;

	sk_buf_init(&f, HEADER_MOST);
	while (rc == 0) {
		if (!proof_line(w, &line) || w->p - start > HEADER_MOST ||
		    line.len > LIMIT_OUT_HEADER) {
			rc = proof_fail(w, "header", "has no end, or a line "
			    "or the whole is too long");
			break;
		}
		if (line.len > 0 && line.p[0] == ' ') {
			if (f.len == 0 || !memchr(f.p, ' ', f.len) ||
			    line.len < 2)
				rc = proof_fail(w, "header", "is folded oddly");
			sk_buf_add(&f, line.p, line.len);
			continue;
		}
		if (f.len > 0)
			rc = field(w, sk_buf_span(&f), &seen);
		sk_buf_clear(&f);
		if (line.len == 0)
			break;
		sk_buf_add(&f, line.p, line.len);
	}
	sk_buf_free(&f);
	return rc < 0 ? rc : all_there(w, seen);
}
