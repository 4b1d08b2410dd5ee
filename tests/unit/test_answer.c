/*
 * Answers: one property a test, where the golden replies show whole mails.
 * What must hold whatever the text: no tick out of a quote, no code both
 * ticked and unclear, words within their bound, linear time.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <sekisho/answer.h>
#include <sekisho/buf.h>
#include <sekisho/limits.h>

#define REF "k3v7q2mzx5wd4hjt6brynpf2ca"
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct fixture {
	struct sk_arena *a;
	struct answer ans;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->a = sk_arena_new();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sk_arena_free(&f->a);
	free(f);
	return 0;
}

static unsigned
ticks(struct fixture *f, const char *text)
{
	answer_parse(f->a, text, &f->ans);
	return f->ans.ticks;
}

static void
codes_have_names_both_ways(void **state)
{
	unsigned bit;
	int n = 0;

	(void)state;
	for (bit = 1; bit <= ANSWER_4N; bit <<= 1, n++)
		assert_int_equal(answer_code_bit(answer_code_name(bit)), bit);
	assert_int_equal(n, 17);
	assert_null(answer_code_name(0));
	assert_null(answer_code_name(ANSWER_1A | ANSWER_1B));
	assert_null(answer_code_name(ANSWER_4C << 1));
	assert_int_equal(answer_code_bit("2-x"), ANSWER_2X);
	assert_int_equal(answer_code_bit("2-F"), 0);
	assert_int_equal(answer_code_bit(""), 0);
	assert_int_equal(answer_code_bit("1-A "), 0);
}

static void
every_kind_of_tick_counts(void **state)
{
	static const char *const boxes[] = {
		"[x] 1-A", "[X] 1-A", "[○] 1-A", "[✓] 1-A", "[✔] 1-A",
		"[レ] 1-A", "[ﾚ] 1-A", "［ｘ］ １－Ａ", "［Ｘ］１－Ａ",
		"［○］１−Ａ", "［レ］1–a", "[ x ]  1-A", "[　ｘ　]1—A",
		"[x]1‐A", "[x] 1 - A", "［✓］１ーＡ", "[x] 1ｰA", "[〇] 1-A",
		"[◯] 1-A", "\xef\xbb\xbf[x] 1-A", "  [x] 1-A all of it",
		"[\xe2\x9c\x94\xef\xb8\x8f] 1-A", "・[x] 1-A", "① [x] 1-A",
		"\t[x]\xc2\xa0" "1-A",
	};
	size_t i;

	for (i = 0; i < COUNT(boxes); i++)
		if (ticks(*state, boxes[i]) != ANSWER_1A)
			fail_msg("no tick in %s", boxes[i]);
}

static void
what_is_no_tick(void **state)
{
	static const char *const none[] = {
		"[ ] 1-A", "[] 1-A", "［　］１－Ａ", "[_] 1-A", "[x] 1-F",
		"[x] 5-A", "[x] 1-AB", "[x] 11-A", "x 1-A", "[x 1-A",
		"[x] 1-", "[x] A", "> [x] 1-A", "□ 1-A", "",
	};
	static const char *const odd[] = {
		"[?] 1-A", "[-] 1-A", "[×] 1-A", "[no] 1-A", "[△] 1-A",
		"[xx] 1-A", "[はい] 1-A", "(x) 1-A", "~~[x] 1-A~~",
		"1-A か", "1-A?", "1-Aでしょうか", "not 1-A", "1-A は違う",
		"1A", "[x] 1-A でよいですか",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(none); i++)
		if (ticks(f, none[i]) != 0)
			fail_msg("a tick in %s", none[i]);
	for (i = 0; i < COUNT(odd); i++)
		if (ticks(f, odd[i]) != 0 || f->ans.unclear != ANSWER_1A)
			fail_msg("not unclear: %s", odd[i]);
}

static void
bare_codes_count_in_new_text_only(void **state)
{
	static const char *const bare[] = {
		"1-A", "１－Ａ", "1-a", "1-A です", "1-Aです。", "・1-A",
		"- 1-A", "①：1-A", "①1-A", "Q1: 1-A", "確認①：1-A",
		"1-A でお願いします。", "1-A please.", "回答：１ーＡ",
		"1-Aを希望します", "→ 1-A", "1. 1-A", "（1）1-A",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(bare); i++)
		if (ticks(f, bare[i]) != ANSWER_1A)
			fail_msg("no tick in %s", bare[i]);
	assert_int_equal(ticks(f, "> 1-A\n> ref: " REF "\n"), 0);
	assert_string_equal(f->ans.ref, REF);
	assert_int_equal(ticks(f, "1-A、2-B と 3-C\n"),
	    ANSWER_1A | ANSWER_2B | ANSWER_3C);
	assert_int_equal(ticks(f, "tel 03-1-A\nhttps://x.example/1-A\n"), 0);
	assert_int_equal(f->ans.unclear, 0);
}

static void
the_form_counts_by_its_ref_and_depth(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ticks(f, "> [x] 1-A\n> ref: " REF "\n"), ANSWER_1A);
	assert_int_equal(ticks(f, "> ref: " REF "\n>[x] 1-A\n"), ANSWER_1A);
	assert_int_equal(ticks(f, "> [x] 1-A\n"), 0);
	assert_int_equal(ticks(f, "> [x] 1-A\n>> ref: " REF "\n"), 0);
	assert_null(f->ans.ref);
	assert_int_equal(ticks(f, ">> [x] 1-A\n> ref: " REF "\n"), 0);
	assert_int_equal(ticks(f, "> > [x] 1-A\n> ref: " REF "\n"), 0);
	assert_int_equal(ticks(f, "＞ [x] 1-A\n＞ ref: " REF "\n"), ANSWER_1A);
	assert_int_equal(ticks(f, "> [x] 1-A\n> ref: tooshort\n"), 0);
	assert_int_equal(ticks(f, "> [x] 1-A\n> ref: " REF "a\n"), 0);
	/* The ref in new text does not make the quote our form. */
	assert_int_equal(ticks(f, "ref: " REF "\n\n> [x] 1-A\n"), 0);
}

