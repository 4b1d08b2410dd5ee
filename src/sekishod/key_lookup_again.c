/*
 * Look-ups that the daemon began by itself and that nobody could answer: tried
 * again, less and less often, and named by `sekisho check' meanwhile (L23).
 * They stand in one small value of the database, so that a restart forgets
 * none: a line each, "NEXT TRIES PERSON WHY".
 */
#include "daemon.h"

#include <stdio.h>
#include <string.h>

#include <sekisho/log.h>

#define META "lookups.failed"
#define FIRST_SECONDS 3600
#define MAX_SECONDS 86400
#define TRIES_MAX 8	/* four days; the next warning asks anyway */
#define AT_ONCE 10	/* one fetcher asks after the other */

static size_t
count_lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static bool
read_line(struct sk_arena *a, char *line, struct key_lookup_failed *x)
{
	long long next;
	int person = 0, end = 0;

	if (sscanf(line, "%lld %u %n%*s%n", &next, &x->tries, &person,
	    &end) != 2 || !end)
		return false;
	x->next = next;
	x->person = sk_arena_strn(a, line + person, (size_t)(end - person));
	x->why = line[end] ? line + end + 1 : "";
	return true;
}

int
key_lookup_failures(struct daemon *d, struct sk_arena *a,
    struct key_lookup_failed **out, size_t *n)
{
	const char *said = "";
	char *line, *save = NULL;
	int r = store_meta_get(d->store, a, META, &said);

	*n = 0;
	*out = sk_arena_array(a, count_lines(said) + 1, sizeof(**out));
	if (r)
		return r == SK_ERR_NOINPUT ? SK_OK : r;
	for (line = strtok_r(sk_arena_str(a, said), "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save))
		*n += read_line(a, line, &(*out)[*n]);
	return SK_OK;
}

static int
keep(struct daemon *d, const struct key_lookup_failed *list, size_t n)
{
	struct sk_buf b;
	int r;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	for (size_t i = 0; i < n; i++)
		sk_buf_addf(&b, "%lld %u %s %s\n", (long long)list[i].next,
		    list[i].tries, list[i].person, list[i].why);
	r = b.over ? SK_ERR_LIMIT : store_meta_set(d->store, META,
	    b.len ? sk_buf_str(&b) : "");
	sk_buf_free(&b);
	if (r)
		sk_log(SK_ERROR, "key.lookup", "kept=no error=%s",
		    sk_err_word(r));
	return r;
}

static int64_t
back_off(unsigned tries)
{
	int64_t s = FIRST_SECONDS;

	while (tries-- > 1 && s < MAX_SECONDS)
		s *= 2;
	return s < MAX_SECONDS ? s : MAX_SECONDS;
}

/* why NULL: it was answered. */
int
key_lookup_ended(struct daemon *d, struct sk_arena *a, const char *person,
    const char *why, int64_t now)
{
	struct key_lookup_failed *list = NULL, *x = NULL;
	size_t n = 0;
	int r = key_lookup_failures(d, a, &list, &n);

	if (r)
		return r;
	for (size_t i = 0; i < n && !x; i++)
		if (strcmp(list[i].person, person) == 0)
			x = &list[i];
	if (!x && !why)
		return SK_OK;
	if (!x) {		/* there is room for one */
		x = &list[n++];
		*x = (struct key_lookup_failed){ .person = person };
	}
	if (why && ++x->tries <= TRIES_MAX) {
		x->why = why;
		x->next = now + back_off(x->tries);
	} else {
		*x = list[--n];
	}
	return keep(d, list, n);
}

/* Not again while it is being asked. */
static int
ask_again(struct daemon *d, struct sk_arena *a, struct key_lookup_failed *x,
    int64_t now)
{
	struct person p;

	x->next = now + FIRST_SECONDS;
	return store_person_get(d->store, a, x->person, &p) == SK_OK &&
	    p.active ? key_lookup(d, &p, now) : SK_OK;
}

int
key_lookup_again(struct daemon *d, struct sk_arena *a, int64_t now)
{
	struct key_lookup_failed *list = NULL;
	size_t n = 0, asked = 0;
	int r = key_lookup_failures(d, a, &list, &n);

	if (r || !n)
		return r;
	if (d->config->wkd_lookup != LOOKUP_AUTOMATIC)
		return keep(d, list, 0);
	for (size_t i = 0; i < n && asked < AT_ONCE && !r; i++)
		if (list[i].next <= now) {
			r = ask_again(d, a, &list[i], now);
			asked++;
		}
	return r || !asked ? r : keep(d, list, n);
}
