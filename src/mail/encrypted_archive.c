/*
 * The archives that say in a few headers whether they want a password: rar of
 * both kinds and 7z. Every number is checked against what is there; what is
 * cut off or makes no sense is not encrypted.
 *
 * rar 4 and 5: the "technotes" of RARLAB. 7z: 7zFormat.txt of 7-Zip.
 */
#include <config.h>

#include <string.h>

#include "mail/encrypted.h"

enum { BLOCKS = 64 };	/* headers before the first file's: two or three */

struct octets {
	const unsigned char *p, *end;
	bool short_of;
};

static uint32_t
take(struct octets *o, unsigned n)
{
	uint32_t v = 0;

	if ((size_t)(o->end - o->p) < n) {
		o->short_of = true;
		return 0;
	}
	for (unsigned i = 0; i < n; i++)
		v |= (uint32_t)o->p[i] << 8 * i;
	o->p += n;
	return v;
}

static bool
skip(struct octets *o, uint64_t n)
{
	if (o->short_of || n > (uint64_t)(o->end - o->p))
		return false;
	o->p += n;
	return true;
}

/* ---- rar 4: CRC 2, type 1, flags 2, size 2, of files packed size 4 ---- */

enum { RAR4_MAIN = 0x73, RAR4_FILE = 0x74, RAR4_HEADERS = 0x80,
	RAR4_PASSWORD = 0x04, RAR4_DATA = 0x8000 };

bool
encrypted_rar4(struct sk_span head)
{
	struct octets o = { head.p, head.p + head.len, false };

	skip(&o, 7);
	for (int i = 0; i < BLOCKS; i++) {
		const unsigned char *at = o.p;
		uint32_t type, flags, size, data;

		take(&o, 2);
		type = take(&o, 1);
		flags = take(&o, 2);
		size = take(&o, 2);
		data = flags & RAR4_DATA ? take(&o, 4) : 0;
		if (o.short_of || size < 7)
			return false;
		if (type == RAR4_MAIN && (flags & RAR4_HEADERS))
			return true;
		if (type == RAR4_FILE)
			return flags & RAR4_PASSWORD;
		o.p = at;
		if (!skip(&o, (uint64_t)size + data))
			return false;
	}
	return false;
}

/* ---- rar 5: CRC 4, then numbers of seven bits an octet ---- */

enum { RAR5_MAIN = 1, RAR5_FILE = 2, RAR5_SERVICE = 3, RAR5_ENCRYPTION = 4,
	RAR5_EXTRA = 1, RAR5_DATA = 2, RAR5_EXTRA_ENCRYPTED = 1 };

static uint64_t
number(struct octets *o)
{
	uint64_t v = 0;
	uint32_t c;

	for (unsigned shift = 0; shift < 63; shift += 7) {
		c = take(o, 1);
		v |= (uint64_t)(c & 0x7f) << shift;
		if ((c & 0x80) == 0)
			return v;
	}
	o->short_of = true;
	return 0;
}

/* Records of size, type, data. */
static bool
extra_says(struct octets extra)
{
	while (extra.p < extra.end) {
		uint64_t size = number(&extra);
		struct octets record = extra;

		if (!skip(&extra, size))
			return false;
		record.end = extra.p;
		if (number(&record) == RAR5_EXTRA_ENCRYPTED &&
		    !record.short_of)
			return true;
	}
	return false;
}

bool
encrypted_rar5(struct sk_span head)
{
	struct octets o = { head.p, head.p + head.len, false };

	skip(&o, 8);
	for (int i = 0; i < BLOCKS; i++) {
		uint64_t size, type, flags, extra, data;
		struct octets block;

		take(&o, 4);
		size = number(&o);
		block = o;
		if (!skip(&o, size))
			return false;
		block.end = o.p;
		type = number(&block);
		flags = number(&block);
		extra = flags & RAR5_EXTRA ? number(&block) : 0;
		data = flags & RAR5_DATA ? number(&block) : 0;
		if (block.short_of ||
		    extra > (uint64_t)(block.end - block.p))
			return false;
		block.p = block.end - extra;
		if (type == RAR5_ENCRYPTION)
			return true;
		if (type == RAR5_FILE)
			return extra_says(block);
		if (!skip(&o, data))
			return false;
	}
	return false;
}

/* ---- 7z ---- */

enum { LIST_PLAIN = 1, LIST_PACKED = 0x17, LIST_PACK_INFO = 6,
	AES_BLOCK = 16 };

/* The first octet's leading ones say how many octets follow. */
static uint64_t
number_7z(struct octets *o)
{
	uint32_t first = take(o, 1), mask = 0x80;
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++, mask >>= 1) {
		if ((first & mask) == 0)
			return v | (uint64_t)(first & (mask - 1)) << 8 * i;
		v |= (uint64_t)take(o, 1) << 8 * i;
	}
	return v;
}

/* Where the list itself is packed, it does not show how the files are. Then
 * their packed size tells: encrypted ones are whole AES blocks. One archive in
 * sixteen is so by chance, and has no password mail that follows it. */
bool
encrypted_7z(struct sk_span list)
{
	static const unsigned char aes[] = { 0x06, 0xf1, 0x07, 0x01 };
	struct octets o = { list.p, list.p + list.len, false };
	uint32_t kind = take(&o, 1);
	uint64_t packed;

	if (o.short_of || (kind != LIST_PLAIN && kind != LIST_PACKED))
		return false;
	if (memmem(list.p, list.len, aes, sizeof(aes)) != NULL)
		return true;
	if (kind == LIST_PLAIN || take(&o, 1) != LIST_PACK_INFO)
		return false;
	packed = number_7z(&o);
	return !o.short_of && packed > 0 && packed % AES_BLOCK == 0;
}
