/*
 * Members' answers to the items of a digest as people write them: a
 * table of texts with what must be read. Never a guess.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <sekisho/answer.h>
#include <sekisho/buf.h>

static const struct {
	const char *text, *want;
} replies[] = {
	{ "A 来ている", "A:seen" },
	{ "Ａ　来ていない", "A:not-seen" },
	{ "A:来ている\nB:来ていません。\nC：わからない", "A:seen B:not-seen "
	    "C:unknown" },
	{ "・A 来ています\n・B 分かりません", "A:seen B:unknown" },
	{ "a seen\nb not seen\nc unknown", "A:seen B:not-seen C:unknown" },
	{ "A, C 来ている", "A:seen C:seen" },
	{ "A 来ている、B 来ていない", "A:seen B:not-seen" },
	{ "Aは来ていません", "A:not-seen" },
	{ "(A) 1\n(B) 2\n(C) ３", "A:seen B:not-seen C:unknown" },
	{ "A ① ", "A:seen" },
	{ "来ている", "*:seen" },
	{ "弊社では来ていません。", "*:not-seen" },
	{ "来ておりません。ログは30日分を確認しました。", "*:not-seen" },
	{ "We have not seen.", "*:not-seen" },
	{ "2", "*:not-seen" },
	{ "お世話になっております。\n\nA わかりません\n\n佐藤\nTEL 03-1234",
	    "A:unknown" },
	/* Newer words above the quoted digest; its printed line says nothing. */
	{ "A 来ている\n\n> A 来ている / 来ていない / わからない", "A:seen" },
	{ "A 来ている / 来ていない / わからない", "" },
	/* A bare word below the quoted line of its item. */
	{ "> A 来ている / 来ていない / わからない\n来ていない\n"
	    "> B 来ている / 来ていない / わからない\n来ている",
	    "A:not-seen B:seen" },
	{ "> A 来ている", "" },
	/* Hedges, questions and contradictions are unclear. */
	{ "A 来ていないと思います", "A:unclear" },
	{ "A 来ていますか", "A:unclear" },
	{ "A 来ている（疑い）", "A:unclear" },
	{ "A 来ている\nA 来ていない", "A:unclear" },
	{ "A seen, maybe", "A:unclear" },
	/* Words of a sentence are none. */
	{ "メールが来ているか調べます", "" },
	{ "I have a question.", "" },
	{ "12", "" },
	{ "3.14に確認しました", "" },
	{ "2.4.1版を使っています", "" },
	{ "1. まだ確認していません。\n2. 来週確認します。", "" },
	{ "① まだ確認していません", "" },
	{ "> A 来ている / 来ていない / わからない\n1. 確認中です", "" },
	{ "A 1.5件", "A:unclear" },
	/* A number alone on its line may begin what stands below it. */
	{ "1.\nまだ確認していません", "" },
	{ "1\nまだ確認していません", "" },
	{ "1.\nログの確認\n2.\n端末の確認", "" },
	{ "A 1.\nまだ確認していません", "A:unclear" },
	{ "A 2\nただし一部は確認できません", "A:unclear" },
	{ "2\n\n確認は来週です。", "*:not-seen" },
	{ "2\nよろしくお願いいたします。\n佐藤", "*:not-seen" },
	{ "A 1\nB 2\n佐藤", "A:seen B:not-seen" },
	{ "A 1.\nB 2.", "A:seen B:not-seen" },
	{ "A 1。", "A:seen" },
	{ "A 1, B 2", "A:seen B:not-seen" },
	{ "1-C\n2-B\n3-A", "" },
	/* Several letters, and letters in Japanese dress. */
	{ "A 来ている\nBとCは来ていません", "A:seen B:not-seen C:not-seen" },
	{ "BもCも来ていません", "B:not-seen C:not-seen" },
	{ "B、Cとも来ていない", "B:not-seen C:not-seen" },
	{ "A及びBは来ている", "A:seen B:seen" },
	{ "A 来ている\n【B】来ていない\n項目C：わからない",
	    "A:seen B:not-seen C:unknown" },
	{ "「A」来ている", "A:seen" },
	{ "A「来ている」\nB（来ていない）", "A:seen B:not-seen" },
	/* What names an item beside answers and is not understood is for a
	 * person; it must not look as if nothing was said. */
	{ "A 来ている\nB: まだ来ていない", "A:seen B:unclear" },
	{ "A 来ている\nB 該当なし", "A:seen B:unclear" },
	{ "A 来ている\nB ×", "A:seen B:unclear" },
	{ "B 検知なし\nA 来ている", "A:seen B:unclear" },
	{ "A 来ている\nBについては来ていません", "A:seen B:not-seen" },
	{ "A 来ている\nその他は来ていません", "A:seen *:unclear" },
	{ "A 来ている\nAも一部では来ていない", "A:unclear" },
	{ "A 来ている\nB 来ていない\nA 来ている", "A:seen B:not-seen" },
	/* A comment is none. */
	{ "A 来ている\n昨日から3件です。\nA社の佐藤が確認しました。", "A:seen" },
	{ "来ている\nB棟の端末です。", "*:seen" },
};

static void
put(struct sk_buf *out, const struct answer *ans)
{
	for (unsigned i = 0; i < ans->nsightings; i++)
		sk_buf_addf(out, "%s%c:%s", i ? " " : "",
		    ans->sightings[i].letter ? ans->sightings[i].letter : '*',
		    answer_seen_word(ans->sightings[i].seen));
}

static void
test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		struct sk_arena *a = sk_arena_new();
		struct answer ans;
		struct sk_buf got;

		sk_buf_init(&got, 1024);
		answer_parse(a, replies[i].text, &ans);
		put(&got, &ans);
		if (strcmp(sk_buf_str(&got), replies[i].want) != 0)
			fail_msg("\n%s\nread as \"%s\" instead of \"%s\"",
			    replies[i].text, sk_buf_str(&got),
			    replies[i].want);
		sk_buf_free(&got);
		sk_arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_replies) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
