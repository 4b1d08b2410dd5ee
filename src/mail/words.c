/*
 * The words for what facts hold: one for programs (JSON, promised in README),
 * one sentence in each language for people where there is a doubt. Never the
 * mail's own words.
 */
#include <config.h>

#include <stddef.h>

#include <sekisho/facts.h>

static const struct doubt {
	uint32_t bit;
	const char *word, *ja, *en;
} doubts[] = {
	{ DOUBT_FROM_NOT_ONE, "from-not-one",
	  "差出人を一人に決められません。",
	  "The mail does not name exactly one sender." },
	{ DOUBT_DUPLICATE_FIELD, "duplicate-field",
	  "一つしか書けないヘッダー項目が、二つ以上あります。",
	  "A header field that may stand once stands more than once." },
	{ DOUBT_CHARSET, "charset",
	  "文字コードの指定がないか、誤っているため、推定して読みました。",
	  "The charset was missing, unknown or untrue and was guessed." },
	{ DOUBT_UNDECODABLE, "undecodable",
	  "読み取れない文字があり、U+FFFD に置き換えて表示しています。",
	  "Some characters could not be decoded and are shown as U+FFFD." },
	{ DOUBT_HIDDEN_HEADER, "hidden-header",
	  "ヘッダーの符号化された語に、改行または NUL が隠されていました。",
	  "An encoded word in the header hid a line break or a NUL byte." },
	{ DOUBT_HTML_ONLY, "html-only",
	  "HTML 形式の本文しかないため、文字だけを取り出しました。",
	  "The mail has no plain text; its HTML was turned into text." },
	{ DOUBT_TEXT_CUT, "text-cut",
	  "本文が長いため途中までを扱いました。保管したメールは全文です。",
	  "The text is too long and was cut; the stored mail is whole." },
	{ DOUBT_MIXED_PARTS, "mixed-parts",
	  "暗号化または署名された部分と、そうでない部分が混在しています。",
	  "Encrypted or signed and clear parts stand side by side." },
	{ DOUBT_NUL, "nul", "メールに NUL 文字が含まれています。",
	  "The mail holds NUL bytes." },
	{ DOUBT_BIDI, "bidi",
	  "見えない文字や、文字の並ぶ向きを変える文字が含まれています。",
	  "The text holds invisible characters or ones that turn the "
	  "direction of writing." },
	{ DOUBT_BAD_MIME, "bad-mime",
	  "メールの構造が壊れており、一部は推定して読みました。",
	  "The structure of the mail is damaged and was partly guessed." },
	{ DOUBT_FROM_INSIDE, "from-inside",
	  "保護された内側の差出人が、外側の差出人と異なります。",
	  "The sender inside the protected part differs from the sender of "
	  "the mail." },
	{ DOUBT_TOO_DEEP, "too-deep",
	  "暗号化または署名が、重ねられる限度を超えています。",
	  "The mail is encrypted or signed in too many layers." },
	{ DOUBT_PASSWORD_MAIL, "password-mail",
	  "暗号化された添付ファイルと、そのパスワードらしいものが同じ"
	  "メールにあります。",
	  "An encrypted file came with what looks like its password." },
	{ DOUBT_OUTSIDE, "outside",
	  "暗号化または署名された部分の外に、言葉やファイルがあります。"
	  "誰が書いたものかは分かりません。",
	  "Words or parts stand beside what was encrypted or signed: nobody "
	  "vouches for them." },
	{ DOUBT_SIGNED_OUTSIDE, "signed-outside",
	  "署名は暗号文の上に付けられています。署名した人が中身を書いた"
	  "とは限りません。",
	  "The signature was made over the encrypted mail: whoever signed "
	  "need not have written what is in it." },
	{ DOUBT_SUBJECT_OUTSIDE, "subject-outside",
	  "外側の件名が、署名された件名と異なります。",
	  "The subject of the mail differs from the one that was signed." },
	{ DOUBT_IMITATION, "imitation",
	  "本システムやゲートウェイが付ける目印をまねた表記があります。",
	  "The mail imitates marks that this program or a gateway would "
	  "set." },
	{ DOUBT_LEFT_OUT, "left-out",
	  "痕跡または記入項目が多いため、一部のみを表示しています。保管"
	  "したメールは全文です。",
	  "There are more indicators or filled lines than are shown; the "
	  "stored mail is whole." },
	{ DOUBT_MALLEABLE, "malleable",
	  "暗号化されていますが、内側に正しい署名がありません（S/MIME）。"
	  "中継した者が、内容を知らないまま書き換えられます。",
	  "The mail is encrypted and has no good signature inside (S/MIME): "
	  "whoever carried it could have changed its text without knowing "
	  "it." },
	{ DOUBT_REPLY_TO, "reply-to",
	  "返信先（Reply-To）が、差出人とは別のアドレスです。",
	  "Answers are asked to another address (Reply-To) than the sender's." },
	{ DOUBT_OTHER_FORM, "other-form",
	  "テキスト形式とHTML形式とで、書かれている内容が違います。表示されて"
	  "いない方は、添付ファイルとして保存できます。",
	  "The plain text and the HTML of the mail say different things; the "
	  "one that is not shown is listed as an attachment." },
	{ DOUBT_PGP_IN_HTML, "pgp-in-html",
	  "HTMLの中に、PGPで暗号化された文があります。開いていません。送信者に、"
	  "HTMLではない形で送るよう頼んでください。",
	  "Inside the HTML stands a PGP message, which was not opened; ask the "
	  "sender to send it as plain text or as a file." },
};