static void
unmarked_originals_are_quotes(void **state)
{
	static const char *const borders[] = {
		"-----Original Message-----\n",
		"----- 元のメッセージ -----\n",
		"-----Original Message-----\nFrom: a\nSent: b\nTo: c\n\n",
		"差出人: a\n送信日時: b\n宛先: c\n件名: d\n\n",
		"差出人： a\n送信日時： b\n宛先： c\n",
		"From: a\nSent: b\nTo: c\nSubject: d\n",
		"*From:* a\n*Sent:* b\n*To:* c\n",
		"________________________________\nFrom: a\nDate: b\nTo: c\n",
		"On Wed, Apr 1, 2026 at 9:00 AM A <a@b.example> wrote:\n\n",
		"On Wed, Apr 1, 2026 at 9:00 AM A <a@b.example>\nwrote:\n\n",
		"2026年4月1日(水) 9:00 A <a@b.example>:\n\n",
		"2026/04/01 9:00、A <a@b.example>のメール:\n\n",
		"2026/04/01 9:00 に A さんが書きました:\n",
	};
	struct fixture *f = *state;
	char text[512];
	size_t i;

	for (i = 0; i < COUNT(borders); i++) {
		snprintf(text, sizeof(text), "%s%s", borders[i],
		    "yes\n1-A\n[x] 2-B\nref: " REF "\n");
		if (ticks(f, text) != ANSWER_2B || f->ans.yes_word)
			fail_msg("no border: %s", borders[i]);
		/* A second one is a depth too deep. */
		snprintf(text, sizeof(text), "%sx\n%s%s", borders[i],
		    borders[i], "yes\n1-A\n[x] 2-B\nref: " REF "\n");
		if (ticks(f, text) != 0 || f->ans.yes_word)
			fail_msg("not too deep: %s", borders[i]);
	}
}

static void
an_answer_inside_a_marked_quote_is_too_deep(void **state)
{
	struct fixture *f = *state;

	/* A colleague's mail quoted, with our form unmarked below it. */
	assert_int_equal(ticks(f, "> 1-A\n> -----Original Message-----\n"
	    "> [x] 2-B\n> ref: " REF "\n"), 0);
	assert_null(f->ans.ref);
	/* Outlook marking its own border: that is our form. */
	assert_int_equal(ticks(f, "> -----Original Message-----\n"
	    "> [x] 2-B\n> ref: " REF "\n"), ANSWER_2B);
	/* The next marked quote begins afresh. */
	assert_int_equal(ticks(f, "> a\n> -----Original Message-----\n> b\n"
	    "new\n> [x] 2-B\n> ref: " REF "\n"), ANSWER_2B);
}

