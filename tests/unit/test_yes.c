/*
 * What may stand beside a yes that is one of our listed words (design.md §8,
 * greeting, thanks, signature. A question, a postponement, or any other
 * sentence makes it unclear, since nobody reads a guess before terms lock.
 */
#include <config.h>

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sekisho/answer.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
says(const char *text, bool yes)
{
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	answer_parse(a, text, &ans);
	if (ans.yes_word != yes || (!yes && ans.unclear != ANSWER_4Y))
		fail_msg("%s: yes %d, unclear %x", text, ans.yes_word,
		    ans.unclear);
	sk_arena_free(&a);
}

/* 1 if the line is a box of a code without words: one more word behind it must
 * be noticed. */
static unsigned
label_is_known(const char *line)
{
	const unsigned wordless = ~(unsigned)(ANSWER_1B | ANSWER_2X | ANSWER_3E);
	struct sk_arena *a = sk_arena_new();
	char code[4] = "";
	struct answer ans;
	unsigned bit;

	if (sscanf(line, "[ ] %3[0-9A-Z-]", code) == 1 &&
	    (bit = answer_code_bit(code) & wordless) != 0) {
		answer_parse(a, sk_arena_printf(a, "[x]%.*s 経産省NG",
		    (int)strcspn(line + 3, "\n"), line + 3), &ans);
		if (ans.unclear != bit)
			fail_msg("unknown label: %s", line);
	} else
		bit = 0;
	sk_arena_free(&a);
	return bit != 0;
}

