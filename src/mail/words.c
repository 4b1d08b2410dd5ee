/*
 * The words for what facts hold: one for programs (JSON, promised in README),
 * one sentence for people where there is a doubt. Never the mail's own words.
 */
#include <config.h>

#include <stddef.h>

#include <sekisho/facts.h>

static const struct {
	uint32_t bit;
	const char *word, *text;
} doubts[] = {
	{ DOUBT_FROM_NOT_ONE, "from-not-one",
	  "The mail does not name exactly one sender." },
	{ DOUBT_DUPLICATE_FIELD, "duplicate-field",
	  "A header field that may stand once stands more than once." },
	{ DOUBT_CHARSET, "charset", "The charset was missing, unknown or "
	  "untrue and was guessed." },
	{ DOUBT_UNDECODABLE, "undecodable", "Some characters could not be "
	  "decoded and are shown as U+FFFD." },
	{ DOUBT_HIDDEN_HEADER, "hidden-header", "An encoded word in the "
	  "header hid a line break or a NUL byte." },
	{ DOUBT_HTML_ONLY, "html-only",
	  "The mail has no plain text; its HTML was turned into text." },
	{ DOUBT_TEXT_CUT, "text-cut",
	  "The text is too long and was cut; the stored mail is whole." },
	{ DOUBT_MIXED_PARTS, "mixed-parts", "Encrypted or signed and clear "
	  "parts stand side by side." },
	{ DOUBT_NUL, "nul", "The mail holds NUL bytes." },
	{ DOUBT_BIDI, "bidi", "The text holds invisible characters or ones "
	  "that turn the direction of writing." },
	{ DOUBT_BAD_MIME, "bad-mime",
	  "The structure of the mail is damaged and was partly guessed." },
	{ DOUBT_FROM_INSIDE, "from-inside", "The sender inside the protected "
	  "part differs from the sender of the mail." },
	{ DOUBT_TOO_DEEP, "too-deep",
	  "The mail is encrypted or signed in too many layers." },
	{ DOUBT_PASSWORD_MAIL, "password-mail", "An encrypted file came "
	  "with what looks like its password." },
	{ DOUBT_OUTSIDE, "outside", "Words or parts stand beside what was "
	  "encrypted or signed: nobody vouches for them." },
	{ DOUBT_SIGNED_OUTSIDE, "signed-outside", "The signature was made "
	  "over the encrypted mail: whoever signed need not have written "
	  "what is in it." },
	{ DOUBT_SUBJECT_OUTSIDE, "subject-outside", "The subject of the mail "
	  "differs from the one that was signed." },
	{ DOUBT_IMITATION, "imitation", "The mail imitates marks that this "
	  "program or a gateway would set." },
	{ DOUBT_LEFT_OUT, "left-out", "There are more indicators or filled "
	  "lines than are shown; the stored mail is whole." },
	{ DOUBT_MALLEABLE, "malleable", "The mail is encrypted and has no "
	  "good signature inside (S/MIME): whoever carried it could have "
	  "changed its text without knowing it." },
};

const char *
doubt_text(uint32_t one_doubt)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(*doubts); i++)
		if (doubts[i].bit == one_doubt)
			return doubts[i].text;
	return "Something about the mail is unclear.";
}

const char *
doubt_word(uint32_t one_doubt)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(*doubts); i++)
		if (doubts[i].bit == one_doubt)
			return doubts[i].word;
	return "unknown";
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
		"autocrypt" };

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
