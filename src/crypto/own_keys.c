/* The council's own keys and their dates: see own.h. */
#include <config.h>

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/key.h>
#include <sekisho/own.h>
#include <sekisho/text.h>

static const char *const words[] = { "next", "current", "former",
	"retired" };
#define WITHDRAWN " withdrawn"

const char *
own_word(enum own_state s)
{
	return words[s];
}

/* ---- the file ---- */

/* The word at *line, which then stands behind it and one blank. */
static char *
take_word(char **line)
{
	char *word = *line, *end = word + strcspn(word, " ");

	*line = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool
take_time(char **line, int64_t *out)
{
	const char *word = take_word(line);

	*out = 0;
	return strcmp(word, "-") == 0 || (sk_time_parse(word, out) == 0 &&
	    *out > 0);
}

static bool
take_line(char *line, struct own_key *k)
{
	const char *fpr = take_word(&line);

	*k = (struct own_key){ 0 };
	if (!key_fingerprint_valid(fpr))
		return false;
	memcpy(k->fpr, fpr, sizeof(k->fpr));
	if (*line == '\0')
		return true;
	return take_time(&line, &k->since) && take_time(&line, &k->until) &&
	    *line == '\0';
}

static bool
take_withdrawn(const char *line, struct own_keys *k)
{
	char fpr[sizeof(k->withdrawn)];

	if (strlen(line) < sizeof(fpr) ||
	    strcmp(line + sizeof(fpr) - 1, WITHDRAWN) != 0)
		return false;
	memcpy(fpr, line, sizeof(fpr) - 1);
	fpr[sizeof(fpr) - 1] = '\0';
	if (!key_fingerprint_valid(fpr))
		return false;
	memcpy(k->withdrawn, fpr, sizeof(fpr));
	return true;
}

static bool
fits(const struct own_keys *k)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct own_key *x = &k->list[i];
		bool last = i + 1 == k->n;

		if (own_find(k, x->fpr) != i || (i == 0 && x->since != 0) ||
		    (last && x->until != 0))
			return false;
		if (!last && (x[1].since <= x->since ||
		    x->until < x[1].since))
			return false;
	}
	return k->n > 0;
}

int
own_keys_read(struct sk_span file, struct own_keys *k)
{
	struct sk_arena *a = sk_arena_new();
	char *save = NULL, *line = sk_arena_strn(a, file.p, file.len);
	bool good = true;

	*k = (struct own_keys){ 0 };
	for (line = strtok_r(line, "\n", &save); line != NULL && good;
	    line = strtok_r(NULL, "\n", &save))
		good = *k->withdrawn == '\0' && (take_withdrawn(line, k) ||
		    (k->n < LIMIT_OWN_KEYS && take_line(line,
		    &k->list[k->n++])));
	if (!good || !fits(k))
		*k = (struct own_keys){ 0 };
	sk_arena_free(&a);
	return k->n > 0 ? SK_OK : SK_ERR_DATA;
}

void
own_keys_write(const struct own_keys *k, struct sk_buf *out)
{
	struct sk_arena *a = sk_arena_new();

	for (size_t i = 0; i < k->n; i++) {
		const struct own_key *x = &k->list[i];

		sk_buf_addf(out, "%s %s %s\n", x->fpr, x->since != 0 ?
		    sk_time_iso(a, x->since) : "-", x->until != 0 ?
		    sk_time_iso(a, x->until) : "-");
	}
	if (*k->withdrawn != '\0')
		sk_buf_addf(out, "%s" WITHDRAWN "\n", k->withdrawn);
	sk_arena_free(&a);
}

bool
own_keys_same(const struct own_keys *a, const struct own_keys *b)
{
	bool same = a->n == b->n && strcmp(a->withdrawn, b->withdrawn) == 0;

	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->list[i].fpr, b->list[i].fpr) == 0 &&
		    a->list[i].since == b->list[i].since &&
		    a->list[i].until == b->list[i].until;
	return same;
}

