/*
 * The Date field (RFC 5322 3.3, obsolete forms of 4.3) to seconds since 1970.
 * A claim of the sender: shown, never used to decide. 0 is "cannot be read".
 */
#include <config.h>

#include "mail/bytes.h"
#include "mail/header.h"

struct reader {
	struct sk_span s;
	size_t at;
};

static void
skip(struct reader *r, const char *also)
{
	while (r->at < r->s.len && (byte_space(r->s.p[r->at]) ||
	    (r->s.p[r->at] != 0 &&
	    strchr(also, r->s.p[r->at]) != NULL)))
		r->at++;
}

static struct sk_span
letters(struct reader *r)
{
	size_t start = r->at;

	while (r->at < r->s.len && byte_lower(r->s.p[r->at]) >= 'a' &&
	    byte_lower(r->s.p[r->at]) <= 'z')
		r->at++;
	return span_cut(r->s, start, r->at);
}

/* -1 if there is no number of at most `most` digits. */
static int
number(struct reader *r, size_t most)
{
	size_t start = r->at;
	int v = 0;

	while (r->at < r->s.len && byte_digit(r->s.p[r->at]) &&
	    r->at - start < most)
		v = v * 10 + (r->s.p[r->at++] - '0');
	return r->at > start ? v : -1;
}

static int
month_of(struct sk_span s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	char month[4] = { 0 };

	if (s.len < 3)
		return -1;
	for (size_t i = 0; i < 3; i++)
		month[i] = (char)byte_lower(s.p[i]);
	for (int i = 0; i < 12; i++)
		if (memcmp(names + i * 3, month, 3) == 0)
			return i;
	return -1;
}

static int
named_zone(struct sk_span s)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {
		{ "JST", 540 }, { "EST", -300 }, { "EDT", -240 },
		{ "CST", -360 }, { "CDT", -300 }, { "MST", -420 },
		{ "MDT", -360 }, { "PST", -480 }, { "PDT", -420 },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (span_ieq(s, zones[i].name))
			return zones[i].minutes;
	return 0;		/* GMT, UT, Z, and what nobody knows */
}

static int
zone_minutes(struct reader *r)
{
	int sign, v;

	if (r->at >= r->s.len)
		return 0;
	if (r->s.p[r->at] != '+' && r->s.p[r->at] != '-')
		return named_zone(letters(r));
	sign = r->s.p[r->at++] == '-' ? -1 : 1;
	v = number(r, 4);
	if (v < 0 || v / 100 > 23 || v % 100 > 59)
		return 0;
	return sign * (v / 100 * 60 + v % 100);
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_from(int year, int month, int day)
{
	int y = month < 2 ? year - 1 : year;
	int m = (month + 10) % 12;

	return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 +
	    (m * 306 + 5) / 10 + day - 1 - 719468;
}

static int
full_year(int year)
{
	if (year < 0 || year >= 1000)
		return year;
	return year < 50 ? year + 2000 : year + 1900;
}

int64_t
mail_date(struct sk_arena *a, struct sk_span value)
{
	struct reader r = { 0 };
	int day, month, year, hour, minute, second = 0, zone;

	field_bare(a, value, &r.s);
	letters(&r);
	skip(&r, ",.");
	day = number(&r, 2);
	skip(&r, "-");
	month = month_of(letters(&r));
	skip(&r, "-");
	year = full_year(number(&r, 4));
	skip(&r, "");
	hour = number(&r, 2);
	skip(&r, ":");
	minute = number(&r, 2);
	skip(&r, "");
	if (r.at < r.s.len && r.s.p[r.at] == ':') {
		skip(&r, ":");
		second = number(&r, 2);
	}
	skip(&r, "");
	zone = zone_minutes(&r);
	if (day < 1 || day > 31 || month < 0 || year < 1970 || hour < 0 ||
	    hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return 0;
	return days_from(year, month, day) * 86400 + hour * 3600 +
	    (minute - zone) * 60 + second;
}
