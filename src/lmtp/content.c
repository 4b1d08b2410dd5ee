/*
 * The content after DATA: where it ends, and what in it is a stray CR or LF
 * (RFC 5321 2.3.8, 4.1.1.4, 4.5.2).
 *
 * The only end is CR LF "." CR LF, whatever slices it comes in; everything
 * that only looks like it holds a stray CR or LF and is reported as such, so
 * that no second mail can hide in a first (SMTP smuggling, L21). NUL is an
 * octet like any other. Lines may be of any length: nothing is collected, the
 * two memchr() calls a line cost are all the work there is.
 */
#include <config.h>

#include <string.h>

#include "lmtp/internal.h"

struct scan {
	const unsigned char *p;
	size_t n, at;
	size_t from;		/* what is not yet handed on begins here */
	lmtp_run_fn *run;
	void *ctx;
};

static void
hand_on(struct scan *sc, size_t to)
{
	if (to > sc->from)
		sc->run(sc->ctx, sc->p + sc->from, to - sc->from);
	sc->from = to;
}

/* Drops the octet at hand. */
static void
skip(struct scan *sc)
{
	hand_on(sc, sc->at);
	sc->from = ++sc->at;
}

/* No LF in what is left: a CR may only be its last octet. */
static enum lmtp_found
rest_of_line(struct scan *sc, enum lmtp_place *place)
{
	size_t left = sc->n - sc->at;
	const unsigned char *cr = memchr(sc->p + sc->at, '\r', left);

	sc->at = sc->n;
	*place = cr == NULL ? PLACE_TEXT : PLACE_CR;
	return cr == NULL || cr == sc->p + sc->n - 1 ? FOUND_MORE : FOUND_STRAY;
}

/* Whole lines, until one begins with a dot or the input ends. */
static enum lmtp_found
text(struct scan *sc, enum lmtp_place *place)
{
	do {
		const unsigned char *start = sc->p + sc->at, *lf, *cr;

		lf = memchr(start, '\n', sc->n - sc->at);
		if (lf == NULL)
			return rest_of_line(sc, place);
		cr = memchr(start, '\r', (size_t)(lf - start));
		if (cr == NULL || cr + 1 != lf)
			return FOUND_STRAY;
		sc->at = (size_t)(lf - sc->p) + 1;
	} while (sc->at < sc->n && sc->p[sc->at] != '.');
	*place = PLACE_START;
	return FOUND_MORE;
}

/* One step; at least one octet or one change of place. */
static enum lmtp_found
step(struct scan *sc, enum lmtp_place *place)
{
	unsigned char c = sc->p[sc->at];

	switch (*place) {
	case PLACE_START:
		*place = c == '.' ? PLACE_DOT : PLACE_TEXT;
		if (c == '.')
			skip(sc);
		return FOUND_MORE;
	case PLACE_DOT:
		/* The CR is held back: it ends the content or is stray. */
		*place = c == '\r' ? PLACE_DOT_CR : PLACE_TEXT;
		if (c == '\r')
			skip(sc);
		return FOUND_MORE;
	case PLACE_DOT_CR:
		if (c != '\n')
			return FOUND_STRAY;
		skip(sc);
		return FOUND_END;
	case PLACE_CR:
		if (c != '\n')
			return FOUND_STRAY;
		sc->at++;
		*place = PLACE_START;
		return FOUND_MORE;
	case PLACE_TEXT:
		break;
	}
	return text(sc, place);
}

enum lmtp_found
lmtp_scan(enum lmtp_place *place, const void *p, size_t n, size_t *used,
    lmtp_run_fn *run, void *ctx)
{
	struct scan sc = { .p = p, .n = n, .run = run, .ctx = ctx };
	enum lmtp_found found = FOUND_MORE;

	while (found == FOUND_MORE && sc.at < n)
		found = step(&sc, place);
	if (found == FOUND_MORE)
		hand_on(&sc, n);
	*used = sc.at;
	return found;
}
