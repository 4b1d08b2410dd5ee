/*
 * A finished mail against a deny-list (I6, R-075): the last look before it is
 * sealed. Fields were looked at one by one before; here is what templates,
 * tables and file names made of them.
 */
#include <sekisho/deny.h>

#include <string.h>

#include <sekisho/text.h>

#include "deny_net.h"

const char *
deny_kind(const char *word)
{
	struct deny_net net;

	if (deny_net_parse(word, &net))
		return "network";
	if (strchr(word, '@'))
		return "mail address";
	return strchr(word, '.') && !strchr(word, ' ') ? "domain" : "name";
}

static bool
is_text(const struct deny_part *p)
{
	return !p->type || sk_ascii_iprefix(p->type, "text/");
}

/* Of bytes that are no text, what a reader could make out: runs between
 * controls. Names in a ZIP's directory stand there in clear. */
static char *
readable(struct sk_arena *a, struct sk_span bytes)
{
	unsigned char *runs = sk_arena_alloc(a, bytes.len + 1);

	for (size_t i = 0; i < bytes.len; i++)
		runs[i] = bytes.p[i] < 0x20 || bytes.p[i] == 0x7f ? '\n' :
		    bytes.p[i];
	return sk_utf8_clean(a, sk_span_of(runs, bytes.len));
}

static unsigned
line_of(const char *text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at && text[i]; i++)
		line += text[i] == '\n';
	return line;
}

static const char *
look(struct sk_arena *a, const struct deny_list *l, const char *name,
    const char *text, struct deny_hit *out)
{
	size_t where = 0;
	const char *hit = deny_scan(a, l, text, &where);

	if (hit)
		*out = (struct deny_hit){ .part = name,
			.line = line_of(text, where), .kind = deny_kind(hit) };
	return hit;
}

static const char *
find_in(struct sk_arena *a, const struct deny_list *l,
    const struct deny_part *p, struct deny_hit *out)
{
	const char *hit = NULL;

	if (p->type)
		hit = look(a, l, "file name", p->name, out);
	if (hit || !p->bytes.len)
		return hit;
	return look(a, l, p->name, is_text(p) ? sk_utf8_clean(a, p->bytes) :
	    readable(a, p->bytes), out);
}

static const char *
find(struct sk_arena *a, const struct deny_list *l,
    const struct deny_part *parts, size_t n, struct deny_hit *out)
{
	const char *hit = NULL;

	for (size_t i = 0; i < n && !hit; i++)
		hit = find_in(a, l, &parts[i], out);
	return hit;
}

static size_t
place_of(const struct deny_list *l, const char *word)
{
	size_t i = 0;

	while (l->words[i] != word)
		i++;
	return i;
}

bool
deny_find(const struct deny_list *list, const struct deny_part *parts,
    size_t n, const struct deny_part *frame, size_t nframe,
    struct deny_hit *out)
{
	struct sk_arena *a = sk_arena_new();
	const char **words = sk_arena_array(a, list->nwords + 1,
	    sizeof(*words));
	struct deny_list left = { words, list->nwords };
	struct deny_hit ignored;
	const char *hit;

	if (list->nwords)
		memcpy(words, list->words, list->nwords * sizeof(*words));
	while ((hit = find(a, &left, parts, n, out)) != NULL) {
		const struct deny_list one = { &hit, 1 };

		out->word = place_of(list, hit);
		if (!find(a, &one, frame, nframe, &ignored))
			break;
		words[place_of(&left, hit)] = words[--left.nwords];
	}
	sk_arena_free(&a);
	return hit != NULL;
}