static const struct doubt *
doubt_of(uint32_t one_doubt)
{
	static const struct doubt other = { 0, "unknown",
		"メールに、はっきりしない点があります。",
		"Something about the mail is unclear." };

	for (size_t i = 0; i < sizeof(doubts) / sizeof(*doubts); i++)
		if (doubts[i].bit == one_doubt)
			return &doubts[i];
	return &other;
}

const char *
doubt_text(uint32_t one_doubt)
{
	return doubt_of(one_doubt)->en;
}

const char *
doubt_text_ja(uint32_t one_doubt)
{
	return doubt_of(one_doubt)->ja;
}

const char *
doubt_word(uint32_t one_doubt)
{
	return doubt_of(one_doubt)->word;
}

static const char *
word_at(const char *const *words, size_t n, unsigned at)
{
	return at < n ? words[at] : "unknown";
}
#define WORD_AT(words, at) \
	word_at((words), sizeof(words) / sizeof(*(words)), (unsigned)(at))

const char *
automatic_word(enum fact_auto a)
{
	static const char *const words[] = { "no", "replied", "generated",
		"list", "dsn", "ours" };

	return WORD_AT(words, a);
}

const char *
protection_word(enum fact_protection p)
{
	static const char *const words[] = { "none", "clear", "cipher", "old",
		"wrapped" };

	return WORD_AT(words, p);
}

const char *
key_origin_word(enum fact_key_origin o)
{
	static const char *const words[] = { "attachment", "text",
		"autocrypt", "signature" };

	return WORD_AT(words, o);
}

const char *
fate_word(enum fact_fate f)
{
	static const char *const words[] = { "none", "permanent", "expired",
		"temporary", "delivered", "unclear" };

	return WORD_AT(words, f);
}

const char *
indicator_word(enum fact_indicator_type t)
{
	static const char *const words[] = { "md5", "sha1", "sha256",
		"sha512", "ip", "cidr", "domain", "url", "email", "cve" };

	return WORD_AT(words, t);
}

const char *
detail_word(enum fact_detail_kind k)
{
	static const char *const words[] = { "odd", "course", "time",
		"time_zone", "system", "ip", "host", "protocol", "port", "os",
		"security_software", "cloud", "consulted" };

	return WORD_AT(words, k);
}
