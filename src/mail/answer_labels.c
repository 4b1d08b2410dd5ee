/*
 * What our forms print behind the codes that want no words. Whoever writes on
 * behind it has something to say about it ("すべての構成員まで 経産省NG"), and what
 * that is nobody guesses. A label that is not known, since a council
 * has texts of its own, is not looked behind.
 */
#include <config.h>

#include <string.h>

#include "mail/answer_read.h"
#include "mail/answer_words.h"

static const struct {
	unsigned bit;
	const char *label;
} printed[] = {
	{ ANSWER_1A, "すべて秘密にする" }, { ANSWER_1A, "All of it is secret" },
	{ ANSWER_1C, "秘密にする部分はない" }, { ANSWER_1C, "Nothing is secret" },
	{ ANSWER_20, "事務局だけ" },
	{ ANSWER_20, "With nobody outside the secretariat" },
	{ ANSWER_2A, "第一類構成員のグループまで" },
	{ ANSWER_2A, "Up to the group of class-1 members" },
	{ ANSWER_2B, "タスクフォース（第一類・第二類構成員）まで" },
	{ ANSWER_2B, "Up to the task force (class-1 and class-2 members)" },
	{ ANSWER_2C, "すべての構成員まで" }, { ANSWER_2C, "Up to all members" },
	{ ANSWER_2D, "構成員に加え、連携する他の情報共有の枠組みまで" },
	{ ANSWER_2D, "All members and the partner sharing schemes" },
	{ ANSWER_2E, "公表してよい" }, { ANSWER_2E, "It may be published" },
	{ ANSWER_3A, "働きかけを望まない" }, { ANSWER_3A, "No outside action" },
	{ ANSWER_3B, "構成員に、似た事象がないかを尋ねてよい" },
	{ ANSWER_3B, "Ask members whether they have seen something similar" },
	{ ANSWER_3C, "攻撃の発信元や、悪用されたサイトの管理者に知らせてよい" },
	{ ANSWER_3C,
	  "Tell the source of the attack, or whoever runs the abused site" },
	{ ANSWER_3D, "海外の CERT に知らせてよい" },
	{ ANSWER_3D, "Tell CERTs in other countries" },
	{ ANSWER_4Y, "このとおりで相違ない" }, { ANSWER_4Y, "This is correct" },
	{ ANSWER_4N, "変更したい" }, { ANSWER_4N, "I want to change it" },
	{ ANSWER_4A, "同意する" }, { ANSWER_4A, "I agree" },
	{ ANSWER_4D, "同意しない" }, { ANSWER_4D, "I do not agree" },
	{ ANSWER_4D, "I decline" },
	{ ANSWER_4C, "協議会への提供と上の答えについて、依頼元の同意を得ている" },
	{ ANSWER_4C,
	  "The client agrees to the provision and to the answers above" },
};

/* Blanks, which mail programs put in and take out, do not count. */
static bool
begins_with(struct scan *s, const char *label)
{
	struct scan want = { label, label + strlen(label) };
	uint32_t c;

	while ((c = scan_next(&want)) != 0) {
		if (c == ' ')
			continue;
		scan_blanks(s);
		if (scan_next(s) != c)
			return false;
	}
	return true;
}

bool
label_has_more(unsigned bit, struct scan rest)
{
	struct scan t;

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		t = rest;
		if (printed[i].bit == bit && begins_with(&t, printed[i].label))
			return !words_is_tail(t);
	}
	return false;
}
