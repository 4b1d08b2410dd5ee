/*
 * Charsets inside the mail library: a hostile label becomes one of a fixed
 * list of codecs, and only those are ever opened.
 */
#pragma once

#include <stdbool.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>

enum codec {
	CODEC_UNKNOWN,		/* a label that is not on the list */
	CODEC_ASCII,		/* no claim beyond ASCII */
	CODEC_UTF8,
	CODEC_JIS,		/* jis.c */
	CODEC_CP932,
	CODEC_EUCJP,
	CODEC_WINDOWS1252,
	CODEC_GB18030,
	CODEC_BIG5,
	CODEC_UHC,
	CODEC_ICONV_MORE,	/* from here: single-byte, see labels.c */
	CODEC_COUNT = CODEC_ICONV_MORE + 24
};

/* labels.c */
enum codec label_codec(const char *label);	/* NULL or "": CODEC_ASCII */
const char *codec_iconv_name(enum codec c);	/* NULL: not by iconv */
bool codec_japanese(enum codec c);

/* charset.c: appends UTF-8; what cannot be decoded is U+FFFD, counted. */
size_t codec_append(enum codec c, struct sk_span bytes, struct sk_buf *out);

/* detect.c: the Japanese charset of bytes that are not UTF-8, or UNKNOWN. */
enum codec detect_japanese(struct sk_span bytes);
/* The same against a label that says Latin-1, which is put where nothing is
 * known: only what can hardly be anything else. */
enum codec detect_surely_japanese(struct sk_span bytes);
bool detect_jis(struct sk_span bytes);		/* holds a JIS escape */
/* Sequences of two or more bytes in valid UTF-8, 0 if it is not valid. */
size_t detect_utf8(struct sk_span bytes);
/* UTF-8 with a little damage: more whole sequences than broken ones. */
bool detect_utf8_damaged(struct sk_span bytes);

/* tidy.c: what is done to every decoded text. */
bool text_has_bidi(const char *utf8);	/* bidi controls, zero-width, tags */
char *text_cut(struct sk_arena *a, const char *utf8, size_t max);
/* Where UTF-8 of n bytes may be cut so that at most max stay. */
size_t text_cut_at(const char *utf8, size_t n, size_t max);
/* A charset's label as it may be shown: strangers wrote it. */
char *text_label(struct sk_arena *a, const char *raw);
char *text_one_line(char *utf8);	/* controls become blanks, in place */
