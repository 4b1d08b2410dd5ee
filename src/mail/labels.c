/*
 * The allow-list of charset labels. A label is attacker input: it is looked up
 * here and never handed to iconv, so that no suffix (//TRANSLIT), no stateful
 * horror (UTF-7, ISO-2022-CN-EXT, CVE-2024-2961) and no path can be named.
 * The mappings are those of standards.md A13: what is called Shift_JIS is
 * CP932, what is called EUC-JP is EUC-JP-MS, what is called ISO-8859-1 is
 * Windows-1252, as every mailer means them.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/charset.h"

enum {
	LATIN2 = CODEC_ICONV_MORE, LATIN3, LATIN4, CYRILLIC, ARABIC, GREEK,
	HEBREW, LATIN6, LATIN7, LATIN8, LATIN9, LATIN10, WINDOWS1250,
	WINDOWS1251, WINDOWS1253, WINDOWS1254, WINDOWS1255, WINDOWS1256,
	WINDOWS1257, WINDOWS1258, KOI8R, KOI8U, WINDOWS874, MACINTOSH, LAST
};
_Static_assert((int)LAST == (int)CODEC_COUNT, "the list and its count");

static const char *const iconv_names[CODEC_COUNT] = {
	[CODEC_CP932] = "CP932", [CODEC_EUCJP] = "EUC-JP-MS",
	[CODEC_WINDOWS1252] = "CP1252", [CODEC_GB18030] = "GB18030",
	[CODEC_BIG5] = "BIG5-HKSCS", [CODEC_UHC] = "UHC",
	[LATIN2] = "ISO-8859-2", [LATIN3] = "ISO-8859-3",
	[LATIN4] = "ISO-8859-4", [CYRILLIC] = "ISO-8859-5",
	[ARABIC] = "ISO-8859-6", [GREEK] = "ISO-8859-7",
	[HEBREW] = "ISO-8859-8", [LATIN6] = "ISO-8859-10",
	[LATIN7] = "ISO-8859-13", [LATIN8] = "ISO-8859-14",
	[LATIN9] = "ISO-8859-15", [LATIN10] = "ISO-8859-16",
	[WINDOWS1250] = "CP1250", [WINDOWS1251] = "CP1251",
	[WINDOWS1253] = "CP1253", [WINDOWS1254] = "CP1254",
	[WINDOWS1255] = "CP1255", [WINDOWS1256] = "CP1256",
	[WINDOWS1257] = "CP1257", [WINDOWS1258] = "CP1258",
	[KOI8R] = "KOI8-R", [KOI8U] = "KOI8-U", [WINDOWS874] = "CP874",
	[MACINTOSH] = "MACINTOSH",
};

static const struct {
	const char *label;
	int codec;
} labels[] = {
	{ "us-ascii", CODEC_ASCII }, { "ascii", CODEC_ASCII },
	{ "ansi_x3.4-1968", CODEC_ASCII }, { "iso-646-us", CODEC_ASCII },
	{ "unknown-8bit", CODEC_ASCII }, { "x-unknown", CODEC_ASCII },
	{ "unknown", CODEC_ASCII }, { "_autodetect", CODEC_ASCII },
	{ "_iso-2022-jp$esc", CODEC_JIS },
	{ "utf-8", CODEC_UTF8 }, { "utf8", CODEC_UTF8 },
	{ "unicode-1-1-utf-8", CODEC_UTF8 }, { "cp65001", CODEC_UTF8 },
	{ "iso-2022-jp", CODEC_JIS }, { "csiso2022jp", CODEC_JIS },
	{ "iso-2022-jp-1", CODEC_JIS }, { "iso-2022-jp-2", CODEC_JIS },
	{ "iso-2022-jp-3", CODEC_JIS }, { "iso-2022-jp-2004", CODEC_JIS },
	{ "iso-2022-jp-ms", CODEC_JIS }, { "x-iso-2022-jp", CODEC_JIS },
	{ "x-windows-iso2022jp", CODEC_JIS }, { "iso2022jp", CODEC_JIS },
	{ "iso2022-jp", CODEC_JIS }, { "iso-2022jp", CODEC_JIS },
	{ "cp50220", CODEC_JIS }, { "cp50221", CODEC_JIS },
	{ "cp50222", CODEC_JIS }, { "jis", CODEC_JIS },
	{ "shift_jis", CODEC_CP932 }, { "shift-jis", CODEC_CP932 },
	{ "shiftjis", CODEC_CP932 }, { "sjis", CODEC_CP932 },
	{ "x-sjis", CODEC_CP932 }, { "ms_kanji", CODEC_CP932 },
	{ "csshiftjis", CODEC_CP932 }, { "cp932", CODEC_CP932 },
	{ "ms932", CODEC_CP932 }, { "x-ms-cp932", CODEC_CP932 },
	{ "windows-31j", CODEC_CP932 }, { "cswindows31j", CODEC_CP932 },
	{ "windows-932", CODEC_CP932 }, { "sjis-win", CODEC_CP932 },
	{ "x-sjis-cp932", CODEC_CP932 }, { "ibm943", CODEC_CP932 },
	{ "euc-jp", CODEC_EUCJP }, { "eucjp", CODEC_EUCJP },
	{ "euc_jp", CODEC_EUCJP }, { "x-euc-jp", CODEC_EUCJP },
	{ "x-euc", CODEC_EUCJP }, { "ujis", CODEC_EUCJP },
	{ "euc-jp-ms", CODEC_EUCJP }, { "eucjp-ms", CODEC_EUCJP },
	{ "eucjp-win", CODEC_EUCJP }, { "cp51932", CODEC_EUCJP },
	{ "cseucpkdfmtjapanese", CODEC_EUCJP },
	{ "iso-8859-1", CODEC_WINDOWS1252 },
	{ "iso8859-1", CODEC_WINDOWS1252 }, { "latin1", CODEC_WINDOWS1252 },
	{ "windows-1252", CODEC_WINDOWS1252 },
	{ "cp1252", CODEC_WINDOWS1252 }, { "ansi", CODEC_WINDOWS1252 },
	{ "gb2312", CODEC_GB18030 }, { "gbk", CODEC_GB18030 },
	{ "gb18030", CODEC_GB18030 }, { "cp936", CODEC_GB18030 },
	{ "windows-936", CODEC_GB18030 }, { "euc-cn", CODEC_GB18030 },
	{ "x-gbk", CODEC_GB18030 }, { "gb_2312-80", CODEC_GB18030 },
	{ "big5", CODEC_BIG5 }, { "big5-hkscs", CODEC_BIG5 },
	{ "cp950", CODEC_BIG5 }, { "x-x-big5", CODEC_BIG5 },
	{ "euc-kr", CODEC_UHC }, { "ks_c_5601-1987", CODEC_UHC },
	{ "cp949", CODEC_UHC }, { "windows-949", CODEC_UHC },
	{ "iso-8859-2", LATIN2 }, { "iso-8859-3", LATIN3 },
	{ "iso-8859-4", LATIN4 }, { "iso-8859-5", CYRILLIC },
	{ "iso-8859-6", ARABIC }, { "iso-8859-7", GREEK },
	{ "iso-8859-8", HEBREW }, { "iso-8859-8-i", HEBREW },
	{ "iso-8859-9", WINDOWS1254 }, { "iso-8859-10", LATIN6 },
	{ "iso-8859-11", WINDOWS874 }, { "iso-8859-13", LATIN7 },
	{ "iso-8859-14", LATIN8 }, { "iso-8859-15", LATIN9 },
	{ "iso-8859-16", LATIN10 }, { "windows-1250", WINDOWS1250 },
	{ "windows-1251", WINDOWS1251 }, { "cp1251", WINDOWS1251 },
	{ "windows-1253", WINDOWS1253 }, { "windows-1254", WINDOWS1254 },
	{ "windows-1255", WINDOWS1255 }, { "windows-1256", WINDOWS1256 },
	{ "windows-1257", WINDOWS1257 }, { "windows-1258", WINDOWS1258 },
	{ "koi8-r", KOI8R }, { "koi8-u", KOI8U },
	{ "windows-874", WINDOWS874 }, { "tis-620", WINDOWS874 },
	{ "macintosh", MACINTOSH }, { "x-mac-roman", MACINTOSH },
};

enum codec
label_codec(const char *label)
{
	if (label == NULL || *label == '\0')
		return CODEC_ASCII;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (sk_ascii_ieq(label, labels[i].label))
			return (enum codec)labels[i].codec;
	return CODEC_UNKNOWN;
}

const char *
codec_iconv_name(enum codec c)
{
	return iconv_names[c];
}

bool
codec_japanese(enum codec c)
{
	return c == CODEC_JIS || c == CODEC_CP932 || c == CODEC_EUCJP;
}
