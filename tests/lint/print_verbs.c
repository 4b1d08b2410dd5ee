/*
 * The table of verbs as lines, for tests/lint/man: the verb, a tab, the name of
 * an argument or option ("" for the verb itself), a tab, the words it may have.
 * Printed from the table that the programs use, so that nothing is parsed twice.
 */
#include <stdio.h>

#include <sekisho/verbs.h>

static const char *
words_of(const struct verb_value *x)
{
	if (x->kind == VALUE_CHOICE)
		return x->choices;
	if (x->kind == VALUE_WORD || x->kind == VALUE_WORDS)
		return word_choices(x->words);
	return "";
}

int
main(void)
{
	size_t n;
	const struct verb *t = verb_table(&n);

	for (size_t i = 0; i < n; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s%s%s", t[i].noun, t[i].name ?
		    " " : "", t[i].name ? t[i].name : "");
		printf("%s\t\t\n", name);
		for (const struct verb_value *x = t[i].values; x->name; x++)
			printf("%s\t%s\t%s\n", name, x->name, words_of(x));
	}
	return 0;
}