static void
words_are_taken_to_their_end(void **state)
{
	struct fixture *f = *state;

	ticks(f, "[x] 1-B only these parts: a: b\nc\n\nd\n");
	assert_string_equal(f->ans.parts, "a: b\nc");
	ticks(f, "[x] 1-B these parts only: …\nthe name\n[ ] 1-C none\n");
	assert_string_equal(f->ans.parts, "the name");
	ticks(f, "[x] 1-B（例：名前）部分だけ：会社名\n");
	assert_string_equal(f->ans.parts, "会社名");
	ticks(f, "> ref: " REF "\n> [x] 2-X never to:\nMETI\n> [ ] 3-A\n");
	assert_string_equal(f->ans.never, "METI");
	ticks(f, "> ref: " REF "\n> [x] 2-X never to: METI\n> MIC\n>\n> x\n");
	assert_string_equal(f->ans.never, "METI\nMIC");
	ticks(f, "2-X 経産省\n2-B\n");
	assert_string_equal(f->ans.never, "経産省");
	assert_int_equal(f->ans.ticks, ANSWER_2X | ANSWER_2B);
	ticks(f, "3-E：警察へ\n> x\n");
	assert_string_equal(f->ans.other, "警察へ");
	ticks(f, "2-X a\n2-X b\n");
	assert_string_equal(f->ans.never, "a\nb");
}

static void
a_free_code_without_words_is_unclear(void **state)
{
	static const char *const none[] = {
		"[x] 2-X", "[x] 2-X never to:", "[x] 2-X never to: …",
		"[x] 2-X never to: ______", "[x] 2-X：（　　）", "2-X",
		"2-X です", "[x] 2-X:\n\nMETI", "[x] 2-X: なし", "2-X none.",
		"[ ] 2-X never to: METI", "2-X は経産省", "2-X or not",
		"[x] 2-X a: METI\n\n> ref: " REF "\n> [x] 2-X a: MIC",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(none); i++)
		if (ticks(f, none[i]) != 0 || f->ans.unclear != ANSWER_2X)
			fail_msg("not unclear: %s", none[i]);
}

static void
words_that_are_too_long_are_unclear(void **state)
{
	struct fixture *f = *state;
	char *text = calloc(1, LIMIT_FREE_TEXT + 100);

	memcpy(text, "2-X ", 4);
	memset(text + 4, 'a', LIMIT_FREE_TEXT);
	assert_int_equal(ticks(f, text), ANSWER_2X);
	assert_int_equal(strlen(f->ans.never), LIMIT_FREE_TEXT);
	text[4 + LIMIT_FREE_TEXT] = 'a';
	assert_int_equal(ticks(f, text), 0);
	assert_int_equal(f->ans.unclear, ANSWER_2X);
	assert_null(f->ans.never);
	/* Nor is a beginning of it taken for the whole. */
	text[5] = '\n';
	assert_int_equal(ticks(f, text), 0);
	assert_int_equal(f->ans.unclear, ANSWER_2X);
	assert_null(f->ans.never);
	free(text);
}

static void
different_places_and_groups_are_unclear(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ticks(f, "1-A\n> [x] 1-C\n> ref: " REF "\n"), 0);
	assert_int_equal(f->ans.unclear, ANSWER_1A | ANSWER_1C);
	assert_int_equal(ticks(f, "1-A\n> [x] 1-A\n> ref: " REF "\n"),
	    ANSWER_1A);
	assert_int_equal(f->ans.unclear, 0);
	assert_int_equal(ticks(f, "3-B\n> [x] 3-B\n> [x] 3-C\n> ref: " REF),
	    0);
	assert_int_equal(f->ans.unclear, ANSWER_3B | ANSWER_3C);
	assert_int_equal(ticks(f, "2-B\n2-C\n1-A"), ANSWER_1A);
	assert_int_equal(f->ans.unclear, ANSWER_2B | ANSWER_2C);
	assert_int_equal(ticks(f, "3-A\n3-D\n"), 0);
	assert_int_equal(f->ans.unclear, ANSWER_3A | ANSWER_3D);
	assert_int_equal(ticks(f, "4-Y\n4-N\n"), 0);
	assert_int_equal(f->ans.unclear, ANSWER_READBACK);
	assert_int_equal(ticks(f, "4-A\n4-D\n"), 0);
	/* Taking back, by code or in words alone on a line. */
	assert_int_equal(ticks(f, "4-W\n"), ANSWER_4W);
	assert_int_equal(ticks(f, "取り下げます。\n"), ANSWER_4W);
	assert_int_equal(ticks(f, "Withdraw\n"), ANSWER_4W);
	assert_int_equal(ticks(f, "> withdraw\n"), 0);
	assert_int_equal(ticks(f, "取り下げますか?\n"), 0);
	/* An x beside a circle, in one question, is a no in Japan. */
	assert_int_equal(ticks(f, "[○] 3-B\n[x] 3-C\n"), ANSWER_3B);
	assert_int_equal(f->ans.unclear, ANSWER_3C);
	assert_int_equal(ticks(f, "[○] 2-B\n[x] 3-C\n"),
	    ANSWER_2B | ANSWER_3C);
}

