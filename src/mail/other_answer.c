/*
 * What a mail answers in plain text and what it answers in HTML (design.md
 * §8): a client lets its user strike a line out and writes it in plain text as
 * if nothing had happened. Only what both say counts; the rest is unclear, and
 * is asked again.
 *
 * HTML that holds no answer at all contradicts nothing: it may be laid out in a
 * way that is not understood. But if something is struck out in it, that is the
 * answer.
 */
#include <config.h>

#include <string.h>

#include <sekisho/answer.h>

#include "mail/read.h"

#define STRUCK "~~"		/* as html_to_text() marks it */

static unsigned
codes_of(const struct answer *ans)
{
	return ans->ticks | (ans->yes_word ? ANSWER_4Y : 0u);
}

static const struct answer_sighting *
sighting(const struct answer *ans, char letter)
{
	for (unsigned i = 0; i < ans->nsightings; i++)
		if (ans->sightings[i].letter == letter)
			return &ans->sightings[i];
	return NULL;
}

static uint32_t
letter_bit(char letter)
{
	return letter == '\0' ? 1u : 2u << (letter - 'A');
}

static uint32_t
letters_that_differ(const struct answer *plain, const struct answer *html,
    bool struck)
{
	uint32_t bad = 0;

	for (unsigned i = 0; i < plain->nsightings; i++) {
		const struct answer_sighting *x = &plain->sightings[i];
		const struct answer_sighting *y = sighting(html, x->letter);

		if (y != NULL ? y->seen != x->seen :
		    struck || html->nsightings > 0)
			bad |= letter_bit(x->letter);
	}
	return bad;
}

static unsigned
if_struck(unsigned bit, const char *words)
{
	return words != NULL && strstr(words, STRUCK) != NULL ? bit : 0;
}

bool
other_answer(struct sk_arena *a, const char *plain, const char *html,
    struct other_answer *out)
{
	bool struck = strstr(html, STRUCK) != NULL &&
	    strstr(plain, STRUCK) == NULL;
	struct answer x, y;
	unsigned codes = 0;
	uint32_t letters;

	answer_parse(a, plain, &x);
	answer_parse(a, html, &y);
	letters = letters_that_differ(&x, &y, struck);
	if (struck)
		codes = y.unclear | if_struck(ANSWER_1B, y.parts) |
		    if_struck(ANSWER_2X, y.never) |
		    if_struck(ANSWER_3E, y.other);
	if (struck || answer_any(&y))
		codes |= codes_of(&x) ^ codes_of(&y);
	codes &= ~x.unclear;
	out->codes |= codes;
	out->letters |= letters;
	return codes != 0 || letters != 0;
}

void
other_answer_apply(const struct other_answer *other, struct answer *ans)
{
	ans->unclear |= other->codes;
	ans->ticks &= ~other->codes;
	if (other->codes != 0)
		ans->yes_word = false;
	for (unsigned i = 0; i < ans->nsightings; i++)
		if (other->letters & letter_bit(ans->sightings[i].letter))
			ans->sightings[i].seen = SEEN_UNCLEAR;
}
