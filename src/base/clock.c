/*
 * Time. Only programs call sk_now; pure modules get the time as a parameter.
 * Names of days and months are ours and not the locale's, because they stand
 * in mail (RFC 5322 3.3). The test clock exists only in builds that asked for
 * it: an environment variable must not move the time of an installed daemon.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sekisho/clock.h>
#include <sekisho/error.h>
#include <sekisho/log.h>

#define ZONES "/usr/share/zoneinfo/"

#ifdef SK_TEST_CLOCK
int64_t
sk_now(void)
{
	/* The one state beside the log's, and in test builds only. */
	static int64_t offset;
	static bool known;
	int64_t real = time(NULL), start;
	const char *v;

	if (known)
		return real + offset;
	known = true;
	v = getenv("SEKISHO_NOW");
	if (v == NULL || *v == '\0')
		return real;
	if (sk_time_parse(v, &start) != 0)
		sk_bug("clock.test", "SEKISHO_NOW=%s", v);
	offset = start - real;
	return start;
}
#else
int64_t
sk_now(void)
{
	return time(NULL);
}
#endif

/* glibc takes an unknown name for UTC without a word, so look first. */
static bool
zone_known(const char *name)
{
	char path[256], magic[4];
	FILE *f;
	bool ok;
	int n;

	if (*name == '\0' || *name == '/' || *name == '.' ||
	    strstr(name, "..") != NULL)
		return false;
	n = snprintf(path, sizeof(path), ZONES "%s", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	ok = fread(magic, sizeof(magic), 1, f) == 1 &&
	    memcmp(magic, "TZif", sizeof(magic)) == 0;
	fclose(f);
	return ok;
}

bool
sk_timezone(const char *name)
{
	bool utc = strcmp(name, "UTC") == 0;

	if (!utc && !zone_known(name))
		return false;
	if (setenv("TZ", utc ? "UTC0" : name, 1) != 0)
		sk_bug("memory.none", "zone");
	tzset();
	return true;
}

static struct tm
utc(int64_t t)
{
	time_t tt = (time_t)t;
	struct tm tm;

	if (gmtime_r(&tt, &tm) == NULL)
		sk_bug("clock.range", "time=%lld", (long long)t);
	return tm;
}

static struct tm
local(int64_t t)
{
	time_t tt = (time_t)t;
	struct tm tm;

	if (localtime_r(&tt, &tm) == NULL)
		sk_bug("clock.range", "time=%lld", (long long)t);
	return tm;
}

int
sk_year(int64_t t)
{
	return local(t).tm_year + 1900;
}

char *
sk_time_iso(struct sk_arena *a, int64_t t)
{
	struct tm tm = utc(t);

	return sk_arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

char *
sk_time_local(struct sk_arena *a, int64_t t)
{
	struct tm tm = local(t);

	return sk_arena_printf(a, "%04d-%02d-%02d %02d:%02d %s",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_zone);
}

char *
sk_date_local(struct sk_arena *a, int64_t t)
{
	struct tm tm = local(t);

	return sk_arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday);
}

int
sk_tz_minutes(int64_t t)
{
	return (int)(local(t).tm_gmtoff / 60);
}

char *
sk_time_rfc5322(struct sk_arena *a, int64_t t)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	    "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = local(t);
	long minutes = labs(tm.tm_gmtoff) / 60;

	return sk_arena_printf(a,
	    "%s, %02d %s %04d %02d:%02d:%02d %c%02ld%02ld",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_gmtoff < 0 ? '-' : '+',
	    minutes / 60, minutes % 60);
}

/* Exactly n digits. */
static bool
number(const char *s, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return false;
		*out = *out * 10 + (*s - '0');
	}
	return true;
}

int
sk_time_parse(const char *iso, int64_t *out)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	struct tm tm = { 0 }, back;
	time_t t;
	size_t i;

	if (strlen(iso) != sizeof(form) - 1)
		return SK_ERR_DATA;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] != '0' && form[i] != iso[i])
			return SK_ERR_DATA;
	if (!number(iso, 4, &tm.tm_year) || !number(iso + 5, 2, &tm.tm_mon) ||
	    !number(iso + 8, 2, &tm.tm_mday) ||
	    !number(iso + 11, 2, &tm.tm_hour) ||
	    !number(iso + 14, 2, &tm.tm_min) ||
	    !number(iso + 17, 2, &tm.tm_sec))
		return SK_ERR_DATA;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	back = tm;
	t = timegm(&tm);
	/* timegm carries over: 31 April must be a fault and not 1 May. A wrong
	 * day always lands in another month. */
	if (tm.tm_mon != back.tm_mon || tm.tm_hour != back.tm_hour ||
	    tm.tm_min != back.tm_min || tm.tm_sec != back.tm_sec)
		return SK_ERR_DATA;
	*out = t;
	return 0;
}

int
sk_day_parse(const char *day, int64_t *out)
{
	char iso[] = "0000-00-00T00:00:00Z";
	int64_t t;

	if (strlen(day) != 10)
		return SK_ERR_DATA;
	memcpy(iso, day, 10);
	if (sk_time_parse(iso, &t) != 0)
		return SK_ERR_DATA;
	*out = t - 60 * (int64_t)sk_tz_minutes(t);
	return 0;
}