static void
yes_words(void **state)
{
	static const char *const yes[] = {
		"yes", "Yes.", "YES!", "ok", "ＯＫ", "ｏｋ｡", "はい", "はい。",
		"　はい　", "相違ありません。", "間違いありません", "承知しました．",
		"事務局 御中\n\nはい\n\n--\n佐藤 1-A\n", "はい\r\n\r\n佐藤\r\n",
		"はい\n> いいえ\n", "はい\n\n[ ] 4-Y\n[ ] 4-N\n",
		"はい、相違ありません。", "はい。承知しました", "Yes, OK.",
	};
	static const char *const no[] = {
		"、", "はい、、はい", "> はい", "はい?", "はい、しかし", "yes but", "yesterday",
		"はい\n1-A", "はい\n[x] 4-N", "はい\n4-N", "はい\n4-N にします",
		"はい\nいいえ", "--\nはい", "", "はい\n> [x] 2-A\n> ref: " REF,
		"はい\n> [x] 4-N\n> ref: " REF, "ok\n[?] 4-Y",
		"はい\n4-Y",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(yes); i++) {
		answer_parse(f->a, yes[i], &f->ans);
		if (!f->ans.yes_word)
			fail_msg("no yes: %s", yes[i]);
	}
	for (i = 0; i < COUNT(no); i++) {
		answer_parse(f->a, no[i], &f->ans);
		if (f->ans.yes_word)
			fail_msg("a yes: %s", no[i]);
	}
}

static void
tokens_come_back_mangled(void **state)
{
	static const char *const refs[] = {
		"ref: " REF, "REF:K3V7Q2MZX5WD4HJT6BRYNPF2CA",
		"> ref: " REF, "ｒｅｆ：ｋ３ｖ７ｑ２ｍｚｘ５ｗｄ４ｈｊｔ６ｂｒｙｎｐｆ２ｃａ",
		"> ref: k3v7q2mzx5wd4h\n> jt6brynpf2ca\n",
		"> ref: k3v7q2mzx5wd4h\njt6brynpf2ca\n", "> ref:\n> " REF "\n",
		"ref: " REF " <- keep",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(refs); i++) {
		answer_parse(f->a, refs[i], &f->ans);
		if (f->ans.ref == NULL || strcmp(f->ans.ref, REF) != 0)
			fail_msg("no ref in %s", refs[i]);
		assert_null(f->ans.ref_other);
	}
	answer_parse(f->a, "ref: " REF "\n> ref: a" REF, &f->ans);
	assert_null(f->ans.ref_other);
	answer_parse(f->a, "ref: " REF "\n> ref: " REF "\n"
	    "> ref: zzv7q2mzx5wd4hjt6brynpf2ca\n> code: " REF, &f->ans);
	assert_string_equal(f->ans.ref, REF);
	assert_string_equal(f->ans.ref_other, "zzv7q2mzx5wd4hjt6brynpf2ca");
	assert_string_equal(f->ans.code, REF);
}

