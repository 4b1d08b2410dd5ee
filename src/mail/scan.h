/*
 * The structure of a mail, found by one pass over the raw bytes: entities, their
 * headers and where each begins and ends. Signed octets, the prescan's limits
 * and the numbers of parts all come from here. message/rfc822 is a leaf: what
 * is inside an attached mail is none of our business.
 */
#pragma once

#include "mail/header.h"
#include "mail/params.h"
#include "mail/transfer.h"

struct mail_part {
	struct mail_header head;
	struct mime_value type;		/* word never "" */
	struct mime_value disposition;	/* word "" if there is none */
	const char *charset;		/* label, lower case, or NULL */
	enum transfer transfer;
	size_t at, body, end;	/* header, body, end before the line end that
				 * belongs to the boundary */
	size_t parent;		/* index; the root is its own parent */
	size_t nchildren;
	unsigned depth;
	uint32_t leaf;		/* from 1; 0 for a multipart */
	bool guessed;		/* the type is ours, not what was written */
};

struct mail_scan {
	struct sk_span raw;
	struct mail_part *parts;	/* in the order of the bytes */
	size_t n;
	uint32_t leaves;
	uint32_t doubts;
	bool passed;		/* the prescan let it through (prescan.c) */
};

/* Linear. layer as in mail_read(). SK_OK or SK_ERR_LIMIT. */
int mail_scan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *out, struct sk_error *e);

/* What was encrypted as a file may be one: bytes of no text and without a
 * header of their own become one leaf, scanned for nothing. False: it is none.
 * Linear. */
bool mail_scan_file(struct sk_arena *a, struct sk_span raw,
    struct mail_scan *out);

bool part_is(const struct mail_part *p, const char *type);
bool part_is_kind(const struct mail_part *p, const char *prefix);
/* The i-th child of a multipart, from 0; NULL if there is none. */
const struct mail_part *part_child(const struct mail_scan *s,
    const struct mail_part *p, size_t i);
struct sk_span part_body(const struct mail_scan *s,
    const struct mail_part *p);
/* Decoded body, at most out->max bytes of it. */
void part_decode(const struct mail_scan *s, const struct mail_part *p,
    struct sk_buf *out, bool *damaged);
