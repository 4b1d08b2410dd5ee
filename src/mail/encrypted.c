/*
 * The kinds of files that show by marks anywhere in them that they want a
 * password: zip, Office in both forms, PDF. See encrypted.h.
 *
 *	zip	bit 0 of the flags of a local or central header (APPNOTE 4.4.4),
 *		with the old cipher and with AES
 *	Office	OOXML: a stream EncryptedPackage (MS-OFFCRYPTO 2.3.4.1);
 *		doc: fEncrypted in the FIB (MS-DOC 2.5.1); xls: a FilePass
 *		record behind BOF (MS-XLS 2.4.117); ppt: EncryptedSummary
 *	PDF	/Encrypt in a trailer or its stream (ISO 32000 7.6.1)
 *
 * Linear: each place is looked at once.
 */
#include <config.h>

#include <string.h>

#include "mail/encrypted.h"

enum { OLE_SECTOR = 512, SHORTEST_MARK = 9 };

static const struct {
	const char *magic;
	size_t len;
	enum encrypted_kind kind;
} kinds[] = {
	{ "PK\3\4", 4, KIND_ZIP },
	{ "7z\xbc\xaf\x27\x1c", 6, KIND_7Z },
	{ "Rar!\x1a\7\0", 7, KIND_RAR4 },
	{ "Rar!\x1a\7\1\0", 8, KIND_RAR5 },
	{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, KIND_OLE },
	{ "%PDF-", 5, KIND_PDF },
};

static enum encrypted_kind
kind_of(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (n >= kinds[i].len &&
		    memcmp(p, kinds[i].magic, kinds[i].len) == 0)
			return kinds[i].kind;
	return KIND_OTHER;
}

/* Local (PK 3 4) and central (PK 1 2) headers hold the flags at 6 and 8. */
static bool
zip_says(const unsigned char *p)
{
	return (memcmp(p, "PK\3\4", 4) == 0 && (p[6] & 1)) ||
	    (memcmp(p, "PK\1\2", 4) == 0 && (p[8] & 1));
}

/* Behind the name come a blank and a reference, or a dictionary; a longer name
 * (/EncryptMetadata) is another one. */
static bool
pdf_says(const unsigned char *p)
{
	size_t n = strlen("/Encrypt");

	if (memcmp(p, "/Encrypt", n) != 0)
		return false;
	while (n < ENCRYPTED_LOOK - 2 && p[n] != '\0' &&
	    strchr(" \t\r\n\f", p[n]) != NULL)
		n++;
	return (p[n] >= '0' && p[n] <= '9' && n > strlen("/Encrypt")) ||
	    (p[n] == '<' && p[n + 1] == '<');
}

/* A name in an OLE directory: UTF-16, low octet first. */
static bool
is_wide(const unsigned char *p, const char *name)
{
	for (; *name != '\0'; name++, p += 2)
		if (p[0] != (unsigned char)*name || p[1] != 0)
			return false;
	return true;
}

/* A stream begins at a sector's start. */
static bool
ole_sector_says(const unsigned char *p)
{
	static const unsigned char bof[] = { 9, 8, 16, 0, 0, 6, 5, 0 };
	const unsigned char *next = p + 20;

	if (memcmp(p, "\xec\xa5\xc1\0", 4) == 0)
		return p[11] & 1;
	if (memcmp(p, bof, sizeof(bof)) != 0)
		return false;
	if (memcmp(next, "\x86\0\0\0", 4) == 0)
		next += 4;		/* WriteProtect */
	return next[0] == 0x2f && next[1] == 0;
}

static bool
ole_says(const unsigned char *p, uint64_t at)
{
	return (at % OLE_SECTOR == 0 && ole_sector_says(p)) ||
	    (p[0] == 'E' && (is_wide(p, "EncryptedPackage") ||
	    is_wide(p, "EncryptedSummary")));
}