static void
complete_matrix(void **state)
{
	static const struct {
		unsigned ticks, unclear;
		bool complete;
		unsigned open;
	} rows[] = {
		{ ANSWER_1A | ANSWER_2B | ANSWER_3B, 0, true, 0 },
		{ ANSWER_1C | ANSWER_20 | ANSWER_3A, 0, true, 0 },
		{ ANSWER_1A | ANSWER_2E | ANSWER_3B | ANSWER_3C | ANSWER_3D,
		    0, true, 0 },
		{ ANSWER_1B | ANSWER_2A | ANSWER_2X | ANSWER_3E, 0, true, 0 },
		{ 0, 0, false, ANSWER_SECRECY | ANSWER_SCOPE |
		    ANSWER_COORDINATION },
		{ ANSWER_1A | ANSWER_3A, 0, false, ANSWER_SCOPE },
		{ ANSWER_1A | ANSWER_2X | ANSWER_3A, 0, false, ANSWER_SCOPE },
		{ ANSWER_2B | ANSWER_3A, 0, false, ANSWER_SECRECY },
		{ ANSWER_1A | ANSWER_2B, 0, false, ANSWER_COORDINATION },
		{ ANSWER_1A | ANSWER_1C | ANSWER_2B | ANSWER_3A, 0, false,
		    ANSWER_1A | ANSWER_1C },
		{ ANSWER_1A | ANSWER_2B | ANSWER_2C | ANSWER_3A, 0, false,
		    ANSWER_2B | ANSWER_2C },
		{ ANSWER_1A | ANSWER_2B | ANSWER_3A | ANSWER_3B, 0, false,
		    ANSWER_3A | ANSWER_3B },
		{ ANSWER_1A | ANSWER_2B | ANSWER_3A, ANSWER_2X, false,
		    ANSWER_2X },
		{ ANSWER_2B | ANSWER_3A, ANSWER_1A, false, ANSWER_1A },
		{ ANSWER_4Y, 0, false, ANSWER_SECRECY | ANSWER_SCOPE |
		    ANSWER_COORDINATION },
	};
	struct answer ans;
	unsigned open;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		memset(&ans, 0, sizeof(ans));
		ans.ticks = rows[i].ticks;
		ans.unclear = rows[i].unclear;
		ans.parts = ans.never = ans.other = "words";
		open = 99;
		assert_int_equal(answer_complete(&ans, &open),
		    rows[i].complete);
		assert_int_equal(open, rows[i].open);
		assert_int_equal(answer_any(&ans),
		    (rows[i].ticks | rows[i].unclear) != 0);
	}
	ans.ticks = ANSWER_1B | ANSWER_2B | ANSWER_3A;
	ans.unclear = 0;
	ans.parts = NULL;
	assert_false(answer_complete(&ans, &open));
	assert_int_equal(open, ANSWER_1B);
}

/* Pieces that answers are made of, thrown together. */
static const char *const pieces[] = {
	"[x]", "[ ]", "[", "]", " ", "\n", "> ", ">", "1-A", "1-B", "2-X",
	"3-E", "4-N", "2-B", ":", "ref: ", REF, "code:", "はい", "yes", "、", "・",
	"①",
	"-----Original Message-----", "From: a\nTo: b\nSubject: c\n", "wrote:",
	"On 2026 ", "2026年4月1日", "\n-- \n", "x", "words", "\xff", "\xe3\x81",
	"\xf0\x9f\x98\x80", "…", "\r\n", "～～", "このメール", "誤って", "?",
	"________\n", "\xe2\x80\x8b", "1", "-", "ー", "A",
};

static uint32_t
next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	return *x ^= *x << 5;
}

static void
check_any_text(struct fixture *f, const char *text)
{
	const struct answer *ans = &f->ans;

	answer_parse(f->a, text, &f->ans);
	assert_int_equal(ans->ticks & ans->unclear, 0);
	assert_true((ans->ticks | ans->unclear) < ANSWER_4N << 1);
	assert_true(strlen(answer_new_text(f->a, text)) <= strlen(text) + 2);
	if (ans->ref != NULL)
		assert_int_equal(strlen(ans->ref), 26);
	if ((ans->ticks & ANSWER_2X) != 0)
		assert_in_range(strlen(ans->never), 1, LIMIT_FREE_TEXT);
	if (ans->yes_word)
		assert_int_equal(ans->unclear, 0);
}

static void
random_text_keeps_the_rules(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 20260401;
	struct sk_buf b;
	int run, n;

	for (run = 0; run < 20000; run++) {
		sk_buf_init(&b, 65536);
		for (n = (int)(next_random(&seed) % 40); n >= 0; n--)
			sk_buf_adds(&b,
			    pieces[next_random(&seed) % COUNT(pieces)]);
		check_any_text(f, sk_buf_str(&b));
		sk_buf_free(&b);
		if (run % 1000 == 0) {
			sk_arena_free(&f->a);
			f->a = sk_arena_new();
		}
	}
}

