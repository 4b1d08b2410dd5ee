/*
 * Any text for indicators, details and passages. Checked: bounds, types and
 * flags in range, every value once, passages in order and without gaps, and
 * what is found travels by the wire unchanged.
 */
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/messages.h>
#include <sekisho/text.h>

#include "mail/answer_text.h"
#include "mail/read.h"

#include "fuzz.h"

static void
check_indicators(const struct facts *f)
{
	FUZZ_CHECK(f->nindicators <= LIMIT_INDICATORS);
	for (size_t i = 0; i < f->nindicators; i++) {
		const struct fact_indicator *x = &f->indicators[i];

		FUZZ_CHECK(x->type <= INDICATOR_CVE && *x->value);
		FUZZ_CHECK(strlen(x->value) <= LIMIT_INDICATOR + 16);
		FUZZ_CHECK(sk_is_ascii(sk_span_str(x->value)));
		for (const char *p = x->value; *p; p++)
			FUZZ_CHECK(*p > ' ' && *p < 0x7f);
		for (size_t k = 0; k < i; k++)
			FUZZ_CHECK(x->type != f->indicators[k].type ||
			    strcmp(x->value, f->indicators[k].value) != 0);
	}
}

static void
check_passages(const struct facts *f)
{
	size_t at = 0;

	FUZZ_CHECK(f->npassages <= LIMIT_PASSAGES);
	for (size_t i = 0; i < f->npassages; i++) {
		FUZZ_CHECK(f->passages[i].at == at && f->passages[i].len > 0);
		FUZZ_CHECK(sk_utf8_valid(sk_span_of(f->text + at,
		    f->passages[i].len)));
		at += f->passages[i].len;
	}
	FUZZ_CHECK(at == strlen(f->text));
}

static void
check_wire(struct sk_arena *a, const struct facts *f)
{
	struct facts again;
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_FACTS);
	facts_put(&b, f);
	FUZZ_CHECK(facts_get(a, sk_buf_span(&b), &again) == SK_OK);
	FUZZ_CHECK(again.nindicators == f->nindicators);
	sk_buf_free(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct facts f = { 0 };
	struct answer ans;
	struct lines l;

	if (n > LIMIT_TEXT)
		n = LIMIT_TEXT;
	f.text = sk_utf8_clean(a, sk_span_of(p, n));
	text_split(a, f.text, &l);
	indicators_find(a, &l, n > 0 && p[0] & 1, &f);
	details_find(a, &l, &f);
	FUZZ_CHECK(f.ndetails <= LIMIT_DETAILS);
	for (size_t i = 0; i < f.ndetails; i++)
		FUZZ_CHECK(strlen(f.details[i].value) <= LIMIT_DETAIL);
	check_indicators(&f);
	check_passages(&f);
	check_wire(a, &f);
	answer_parse_lines(a, &l, &ans);
	FUZZ_CHECK(ans.nsightings <= ANSWER_SIGHTINGS);
	sk_arena_free(&a);
	return 0;
}
