/* Business days of the council's zone. Pure: the time is a parameter. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The last second, in the zone, of the business_days-th business day after the
 * day of `now`; with 0 of that day itself or the next business day. holidays:
 * local days since 1970-01-01, in any order. */
int64_t calendar_due(int64_t now, int tz_minutes, unsigned business_days,
    const int32_t *holidays, size_t nholidays);
