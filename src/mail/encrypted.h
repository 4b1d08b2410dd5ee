/*
 * Is a file encrypted with a password? Told by its bytes while they stream by,
 * never by its name: the second mail of Japanese business brings the
 * password. Nothing is opened. Private to the files that do it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/buf.h>

enum {
	ENCRYPTED_HEAD = 4096,	/* of the file, kept: rar's first headers */
	ENCRYPTED_LIST = 512,	/* of the list that ends a 7z, kept */
	ENCRYPTED_LOOK = 48	/* octets looked at from one place on */
};

enum encrypted_kind { KIND_OTHER, KIND_ZIP, KIND_7Z, KIND_RAR4, KIND_RAR5,
	KIND_OLE, KIND_PDF };

struct encrypted_watch {
	enum encrypted_kind kind;
	bool found;
	uint64_t seen;
	unsigned char head[ENCRYPTED_HEAD], list[ENCRYPTED_LIST];
	unsigned char tail[ENCRYPTED_LOOK];
	size_t nhead, nlist, ntail;
	uint64_t list_at;		/* of a 7z */
};

/* A transfer_sink; ctx is a struct encrypted_watch, zeroed before. */
bool encrypted_piece(void *ctx, const unsigned char *p, size_t n);
/* After the last piece. */
bool encrypted_is(struct encrypted_watch *w);

/* encrypted_archive.c. The start of a rar, its signature included; the list at
 * the end of a 7z. */
bool encrypted_rar4(struct sk_span head);
bool encrypted_rar5(struct sk_span head);
bool encrypted_7z(struct sk_span list);