static void
random_bytes_do_no_harm(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 7;
	char text[400];
	int run, i;

	for (run = 0; run < 3000; run++) {
		for (i = 0; i < (int)sizeof(text) - 1; i++)
			text[i] = (char)(1 + next_random(&seed) % 255);
		text[i] = '\0';
		check_any_text(f, text);
	}
}

/* Seconds of processor time for `piece` repeated to n bytes. */
static double
cost(const char *head, const char *piece, size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct answer ans;
	struct sk_buf b;
	clock_t from;
	double s;

	sk_buf_init(&b, n + 4096);
	sk_buf_adds(&b, head);
	while (b.len < n)
		sk_buf_adds(&b, piece);
	from = clock();
	answer_parse(a, sk_buf_str(&b), &ans);
	answer_new_text(a, sk_buf_str(&b));
	s = (double)(clock() - from) / CLOCKS_PER_SEC;
	sk_buf_free(&b);
	sk_arena_free(&a);
	return s;
}

static void
hostile_text_costs_linear_time(void **state)
{
	static const char *const hostile[] = {
		">", "> ", "\n", "[", "[x]", "[x] 1-A", "[x] 1-A\n", "1", "1-",
		"1-A", "1-A ", "1-A\n", "From: a\n", "To: a\n", "On 1 a\n",
		"On 1 a wrote:\n", "On 1 wrote:\n\n\n\n", "________\n",
		"ref:\n",
		"ref: abcdef\n", "2-X:\n", "this email \n", "-- \n", "yes\n",
		"\xe2\x80\x8b", "1\xe2\x80\x8b", "①", "(", "・", "> 1\n", "a",
		"あ", "-----Original Message-----\n", "[ ] 1-B (", " ", "\t",
		"2026年4月1日\n",
	};
	static const char *const heads[] = { "", "2-X:\n", "> ref: " REF "\n" };
	double small, large;
	size_t i, h;

	(void)state;
	for (i = 0; i < COUNT(hostile); i++)
		for (h = 0; h < COUNT(heads); h++) {
			small = cost(heads[h], hostile[i], 32000);
			large = cost(heads[h], hostile[i], 512000);
			/* Sixteen times the text; quadratic is 256 times. */
			if (large > 0.5 && large > 128 * small)
				fail_msg("%s%s: %.2f s, %.2f s", heads[h],
				    hostile[i], small, large);
		}
}

static void
new_text_holds_only_new_words(void **state)
{
	static const struct {
		const char *text, *fresh;
	} rows[] = {
		{ "a\n\n\n\nb\n> c\nd", "a\n\nb\n\nd" },
		{ "a\r\n-- \r\nsig", "a" },
		{ "a\n\nOn 1 Apr 2026, X <x@y> wrote:\n> q\n\nb", "a\n\nb" },
		{ "a\n-----Original Message-----\nb", "a" },
		{ "a\n\n本メールの内容はすべて秘密でお願いします。",
		    "a\n\n本メールの内容はすべて秘密でお願いします。" },
		{ "a\n\nThis email is confidential. If received\nin error, "
		    "delete it.\n\nb", "a\n\nb" },
		{ "> a", "" }, { "", "" },
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		assert_string_equal(answer_new_text(f->a, rows[i].text),
		    rows[i].fresh);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_names_both_ways),
		cmocka_unit_test(every_kind_of_tick_counts),
		cmocka_unit_test(what_is_no_tick),
		cmocka_unit_test(bare_codes_count_in_new_text_only),
		cmocka_unit_test(the_form_counts_by_its_ref_and_depth),
		cmocka_unit_test(unmarked_originals_are_quotes),
		cmocka_unit_test(an_answer_inside_a_marked_quote_is_too_deep),
		cmocka_unit_test(words_are_taken_to_their_end),
		cmocka_unit_test(a_free_code_without_words_is_unclear),
		cmocka_unit_test(words_that_are_too_long_are_unclear),
		cmocka_unit_test(different_places_and_groups_are_unclear),
		cmocka_unit_test(yes_words),
		cmocka_unit_test(tokens_come_back_mangled),
		cmocka_unit_test(complete_matrix),
		cmocka_unit_test(random_text_keeps_the_rules),
		cmocka_unit_test(random_bytes_do_no_harm),
		cmocka_unit_test(hostile_text_costs_linear_time),
		cmocka_unit_test(new_text_holds_only_new_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
