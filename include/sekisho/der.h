/*
 * Walking BER and DER (X.690): the shape of certificates and CMS, no more than
 * that. Every read is bounds-checked and linear; one error sticks, makes all
 * later reads empty, and is asked for once at the end. Tags of one byte only;
 * lengths of at most four bytes, in their shortest form.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/buf.h>

enum der_tag {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BITS = 0x03,
	DER_OCTETS = 0x04, DER_NULL = 0x05, DER_OID = 0x06,
	DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13, DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17, DER_TIME = 0x18,
	DER_SEQUENCE = 0x30, DER_SET = 0x31,
	DER_CONTEXT = 0x80,		/* [n] primitive: DER_CONTEXT + n */
	DER_CONTEXT_IN = 0xa0		/* [n] constructed */
};

struct der {
	const unsigned char *p, *end;
	bool bad;
};

struct der der_open(struct sk_span s);
/* The next tag; -1 at the end, at an end-of-contents, or after an error. */
int der_peek(const struct der *d);
bool der_at_end(const struct der *d);	/* nothing left, and no error */

/* The content of the next element, which has this tag and a definite length;
 * empty after an error. */
struct sk_span der_take(struct der *d, int tag);
/* The same element with its tag and length. */
struct sk_span der_whole(struct der *d, int tag);
/* As a reader of its own; the caller joins its error: d->bad |= in.bad. */
struct der der_in(struct der *d, int tag);
/* Whatever comes next, over it. */
void der_skip(struct der *d);

/* BER as streams write it: a constructed element of definite or indefinite
 * length, entered and left in place. */
struct der_frame {
	const unsigned char *end;	/* of the element around it */
	bool indefinite;
};
void der_enter(struct der *d, int tag, struct der_frame *f);
void der_leave(struct der *d, const struct der_frame *f); /* all was read */
