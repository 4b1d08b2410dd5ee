/*
 * What an answer decides (design.md §8): which codes count, which are unclear,
 * whether the three questions are answered. Everything that could be read in
 * two ways is unclear: a person is asked again, nobody guesses who may
 * know a secret.
 */
#include <config.h>

#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/text.h>

#include "mail/answer_read.h"
#include "mail/answer_words.h"

static const struct {
	const char *name;
	unsigned bit;
} codes[] = {
	{ "1-A", ANSWER_1A }, { "1-B", ANSWER_1B }, { "1-C", ANSWER_1C },
	{ "2-0", ANSWER_20 }, { "2-A", ANSWER_2A }, { "2-B", ANSWER_2B },
	{ "2-C", ANSWER_2C }, { "2-D", ANSWER_2D }, { "2-E", ANSWER_2E },
	{ "2-X", ANSWER_2X }, { "3-A", ANSWER_3A }, { "3-B", ANSWER_3B },
	{ "3-C", ANSWER_3C }, { "3-D", ANSWER_3D }, { "3-E", ANSWER_3E },
	{ "4-Y", ANSWER_4Y }, { "4-N", ANSWER_4N }, { "4-A", ANSWER_4A },
	{ "4-D", ANSWER_4D }, { "4-W", ANSWER_4W }, { "4-C", ANSWER_4C },
};

/* Ticks are compared, and missing ones asked for, group by group. */
static const unsigned groups[] = { ANSWER_SECRECY, ANSWER_SCOPE, ANSWER_2X,
	ANSWER_COORDINATION, ANSWER_READBACK, ANSWER_REQUEST, ANSWER_4W,
	ANSWER_4C };

static const unsigned free_bits[FREES] = { ANSWER_1B, ANSWER_2X, ANSWER_3E };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

_Static_assert(COUNT(codes) == ANSWER_CODES, "a code without a name");

const char *
answer_code_name(unsigned bit)
{
	size_t i;

	for (i = 0; i < COUNT(codes); i++)
		if (codes[i].bit == bit)
			return codes[i].name;
	return NULL;
}

unsigned
answer_code_bit(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(codes); i++)
		if (sk_ascii_ieq(codes[i].name, name))
			return codes[i].bit;
	return 0;
}

static bool
is_single(unsigned bits)
{
	return bits != 0 && (bits & (bits - 1)) == 0;
}

/* Codes that may not stand beside each other. */
static unsigned
clash(unsigned ticks)
{
	static const unsigned one_of[] = { ANSWER_SECRECY, ANSWER_SCOPE,
		ANSWER_READBACK, ANSWER_REQUEST };
	unsigned bad = 0, in;
	size_t i;

	for (i = 0; i < COUNT(one_of); i++) {
		in = ticks & one_of[i];
		if (in != 0 && !is_single(in))
			bad |= in;
	}
	in = ticks & ANSWER_COORDINATION;
	if ((in & ANSWER_3A) != 0 && in != ANSWER_3A)
		bad |= in;
	return bad;
}

/* Different ticks in the new text and in the form; and an x beside a circle:
 * in Japan that x says no. */
static unsigned
disagree(const struct answer_said *said)
{
	unsigned bad = 0, in_new, in_form;
	size_t i;

	for (i = 0; i < COUNT(groups); i++) {
		if ((said->rounds & groups[i]) != 0)
			bad |= said->crosses & groups[i];
		in_new = said->ticks[PLACE_NEW] & groups[i];
		in_form = said->ticks[PLACE_FORM] & groups[i];
		if (in_new != 0 && in_form != 0 && in_new != in_form)
			bad |= in_new | in_form;
	}
	return bad;
}

/* Words beside a yes that want something else than what was asked. */
static bool
has_reserve(const struct answer_said *said)
{
	return said->but || said->change || said->limit || said->ask ||
	    said->later;
}

/* A yes of words wants more: nothing beside it but courtesy. */
static bool
is_doubtful(const struct answer_said *said)
{
	return has_reserve(said) || said->more;
}

/* A yes beside a no, or beside words that take a part of it back: "ただし、…"
 * may name whom a scope leaves out. A scope that was ticked is read back, with
 * the words, before it holds; a yes is not. An agreement, and that of a client,
 * hold at once and for what nobody reads again: beside them stands nothing but
 * courtesy, as beside a yes of words. */
