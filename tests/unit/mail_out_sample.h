/* One head and one text for the tests of what leaves. */
#pragma once

#include <string.h>

#include <sekisho/compose.h>

#define FROM "csc-info@council.example"
#define TO "sato@acme.example"
#define DOMAIN "council.example"
#define TOKEN26 "abcdefghijklmnopqrstuvwxyz"
#define BOUNDARY26 "zyxwvutsrqponmlkjihgfedcba"
#define CANARY "CANARY-7f3a"
#define NAME_JA "\xe5\x8d\x94\xe8\xad\xb0\xe4\xbc\x9a"		/* council */
#define SUBJECT_JA "TLP:AMBER \xe4\xbb\xb6\xe5\x90\x8d " CANARY

static inline struct compose_head
sample_head(void)
{
	static const char *const refs[] = { "one@acme.example",
	    "two@acme.example" };

	return (struct compose_head){
		.from = FROM, .from_name = NAME_JA, .to = TO,
		.reply_to = "csc-info+" TOKEN26 "@" DOMAIN,
		.subject = SUBJECT_JA, .message_id = TOKEN26 ".a2@" DOMAIN,
		.in_reply_to = "two@acme.example", .references = refs,
		.nreferences = 2, .auto_submitted = "auto-generated",
		.date = 1775001600, .tz_minutes = 540,
	};
}
