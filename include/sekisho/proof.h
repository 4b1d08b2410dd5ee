/*
 * Proof: the last step before the outbox (design.md §4). It walks the finished
 * bytes itself, knows nothing of how they were made and believes no verdict
 * from elsewhere. Whatever it does not know is a failure: header fields by an
 * allow-list, parts by number and type, OpenPGP packets by tag and version.
 */
#pragma once

#include <stddef.h>

#include <sekisho/buf.h>
#include <sekisho/error.h>

/* What the copy must be. */
struct proof_expect {
	const char *from;		/* the only From address allowed */
	const char *to;			/* the one recipient */
	const char *own_domain;		/* Message-ID's right side */
	/* E: the pinned key's encryption subkeys as 16 upper-case hex digits
	 * (key ids); exactly one recipient packet, and it is one of these. */
	const char *const *key_ids;
	size_t nkey_ids;
	/* P: the subject and text re-rendered from the template's allowed
	 * fields. */
	const char *subject;
	const char *text;
};

/* E text in OpenPGP: PGP/MIME skeleton, armour without Version or Comment
 * values, one PKESK v3, then one SEIPD v1 to the end (partial lengths
 * walked), nothing before, between or after; outer Subject constant. */
int proof_encrypted(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e);
/* P text: one text/plain part whose decoded content equals want->text. */
int proof_plain(struct sk_span message, const struct proof_expect *want,
    struct sk_error *e);
