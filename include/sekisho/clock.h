/* Time: seconds since 1970 UTC as int64_t. Only programs read the clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/arena.h>

/* With --enable-test-clock, SEKISHO_NOW (2026-04-01T09:00:00Z) moves the clock:
 * it starts there when the process starts and runs on. */
int64_t sk_now(void);
/* The process's one time zone (council.timezone); false if unknown. */
bool sk_timezone(const char *name);
int sk_year(int64_t t);				/* in that zone */
char *sk_time_iso(struct sk_arena *a, int64_t t);	/* 2026-04-01T00:00:00Z */
char *sk_time_local(struct sk_arena *a, int64_t t);	/* 2026-04-01 09:00 JST */
char *sk_date_local(struct sk_arena *a, int64_t t);	/* 2026-04-01 */
int sk_tz_minutes(int64_t t);			/* east of UTC, then */
char *sk_time_rfc5322(struct sk_arena *a, int64_t t);
int sk_time_parse(const char *iso, int64_t *out);	/* 0 or SK_ERR_DATA */
/* The beginning of 2026-04-01 in that zone; 0 or SK_ERR_DATA. */
int sk_day_parse(const char *day, int64_t *out);
