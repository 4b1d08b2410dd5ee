/*
 * Prints what was understood of one reply, for tests/golden/answers: the text
 * of a file (.html is turned to text first), one line per finding, words with
 * newlines as \n, then the new text. Nothing is printed for what is absent.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/mail_read.h>

static void
print_codes(const char *name, unsigned bits)
{
	unsigned bit;

	if (bits == 0)
		return;
	printf("%s:", name);
	for (bit = 1; bit < 1u << ANSWER_CODES; bit <<= 1)
		if ((bits & bit) != 0)
			printf(" %s", answer_code_name(bit));
	putchar('\n');
}

static void
print_words(const char *name, const char *words)
{
	if (words == NULL)
		return;
	printf("%s: ", name);
	for (; *words != '\0'; words++)
		if (*words == '\n')
			fputs("\\n", stdout);
		else
			putchar(*words);
	putchar('\n');
}

static void
print_answer(const struct answer *ans)
{
	unsigned open;

	print_codes("ticks", ans->ticks);
	print_codes("unclear", ans->unclear);
	print_words("parts", ans->parts);
	print_words("never", ans->never);
	print_words("other", ans->other);
	if (ans->yes_word)
		puts("yes");
	print_words("ref", ans->ref);
	print_words("ref_other", ans->ref_other);
	print_words("code", ans->code);
	if (answer_complete(ans, &open))
		puts("complete");
	else if (answer_any(ans))
		print_codes("open", open);
}

int
main(int argc, char **argv)
{
	static char file[4 * 1024 * 1024];
	struct sk_arena *a = sk_arena_new();
	struct answer ans;
	char *text;
	size_t n, len;
	FILE *f;

	if (argc != 2 || (f = fopen(argv[1], "rb")) == NULL) {
		fputs("usage: answer_print FILE\n", stderr);
		return 64;
	}
	n = fread(file, 1, sizeof(file) - 1, f);
	fclose(f);
	text = sk_arena_strn(a, file, n);
	len = strlen(argv[1]);
	if (len > 5 && strcmp(argv[1] + len - 5, ".html") == 0)
		text = html_to_text(a, text);
	answer_parse(a, text, &ans);
	print_answer(&ans);
	printf("--- new text\n%s\n", answer_new_text(a, text));
	sk_arena_free(&a);
	return 0;
}
