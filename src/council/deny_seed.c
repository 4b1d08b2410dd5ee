/*
 * The words a case's deny-list starts with. They come from an address and names
 * that the originator wrote, so some of them may be too common to look for; an
 * operator adds the victim's own words.
 */
#include <sekisho/deny.h>

#include <string.h>

#include <sekisho/text.h>

#include "deny_text.h"
#include "role_words.h"

#define SEEDS 32

struct seeds {
	struct sk_arena *a;
	const char *words[SEEDS];
	size_t n;
};

/* Written beside a name, and left out when people speak of it. */
static const char *const forms[] = {
	"株式会社", "有限会社", "合同会社", "合資会社", "一般社団法人",
	"公益社団法人", "一般財団法人", "公益財団法人", "独立行政法人",
	"国立大学法人", "学校法人", "医療法人", "社会福祉法人", "(株)",
	"(有)", "(社)", "(財)", "co.,ltd.", "co.,ltd", "co., ltd.",
	"co., ltd", "inc.", ", inc", " inc", "corporation", "corp.",
	"limited", " ltd.", " ltd", " llc", "k.k.",
};

/* Ends of words that name a part of any organisation, not one of them. */
static const char *const common[] = {
	"部", "課", "室", "係", "局", "グループ", "チーム", "担当", "窓口",
	"事務局", "センター", "様", "御中",
};

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

static bool
is_common(const char *s)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (ends_with(s, common[i]))
			return true;
	return false;
}

/* Three letters; two where each is a word by itself, as in many Japanese
 * names. */
static bool
long_enough(const char *folded)
{
	size_t n = deny_length(folded);

	return n >= 3 || (n == 2 && strlen(folded) >= 6);
}

static void
add(struct seeds *x, const char *word)
{
	struct deny_text folded;

	deny_fold(x->a, word, false, &folded);
	if (!long_enough(folded.s) || x->n == SEEDS)
		return;
	for (size_t i = 0; i < x->n; i++)
		if (strcmp(sk_nfkc_fold(x->a, x->words[i]),
		    sk_nfkc_fold(x->a, word)) == 0)
			return;
	x->words[x->n++] = sk_arena_str(x->a, word);
}

static bool
is_free_mail(const char *domain, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sk_same_org_domain(list[i], domain))
			return true;
	return false;
}

static void
add_address(struct seeds *x, const char *address, const char *const *free_mail,
    size_t n)
{
	const char *domain = sk_address_domain(address);

	add(x, address);
	if (*domain && !is_free_mail(domain, free_mail, n))
		add(x, sk_org_domain(x->a, domain));
}

/* Blanks out every form of company; what is left is the name people use. */
static void
strip_forms(char *folded)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char *at = strstr(folded, forms[i]);

		if (at)
			memset(at, ' ', strlen(forms[i]));
	}
}

static char *
trim(char *s)
{
	char *end;

	s += strspn(s, " ,");
	end = s + strlen(s);
	while (end > s && strchr(" ,", end[-1]))
		*--end = '\0';
	return s;
}

static void
add_name(struct seeds *x, const char *name)
{
	char *core = sk_nfkc_fold(x->a, name), *left;

	add(x, name);
	strip_forms(core);
	left = trim(core);
	if (*left)
		add(x, left);
}

/* "アクメ電力株式会社 佐藤花子": each part names somebody. Latin parts do not
 * stand alone: first names are too common. */
static void
add_parts(struct seeds *x, const char *name)
{
	const char *s = sk_nfkc(x->a, name);

	for (size_t n; *s; s += n + (s[n] != '\0')) {
		const char *part;

		n = strcspn(s, " /()");
		part = sk_arena_strn(x->a, s, n);
		if (!sk_is_ascii(sk_span_str(part)) && !is_common(part) &&
		    deny_length(part) >= 3)
			add_name(x, part);
	}
}

void
deny_from_originator(struct sk_arena *a, const char *address,
    const char *display_name, const char *org_name,
    const char *const *free_mail, size_t nfree_mail, struct deny_list *out)
{
	struct seeds x = { .a = a };

	if (address)
		add_address(&x, address, free_mail, nfree_mail);
	if (display_name) {
		/* "Support", "情報システム部": such a word stands in every
		 * second text and names nobody. */
		if (!is_common(display_name) && !is_role_word(display_name))
			add_name(&x, display_name);
		add_parts(&x, display_name);
	}
	if (org_name)
		add_name(&x, org_name);
	out->words = sk_arena_dup(a, x.words, x.n * sizeof(x.words[0]));
	out->nwords = x.n;
}
