/*
 * Prints what kind of mail it is, for tests/golden/classes: its class by the
 * mail alone, what a bounce says, and what members answered. Nothing is printed
 * for what is absent. Never installed.
 */
#include <config.h>

#include <stdio.h>

#include <sekisho/decide.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

static void
print_bounce(struct sk_arena *a, const struct fact_bounce *b)
{
	if (b->fate == FATE_NONE)
		return;
	printf("fate: %s\n", fate_word(b->fate));
	if (b->status)
		printf("status: %s\n", b->status);
	if (b->recipient)
		printf("recipient: %s\n", sk_escape_terminal(a, b->recipient,
		    false));
	for (size_t i = 0; i < b->nreturned; i++)
		printf("returned: %s\n", sk_escape_terminal(a,
		    b->returned[i], false));
}

int
main(int argc, char **argv)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_error e = { 0 };
	struct sk_buf raw;
	struct facts f;

	if (argc != 2)
		return 64;
	charset_prepare();
	html_prepare();
	sk_buf_init(&raw, LIMIT_MESSAGE_MAX);
	if (sk_file_read(argv[1], &raw, &e) || mail_read(sk_buf_span(&raw), 0,
	    a, &f, NULL, &e)) {
		printf("unreadable: %s: %s\n", e.where, e.text);
		return 1;
	}
	printf("class: %s\n", word_of(WORDS_MAIL_CLASS,
	    (int)classify_alone(a, &f)));
	printf("automatic: %s\n", automatic_word(f.automatic));
	if (f.likely != AUTO_NO)
		printf("likely: %s\n", automatic_word(f.likely));
	print_bounce(a, &f.bounce);
	if (f.gives_password)
		puts("gives a password");
	for (unsigned i = 0; i < f.answer.nsightings; i++)
		printf("%c %s\n", f.answer.sightings[i].letter ?
		    f.answer.sightings[i].letter : '*',
		    answer_seen_word(f.answer.sightings[i].seen));
	sk_buf_free(&raw);
	sk_arena_free(&a);
	return 0;
}