/* ---- what they are at a moment ---- */

size_t
own_find(const struct own_keys *k, const char *fpr)
{
	size_t i = 0;

	while (i < k->n && strcmp(k->list[i].fpr, fpr) != 0)
		i++;
	return i;
}

size_t
own_current(const struct own_keys *k, int64_t now)
{
	size_t i = k->n - 1;

	while (i > 0 && k->list[i].since > now)
		i--;
	return i;
}

bool
own_opens(const struct own_keys *k, size_t i, int64_t came)
{
	return k->list[i].until == 0 || came < k->list[i].until;
}

enum own_state
own_state(const struct own_keys *k, size_t i, int64_t now)
{
	size_t current = own_current(k, now);

	if (i == current)
		return OWN_CURRENT;
	if (i > current)
		return OWN_NEXT;
	return own_opens(k, i, now) ? OWN_FORMER : OWN_RETIRED;
}

int64_t
own_changes(const struct own_keys *k, int64_t now)
{
	int64_t first = 0;

	for (size_t i = 0; i < k->n; i++) {
		const int64_t at[] = { k->list[i].since, k->list[i].until };

		for (size_t j = 0; j < 2; j++)
			if (at[j] > now && (first == 0 || at[j] < first))
				first = at[j];
	}
	return first;
}

/* ---- another one ---- */

static int
follows(const struct own_keys *k, const char *fpr, int64_t since,
    int64_t until, int64_t now, struct sk_error *e)
{
	const struct own_key *last = &k->list[k->n - 1];
	bool again = strcmp(last->fpr, fpr) == 0;

	if (last->since > now && !again)
		return sk_fail(e, SK_ERR_EXISTS, last->fpr, "this key is the "
		    "next one already: see `sekisho setup key'; to put "
		    "another in its place, take it back first, with "
		    "--withdraw");
	if (own_find(k, fpr) < k->n - again || (again && last->since <= now))
		return sk_fail(e, SK_ERR_EXISTS, fpr, "this is one of the "
		    "council's keys already");
	if (!again && k->n == LIMIT_OWN_KEYS)
		return sk_fail(e, SK_ERR_LIMIT, fpr, "the homes know %d keys "
		    "of the council: take the oldest out of their files "
		    "\"own\"", LIMIT_OWN_KEYS);
	if (since < now || until < since)
		return sk_fail(e, SK_ERR_USAGE, fpr, "the day of change must "
		    "not lie behind us, and the last day of the former key not "
		    "before it");
	return SK_OK;
}

int
own_follow(struct own_keys *k, const char *fpr, int64_t since, int64_t until,
    int64_t now, struct sk_error *e)
{
	struct own_keys out = *k;
	int r = follows(k, fpr, since, until, now, e);

	if (r != SK_OK)
		return r;
	if (own_find(k, fpr) == k->n)
		out.n++;
	out.list[out.n - 1] = (struct own_key){ .since = since };
	memcpy(out.list[out.n - 1].fpr, fpr, sizeof(out.list[0].fpr));
	if (out.n > 1)
		out.list[out.n - 2].until = until;
	out.withdrawn[0] = '\0';
	if (!fits(&out))
		return sk_fail(e, SK_ERR_USAGE, fpr, "these dates do not fit "
		    "those of the keys before it");
	*k = out;
	return SK_OK;
}

int
own_withdraw(struct own_keys *k, int64_t now, struct sk_error *e)
{
	size_t last = k->n ? k->n - 1 : 0;

	if (last == 0 || k->list[last].since <= now)
		return sk_fail(e, SK_ERR_NOINPUT, k->list[last].fpr, "no other "
		    "key is to follow this one: one that signs already is "
		    "followed by another (--from today's date)");
	memcpy(k->withdrawn, k->list[last].fpr, sizeof(k->withdrawn));
	k->n = last;
	k->list[last - 1].until = 0;
	return SK_OK;
}
