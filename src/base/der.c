/*
 * A BER/DER reader of the size that is needed: see der.h. It allocates nothing
 * and recurses nowhere; what it gives out are places in the caller's bytes.
 */
#include <config.h>

#include <sekisho/der.h>

enum { HIGH_TAG = 0x1f, CONSTRUCTED = 0x20, LONG = 0x80, LENGTH_BYTES = 4 };

struct head {
	int tag;
	size_t len;
	bool indefinite;
};

struct der
der_open(struct sk_span s)
{
	return (struct der){ s.p, s.p + s.len, false };
}

static size_t
left(const struct der *d)
{
	return (size_t)(d->end - d->p);
}

int
der_peek(const struct der *d)
{
	return d->bad || left(d) < 2 || d->p[0] == 0 ? -1 : d->p[0];
}

bool
der_at_end(const struct der *d)
{
	return !d->bad && d->p == d->end;
}

static bool
fail(struct der *d)
{
	d->bad = true;
	d->p = d->end;
	return false;
}

/* X.690 8.1.3.5, in the shortest form only (10.1). */
static bool
long_length(struct der *d, size_t bytes, size_t *len)
{
	size_t n = 0;

	if (bytes > LENGTH_BYTES || left(d) < bytes || d->p[0] == 0)
		return false;
	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | *d->p++;
	*len = n;
	return n >= LONG;
}

/* Tag and length; the content lies whole before the end. */
static bool
head(struct der *d, struct head *h)
{
	unsigned char c;

	if (d->bad || left(d) < 2 || d->p[0] == 0 ||
	    (d->p[0] & HIGH_TAG) == HIGH_TAG)
		return fail(d);
	h->tag = *d->p++;
	c = *d->p++;
	h->len = c;
	h->indefinite = c == LONG;
	if (h->indefinite) {
		h->len = 0;
		return (h->tag & CONSTRUCTED) != 0 || fail(d);
	}
	if ((c & LONG) != 0 && !long_length(d, c & ~(unsigned)LONG, &h->len))
		return fail(d);
	return h->len <= left(d) || fail(d);
}

struct sk_span
der_whole(struct der *d, int tag)
{
	const unsigned char *from = d->p;
	struct head h;

	if (!head(d, &h))
		return sk_span_of(d->p, 0);
	if ((tag >= 0 && h.tag != tag) || h.indefinite) {
		fail(d);
		return sk_span_of(d->p, 0);
	}
	d->p += h.len;
	return sk_span_of(from, (size_t)(d->p - from));
}

struct sk_span
der_take(struct der *d, int tag)
{
	struct sk_span whole = der_whole(d, tag);
	struct der in = der_open(whole);
	struct head h;

	if (d->bad || !head(&in, &h))
		return sk_span_of(d->p, 0);
	return sk_span_of(in.p, h.len);
}

struct der
der_in(struct der *d, int tag)
{
	struct der in = der_open(der_take(d, tag));

	in.bad = d->bad;
	return in;
}

void
der_skip(struct der *d)
{
	der_whole(d, -1);
}

void
der_enter(struct der *d, int tag, struct der_frame *f)
{
	struct head h;

	*f = (struct der_frame){ d->end, false };
	if (!head(d, &h))
		return;
	if (h.tag != tag || (tag & CONSTRUCTED) == 0) {
		fail(d);
		return;
	}
	f->indefinite = h.indefinite;
	if (!h.indefinite)
		d->end = d->p + h.len;
}

void
der_leave(struct der *d, const struct der_frame *f)
{
	if (d->bad)
		return;
	if (!f->indefinite) {
		if (d->p != d->end)
			fail(d);
		d->end = f->end;
		d->p = d->bad ? d->end : d->p;
		return;
	}
	if (left(d) < 2 || d->p[0] != 0 || d->p[1] != 0)
		fail(d);
	else
		d->p += 2;
}
