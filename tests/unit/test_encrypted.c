/*
 * A file's marks of encryption, wherever a piece of the stream ends. What real
 * archives and documents look like is in tests/golden/mails/encrypted-files.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mail/encrypted.h"
#include "mail/transfer.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static unsigned char file[2 * TRANSFER_PIECE];

static bool
whole(size_t n, size_t piece)
{
	struct encrypted_watch w = { .seen = 0 };

	for (size_t at = 0; at < n; at += piece)
		encrypted_piece(&w, file + at, n - at < piece ? n - at :
		    piece);
	return encrypted_is(&w);
}

static void
begin(const char *magic, size_t len)
{
	memset(file, ' ', sizeof(file));
	memcpy(file, magic, len);
}

static void
mark_is_found_across_pieces(void **state)
{
	static const struct {
		const char *magic, *mark;
		size_t nmagic, nmark;
	} rows[] = {
		{ "PK\3\4\24\0\0\0", "PK\1\2\24\0\24\0\1", 8, 9 },
		{ "%PDF-1.7", "/Encrypt 5 0 R", 8, 14 },
		{ "%PDF-1.7", "/Encrypt<</V 5", 8, 14 },
		{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		    "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 8, 32 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t at = TRANSFER_PIECE - 60; at < TRANSFER_PIECE + 4;
		    at++) {
			begin(rows[i].magic, rows[i].nmagic);
			assert_false(whole(sizeof(file), TRANSFER_PIECE));
			memcpy(file + at, rows[i].mark, rows[i].nmark);
			assert_true(whole(sizeof(file), TRANSFER_PIECE));
			assert_true(whole(at + rows[i].nmark + 2,
			    TRANSFER_PIECE));
			assert_true(whole(sizeof(file), 100));
		}
}

/* A stream begins where a sector does: elsewhere its first octets are text. */
static void
old_office_is_looked_at_by_sectors(void **state)
{
	static const char fib[] = "\xec\xa5\xc1\0\0\0\0\0\0\0\0\1";

	(void)state;
	for (size_t at = 8; at < sizeof(file) - 64; at += 8) {
		begin("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
		memcpy(file + at, fib, 12);
		assert_int_equal(whole(sizeof(file), TRANSFER_PIECE),
		    at % 512 == 0);
	}
}

/* Its list may say any place, and any number. */
static void
numbers_of_strangers(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t k = 0; k < 2; k++) {
			begin(k ? "7z\xbc\xaf\x27\x1c" : "Rar!\x1a\7\1\0",
			    k ? 6 : 8);
			memset(file + 8, c, 64);
			whole(sizeof(file), TRANSFER_PIECE);
			whole(40, TRANSFER_PIECE);
			assert_false(whole(8, TRANSFER_PIECE));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mark_is_found_across_pieces),
		cmocka_unit_test(old_office_is_looked_at_by_sectors),
		cmocka_unit_test(numbers_of_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