/* n places from p on; ENCRYPTED_LOOK octets can be read at each. */
static void
look(struct encrypted_watch *w, const unsigned char *p, size_t n, uint64_t at)
{
	static const char first[] = { [KIND_ZIP] = 'P', [KIND_PDF] = '/' };
	const unsigned char *end = p + n, *next;

	for (; p < end && !w->found; p++, at++) {
		if (w->kind == KIND_OLE) {
			w->found = ole_says(p, at);
			continue;
		}
		next = memchr(p, first[w->kind], (size_t)(end - p));
		if (next == NULL)
			return;
		p = next;
		w->found = w->kind == KIND_ZIP ? zip_says(p) : pdf_says(p);
	}
}

static void
look_at_piece(struct encrypted_watch *w, const unsigned char *p, size_t n)
{
	unsigned char joint[2 * ENCRYPTED_LOOK] = "";
	size_t head = n < ENCRYPTED_LOOK ? n : ENCRYPTED_LOOK;
	size_t have = w->ntail + head, starts;

	/* What the last piece left, with the beginning of this one. */
	memcpy(joint, w->tail, w->ntail);
	memcpy(joint + w->ntail, p, head);
	starts = have < ENCRYPTED_LOOK ? 0 : have - ENCRYPTED_LOOK;
	if (starts > w->ntail)
		starts = w->ntail;
	look(w, joint, starts, w->seen - w->ntail);
	if (n < ENCRYPTED_LOOK) {
		w->ntail = have - starts;
		memmove(w->tail, joint + starts, w->ntail);
		return;
	}
	look(w, p, n - ENCRYPTED_LOOK, w->seen);
	w->ntail = ENCRYPTED_LOOK;
	memcpy(w->tail, p + n - ENCRYPTED_LOOK, ENCRYPTED_LOOK);
}

/* Copies of this piece what lies in [from, from + cap) of the file. */
static void
keep(const struct encrypted_watch *w, const unsigned char *p, size_t n,
    uint64_t from, unsigned char *out, size_t *have, size_t cap)
{
	uint64_t want = from + *have;
	size_t k;

	if (*have == cap || want < w->seen || want >= w->seen + n)
		return;
	p += want - w->seen;
	n -= (size_t)(want - w->seen);
	k = n < cap - *have ? n : cap - *have;
	memcpy(out + *have, p, k);
	*have += k;
}

static uint64_t
list_of_7z(const unsigned char *head)
{
	uint64_t at = 0;

	for (unsigned i = 0; i < 8; i++)
		at |= (uint64_t)head[12 + i] << 8 * i;
	return at > UINT64_MAX / 2 ? UINT64_MAX / 2 : at + 32;
}

bool
encrypted_piece(void *ctx, const unsigned char *p, size_t n)
{
	struct encrypted_watch *w = ctx;

	keep(w, p, n, 0, w->head, &w->nhead, sizeof(w->head));
	if (w->seen == 0)
		w->kind = kind_of(p, n);
	if (w->kind == KIND_7Z && w->nhead >= 32 && w->list_at == 0)
		w->list_at = list_of_7z(w->head);
	if (w->list_at != 0)
		keep(w, p, n, w->list_at, w->list, &w->nlist,
		    sizeof(w->list));
	if (w->kind == KIND_ZIP || w->kind == KIND_OLE || w->kind == KIND_PDF)
		look_at_piece(w, p, n);
	w->seen += n;
	return true;
}

bool
encrypted_is(struct encrypted_watch *w)
{
	struct sk_span head = sk_span_of(w->head, w->nhead);
	unsigned char rest[2 * ENCRYPTED_LOOK] = "";

	switch (w->kind) {
	case KIND_RAR4:
		return encrypted_rar4(head);
	case KIND_RAR5:
		return encrypted_rar5(head);
	case KIND_7Z:
		return encrypted_7z(sk_span_of(w->list, w->nlist));
	case KIND_ZIP:
	case KIND_OLE:
	case KIND_PDF:
		memcpy(rest, w->tail, w->ntail);
		if (w->ntail >= SHORTEST_MARK)
			look(w, rest, w->ntail - SHORTEST_MARK + 1,
			    w->seen - w->ntail);
		return w->found;
	default:
		return false;
	}
}