static unsigned
taken_back(const struct answer_said *said, unsigned ticks)
{
	unsigned bad = 0;

	if (said->no || has_reserve(said) ||
	    (said->more && !(ticks & ANSWER_4Y)))
		bad |= ANSWER_4Y;
	if (said->yes && !said->codes_in_new && is_doubtful(said))
		ticks |= ANSWER_4Y;
	if (is_doubtful(said))
		bad |= ANSWER_4A | ANSWER_4C;
	if (said->but || said->later)
		bad |= ANSWER_SCOPE;
	return ticks & bad;
}

/* The words of one code: one place's, or both where they are the same. NULL
 * and *clear false where they are missing, differ, or are too long. */
static const char *
free_words(struct sk_arena *a, struct answer_said *said, int which,
    bool *clear)
{
	struct sk_buf *in_new = &said->words[PLACE_NEW][which];
	struct sk_buf *in_form = &said->words[PLACE_FORM][which];
	struct sk_buf *b = in_new->len > 0 ? in_new : in_form;
	const char *words;

	*clear = false;
	if (in_new->over || in_form->over)
		return NULL;
	if (in_new->len > 0 && in_form->len > 0 &&
	    !sk_span_eq(sk_buf_span(in_new), sk_buf_span(in_form)))
		return NULL;
	if (b->len == 0)
		return NULL;
	words = sk_arena_str(a, sk_buf_str(b));
	*clear = !words_say_nothing(words);
	return words;
}

static void
take_words(struct sk_arena *a, struct answer_said *said, struct answer *out)
{
	const char *words[FREES];
	bool clear;
	int i;

	for (i = 0; i < FREES; i++) {
		words[i] = NULL;
		if ((out->ticks & free_bits[i]) == 0)
			continue;
		words[i] = free_words(a, said, i, &clear);
		if (!clear)
			out->unclear |= free_bits[i];
	}
	out->parts = words[FREE_PARTS];
	out->never = words[FREE_NEVER];
	out->other = words[FREE_OTHER];
}

void
answer_parse(struct sk_arena *a, const char *text, struct answer *out)
{
	struct lines l;

	text_split(a, text, &l);
	answer_parse_lines(a, &l, out);
}

void
answer_parse_lines(struct sk_arena *a, const struct lines *l,
    struct answer *out)
{
	struct answer_said said;

	memset(out, 0, sizeof(*out));
	answer_read(a, l, &said);
	out->ref = said.ref;
	out->ref_other = said.ref_other;
	out->code = said.code;
	out->ticks = said.ticks[PLACE_NEW] | said.ticks[PLACE_FORM];
	out->unclear = said.odd | disagree(&said) | clash(out->ticks) |
	    taken_back(&said, out->ticks);
	take_words(a, &said, out);
	out->yes_word = said.yes && !said.no && !is_doubtful(&said) &&
	    !said.codes_in_new && out->unclear == 0 &&
	    (out->ticks & ~(unsigned)ANSWER_4Y) == 0;
	out->ticks &= ~out->unclear;
	answer_said_free(&said);
	answer_read_seen(a, l, out);
}

/* Ticked, but the words that it wants are not there. */
static unsigned
wordless(const struct answer *ans)
{
	const char *words[FREES] = { ans->parts, ans->never, ans->other };
	unsigned bad = 0;
	int i;

	for (i = 0; i < FREES; i++)
		if ((ans->ticks & free_bits[i]) != 0 &&
		    (words[i] == NULL || words[i][0] == '\0'))
			bad |= free_bits[i];
	return bad;
}

bool
answer_complete(const struct answer *ans, unsigned *open)
{
	static const unsigned asked[] = { ANSWER_SECRECY, ANSWER_SCOPE,
		ANSWER_COORDINATION };
	unsigned ask = ans->unclear | clash(ans->ticks) | wordless(ans);
	size_t i;

	for (i = 0; i < COUNT(asked); i++)
		if (((ans->ticks | ask) & asked[i]) == 0)
			ask |= asked[i];
	if (open != NULL)
		*open = ask;
	return ask == 0;
}

bool
answer_any(const struct answer *ans)
{
	return ans->ticks != 0 || ans->unclear != 0 || ans->yes_word;
}
