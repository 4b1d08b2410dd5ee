/* What the parts of proof share: the checked message as lines, strict base64,
 * and the one way to fail. Nothing of composing is known here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>
#include <sekisho/proof.h>

#define PROOF_BOUNDARY 26

struct proof_walk {
	const unsigned char *p, *end;	/* what is not yet read */
	const struct proof_expect *want;
	bool encrypted, smime;
	char boundary[PROOF_BOUNDARY + 1];
	struct sk_arena *arena;
	struct sk_error *e;
};

/* SK_ERR_CRYPTO, with what was wrong and where. */
int proof_fail(const struct proof_walk *w, const char *where,
    const char *what);
/* The next line without CRLF; false at the end. */
bool proof_line(struct proof_walk *w, struct sk_span *line);
/* The next line is exactly this. */
bool proof_expect_line(struct proof_walk *w, const char *line);

/* The header up to its blank line: allow-list, forms, wanted values. */
int proof_header(struct proof_walk *w);

/* A block of base64 lines: each as wide as the first (a multiple of 4, at most
 * 76), the last not wider, padding only at the very end and its bits zero. */
struct proof_base64 {
	struct sk_buf *out;
	size_t width;
	bool ended;			/* a shorter line or padding was seen */
};

bool proof_base64_line(struct proof_base64 *b, struct sk_span line);

/* From "-----BEGIN" to "-----END" into *bin, checksum checked. */
int proof_armour(struct proof_walk *w, struct sk_buf *bin);
/* EnvelopedData for exactly the wanted certificate. */
int proof_cms(const struct proof_walk *w, struct sk_span bin);
/* Exactly one PKESK and one SEIPD. */
int proof_packets(const struct proof_walk *w, struct sk_span bin);