static void
courtesy_leaves_a_yes(void **state)
{
	static const char *const replies[] = {
		"はい",
		"事務局 御中\n\nお世話になっております。佐藤です。\n\n"
		    "相違ありません。\n引き続きよろしくお願いいたします。",
		"ご連絡ありがとうございます。\n内容を確認いたしました。\n"
		    "相違ありません。\n以上、よろしくお願い申し上げます。",
		"お忙しいところ恐れ入ります。アクメ電力の佐藤と申します。\n"
		    "はい、相違ありません。\nお手数をおかけしますが、\n"
		    "何卒よろしくお願いいたします。",
		"いつもお世話になっております。\nアクメ電力の佐藤でございます。\n"
		    "承知しました。問題ありません。\n承知しました。",
		"返信が遅くなり申し訳ございません。\n間違いありません。\n"
		    "失礼いたします。",
		"はい\n\n株式会社アクメ 情報システム部\n佐藤 明日香\n"
		    "TEL 03-1234-5678\nhttps://acme.example/?from=mail",
		"はい\n\niPhoneから送信",
		"Dear secretariat,\n\nYes.\n\nThank you very much.\n\n"
		    "Best regards,\nTaro Sato\nACME Power Inc.\n",
		"Hello,\nthank you for your mail.\nOK\nKind regards\nWill May",
		"yes\n\nPlease do not hesitate to contact me.\nSent from my iPad",
		"Yes.\nThis is correct.\nThanks!",
		"はい\n\n佐藤はるか\n株式会社はせがわ\n〒100-0013 東京都千代田区霞が関1-3-1\n"
		    "内線:1234\n営業時間:9:00-17:00(土日祝を除く)",
		"相違ありません。\n取り急ぎご連絡まで。",
		"この度はご連絡ありがとうございます。\n上記内容で相違ございません。\n"
		    "承知しました。\nよろしくお願いいたします。\n\n以上\n-----\n佐藤",
		"はい。よろしくお願いします。", "はい、お願いします。", "OKです。",
		"相違ございません。", "Yes, thank you.", "OK. Thanks!",
		"はい、間違いありません。よろしくお願いいたします。",
		"はい、相違ございません。宜しくお願い致します。",
		"はい\nOutlook for iOS を入手",
		"認識に相違ございません。\nはい、相違ありません。",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		says(replies[i], true);
}

static void
a_postponement_is_no_yes(void **state)
{
	static const char *const replies[] = {
		"承知しました。\n社内で確認のうえ、改めてご連絡いたします。",
		"はい\n\n…と申し上げたいところですが、上司の決裁が下りておりません。",
		"承知しました。\nただいま担当者が不在のため、明日回答します。",
		"承知しました。\n社内で検討中",
		"承知しました。\n部長の承認が得られ次第、お返事",
		"はい\n後ほど",
		"はい\n詳細は追って",
		"OK.\nI will discuss this with our legal team and get back to "
		    "you next week.",
		"Yes.\nWill check and let you know.",
		"ok\n\nOur management needs to approve it first.",
		"OK\nPending approval by our CISO",
		"承知しました。\nまだ社内の手続きが残っています。",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		says(replies[i], false);
}

static void
a_question_is_no_yes(void **state)
{
	static const char *const replies[] = {
		"はい\n経済産業省にも伝わりますか？",
		"はい\n経済産業省にも伝わりますか",
		"経済産業省にも伝わるのでしょうか。\n\nはい",
		"OK.\nDoes the police also get it?",
		"yes\nAnd the ministry?",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		says(replies[i], false);
}

static void
any_other_sentence_is_no_yes(void **state)
{
	static const char *const replies[] = {
		"承知しました。\n公開だけは困ります。",
		"はい\n問題ありませんが、公開は来月からにしてください。",
		"承知しました。\n承知いたしかねる点もあります。",
		"はい\n了解できません。",
		"はい\n社名は出しても構いませんが、部署名は困る",
		"はい\n共有は電力会社のみ",
		"OK\nWe want the vendor to be asked too.",
		"Yes.\nI think the scope is too wide.",
		"Yes\nThank you for your help, they are fine with it.",
		"ok\nI confirm that it stays inside.",
		/* Japanese business mail is as often cut short. */
		"はい\n経産省は×", "はい\n経産省はNG", "はい\n公開不可",
		"はい\n第一類まで", "はい\n対象は第一類", "はい\n(A社は含まず)",
		"はい\n経産省を抜いて", "はい\n経済産業省 対象外",
		"はい\n範囲は事務局止まり", "はい\n期限:来月", "はい\n条件:社名は匿名",
		"はい\nですが経産省はだめ", "はい\n経産省に言うな",
		"はい\n経産省には言わないで", "はい\n社名は仮名で",
		"はい\n2社目は抜きで", "はい\n第一類",
		"経産省は対象外でよろしくお願いします。\nはい",
		"経産省は見合わせで問題ありません。\n承知しました",
		"はい\nA社には当面よろしくお願いします。",
		"Yes\nNot METI.", "Yes\nWithout METI", "Yes\nNo METI",
		"Yes\nClass 1 members at most", "Yes\nMETI: NO",
		"Yes\nIn confidence towards METI", "OK - no METI please\nyes",
		"Yes\nThank you for keeping METI out.",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++)
		says(replies[i], false);
}

/* What keeps something back takes a part even of a ticked yes. */
static void
a_ticked_yes_with_a_limit_is_none(void **state)
{
	static const char *const limits[] = {
		"経産省は対象外でお願いします", "経済産業省には言わないでください",
		"第一類までにしてください", "事務局限りでお願いします", "経産省はNGです",
		"経産省は抜きでお願いします", "公表はやめてください",
		"第一類までお願いします",
		"ベンダーには教えないで下さい", "警察には渡さないで",
		"社名は絶対に出ないようにしてください", "範囲は第一類のみ。",
		"B社は困ります", "スコープを狭くしてください",
		"一部の情報は秘密でお願いします", "経産省は不可",
		"Please keep METI out.", "METI must not see this", "No METI",
		"Not METI.", "Only the secretariat, please", "Anonymously, please",
	};
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	for (size_t i = 0; i < COUNT(limits); i++) {
		answer_parse(a, sk_arena_printf(a, "%s\n\n[x] 4-Y\n",
		    limits[i]), &ans);
		if (ans.unclear != ANSWER_4Y)
			fail_msg("%s: unclear %x", limits[i], ans.unclear);
	}
	sk_arena_free(&a);
}

/* What people add to any mail limits nothing. */
static void
a_ticked_yes_with_courtesy_stands(void **state)
{
	static const char *const words[] = {
		"ご確認いただけますと幸いです。", "ご不明な点は佐藤までご一報ください。",
		"何かございましたら下記までお電話ください。", "以上、取り急ぎご返信まで。",
		"できる限り早くログを送ります。", "ダメージは受けていません。",
		"重く受け止めております。", "引き続きご指導いただければ幸いです。",
		"ご返信は不要です。", "この内容で相違ございません。",
		"不可解な通信が続いています。", "これまでの経緯は前便のとおりです。",
		"Please do not hesitate to contact me.", "No further comments.",
		"Everything is correct, thank you very much.",
		"Let me know if you need the logs.",
	};
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		answer_parse(a, sk_arena_printf(a, "%s\n\n[x] 4-Y\n",
		    words[i]), &ans);
		if (ans.ticks != ANSWER_4Y)
			fail_msg("%s: unclear %x", words[i], ans.unclear);
	}
	sk_arena_free(&a);
}

/* Not one of the words asked for: no yes, and nothing that was unclear in one. */
static void
other_words_are_none(void **state)
{
	static const char *const replies[] = { "お願いします。", "ありがとうございます",
		"よろしくお願いします、はい", "はい、検討します。", "はい、経産省以外で。",
		"はい?", "Thank you", "yes.no", "OKではない" };
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	for (size_t i = 0; i < COUNT(replies); i++) {
		answer_parse(a, replies[i], &ans);
		if (ans.yes_word || ans.ticks)
			fail_msg("%s: yes", replies[i]);
	}
	sk_arena_free(&a);
}

/* A box that was ticked is plain; only a question, a postponement or a limit
 * beside it is asked about. */
static void
beside_a_ticked_box(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	answer_parse(a, "[x] 4-Y\n昨日の件、別の者も読んでいます。", &ans);
	assert_int_equal(ans.ticks, ANSWER_4Y);
	answer_parse(a, "[x] 4-Y\n昨夜までに同じ通信が3件ありました。返信は不要です。\n"
	    "ご不明な点は佐藤までご連絡ください。できるだけ早く対応します。", &ans);
	assert_int_equal(ans.unclear, ANSWER_4Y);	/* 昨夜まで: asked once more */
	answer_parse(a, "[x] 4-Y\n追加のログを添付します。返信は不要です。\n"
	    "ご不明な点は佐藤までご連絡ください。できるだけ早く対応します。", &ans);
	assert_int_equal(ans.ticks, ANSWER_4Y);
	answer_parse(a, "[x] 4-Y\n上司の決裁待ちです。", &ans);
	assert_int_equal(ans.unclear, ANSWER_4Y);
	answer_parse(a, "[x] 4-A\nどこまで伝わりますか？", &ans);
	assert_int_equal(ans.unclear, ANSWER_4A);
	answer_parse(a, "[x] 4-C\n顧客の承認が得られ次第です。", &ans);
	assert_int_equal(ans.unclear, ANSWER_4C);
	sk_arena_free(&a);
}

/* An agreement holds at once: nothing beside it but courtesy. */
static void
an_agreement_with_words_is_unclear(void **state)
{
	static const char *const words[] = { "第一類までなら", "社名を伏字にすれば",
		"お客様にはこれから説明します", "範囲は仮置きです",
		"昨夜も同じ通信がありました。" };
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		answer_parse(a, sk_arena_printf(a, "[x] 4-A 同意する\n%s",
		    words[i]), &ans);
		assert_int_equal(ans.unclear, ANSWER_4A);
		answer_parse(a, sk_arena_printf(a, "1-A\n2-C\n3-A\n4-C\n%s",
		    words[i]), &ans);
		assert_true(ans.unclear & ANSWER_4C);
	}
	answer_parse(a, "お世話になっております。アクメ電力の佐藤です。\n"
	    "[x] 4-A 同意する\n\nよろしくお願いいたします。\n\n佐藤", &ans);
	assert_int_equal(ans.unclear, 0);
	assert_int_equal(ans.ticks, ANSWER_4A);
	sk_arena_free(&a);
}

/* What is written on behind the printed label is not passed over. */
static void
words_behind_a_label_count(void **state)
{
	static const char *const said[] = { "経産省NG", "←経産省には出さない",
		"※要相談", "(A社は含まず)" };
	static const char *const nothing[] = { "", "。", "です", " ", "please" };
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	for (size_t i = 0; i < COUNT(said); i++) {
		answer_parse(a, sk_arena_printf(a, "[x] 2-C すべての構成員まで %s",
		    said[i]), &ans);
		assert_int_equal(ans.unclear, ANSWER_2C);
		answer_parse(a, sk_arena_printf(a, "> ref: "
		    "k3v7q2mzx5wd4hjt6brynpf2ca\n> [x] 2-C Up to all members %s",
		    said[i]), &ans);
		assert_int_equal(ans.unclear, ANSWER_2C);
	}
	for (size_t i = 0; i < COUNT(nothing); i++) {
		answer_parse(a, sk_arena_printf(a, "[x] 2-B タスクフォース"
		    "（第一類・第二類構成員）まで%s", nothing[i]), &ans);
		assert_int_equal(ans.unclear, 0);
	}
	/* A council's own words are not known, and not looked behind. */
	answer_parse(a, "[x] 2-C 全員に", &ans);
	assert_int_equal(ans.unclear, 0);
	sk_arena_free(&a);
}

/* The texts print no other label than those that are looked behind. */
static void
printed_labels_are_known(void **state)
{
	static const char *const langs[] = { "ja", "en" };
	const char *top = getenv("srcdir");
	char path[512], line[512];
	unsigned n = 0;
	glob_t g;

	(void)state;
	for (size_t l = 0; l < COUNT(langs); l++) {
		snprintf(path, sizeof(path), "%s/templates/%s/*.txt",
		    top ? top : ".", langs[l]);
		assert_int_equal(glob(path, 0, NULL, &g), 0);
		for (size_t i = 0; i < g.gl_pathc; i++) {
			FILE *f = fopen(g.gl_pathv[i], "r");

			assert_non_null(f);
			while (fgets(line, sizeof(line), f))
				n += label_is_known(line);
			fclose(f);
		}
		globfree(&g);
	}
	assert_true(n > 40);
}

/* What was ticked "for now" is no scope yet. */
static void
a_scope_to_be_confirmed_later_is_none(void **state)
{
	struct sk_arena *a = sk_arena_new();
	struct answer ans;

	(void)state;
	answer_parse(a, "1-C\n2-E\n3-A\n\n"
	    "上司の承認が得られ次第、正式に回答します。", &ans);
	assert_int_equal(ans.unclear, ANSWER_2E);
	answer_parse(a, "1-C\n2-C\n3-A\n\n"
	    "以上は部長案です。正式な回答は会議後に改めてお送りします。", &ans);
	assert_int_equal(ans.unclear, ANSWER_2C);
	/* The form asks about the case, and so may they. */
	answer_parse(a, "1-C\n2-C\n3-A\n\nログも必要ですか？", &ans);
	assert_int_equal(ans.unclear, 0);
	sk_arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(courtesy_leaves_a_yes),
		cmocka_unit_test(a_postponement_is_no_yes),
		cmocka_unit_test(a_question_is_no_yes),
		cmocka_unit_test(any_other_sentence_is_no_yes),
		cmocka_unit_test(beside_a_ticked_box),
		cmocka_unit_test(a_ticked_yes_with_a_limit_is_none),
		cmocka_unit_test(other_words_are_none),
		cmocka_unit_test(a_ticked_yes_with_courtesy_stands),
		cmocka_unit_test(an_agreement_with_words_is_unclear),
		cmocka_unit_test(words_behind_a_label_count),
		cmocka_unit_test(printed_labels_are_known),
		cmocka_unit_test(a_scope_to_be_confirmed_later_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
