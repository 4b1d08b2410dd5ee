/*
 * Business days: nobody is asked for an answer at night or on a
 * holiday, so targets end with a working day of the council's own zone.
 */
#include <sekisho/calendar.h>

#include <stdbool.h>

#define DAY 86400

static int64_t
floor_div(int64_t n, int64_t by)
{
	return n / by - (n % by < 0);
}

static bool
is_business_day(int64_t day, const int32_t *holidays, size_t nholidays)
{
	/* 1970-01-01 was a Thursday: 0 is Sunday here. */
	int64_t weekday = (day % 7 + 7 + 4) % 7;

	if (weekday == 0 || weekday == 6)
		return false;
	for (size_t i = 0; i < nholidays; i++)
		if (holidays[i] == day)
			return false;
	return true;
}

int64_t
calendar_due(int64_t now, int tz_minutes, unsigned business_days,
    const int32_t *holidays, size_t nholidays)
{
	int64_t zone = (int64_t)tz_minutes * 60;
	int64_t day = floor_div(now + zone, DAY);
	/* None at all: today, if today is a working day. */
	unsigned left = business_days ? business_days : 1;

	if (business_days)
		day++;
	for (;; day++)
		if (is_business_day(day, holidays, nholidays) && --left == 0)
			return (day + 1) * DAY - 1 - zone;
}
