/*
 * Prints the indicators, details and passages of a text, for
 * tests/golden/found. Never installed.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>

#include "mail/answer_text.h"
#include "mail/read.h"

static void
print_flags(uint32_t flags)
{
	static const char *const words[] = { "defanged", "internal",
		"signature", "theirs" };

	for (unsigned i = 0; i < 4; i++)
		if (flags & 1u << i)
			printf(" %s", words[i]);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_error e = { 0 };
	struct answer ans;
	struct lines l;
	struct sk_buf b;
	struct facts f = { 0 };

	if (argc != 2)
		return 64;
	sk_buf_init(&b, LIMIT_TEXT);
	if (sk_file_read(argv[1], &b, &e))
		return 66;
	f.text = sk_arena_str(a, sk_buf_str(&b));
	text_split(a, f.text, &l);
	answer_parse_lines(a, &l, &ans);
	indicators_find(a, &l, ans.ref != NULL, &f);
	details_find(a, &l, &f);
	for (size_t i = 0; i < f.nindicators; i++) {
		printf("%s:%s", indicator_word(f.indicators[i].type),
		    f.indicators[i].value);
		print_flags(f.indicators[i].flags);
	}
	for (size_t i = 0; i < f.ndetails; i++)
		printf("%s = %s\n", detail_word(f.details[i].kind),
		    f.details[i].value);
	for (size_t i = 0; i < f.npassages; i++)
		printf("--- %s\n%.*s", f.passages[i].technical ?
		    "technical" : "the rest", (int)f.passages[i].len,
		    f.text + f.passages[i].at);
	if (f.doubts)
		puts("--- left out");
	sk_buf_free(&b);
	sk_arena_free(&a);
	return 0;
}
