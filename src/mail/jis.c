/*
 * 7-bit JIS as it is met in mail: called ISO-2022-JP, written as CP50221.
 * glibc has no such codec (standards.md A13), so the escapes are read here and
 * every JIS X 0208 pair becomes Shift_JIS bytes, which CP932 knows with the
 * circled digits of row 13 and the IBM kanji. Half-width kana come by ESC ( I,
 * by SO/SI or as raw 8-bit bytes. Nothing is ever dropped: what cannot be read
 * is U+FFFD.
 */
#include <config.h>

#include <sekisho/mail_read.h>
#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/charset.h"

enum { ESC = 0x1b, SO = 0x0e, SI = 0x0f };
/* A byte that CP932 does not know: comes out as U+FFFD and is counted. */
enum { UNKNOWN_BYTE = 0xff };

enum set { ASCII, KANA, KANJI, KANJI2, CHINESE, KOREAN };

static const struct {
	const char *seq;	/* after ESC */
	enum set set;
} escapes[] = {
	{ "(B", ASCII }, { "(J", ASCII }, { "(H", ASCII }, { "(I", KANA },
	{ "$@", KANJI }, { "$B", KANJI }, { "$(@", KANJI }, { "$(B", KANJI },
	{ "$(O", KANJI }, { "$(Q", KANJI }, { "$(D", KANJI2 },
	{ "$A", CHINESE }, { "$(A", CHINESE }, { "$(C", KOREAN },
};

struct jis {
	struct sk_span s;
	size_t at;
	enum set set;
	bool so;		/* shifted out: kana */
	unsigned char run[4096];	/* CP932 bytes not yet converted */
	size_t nrun;
	struct sk_buf out;
	size_t bad;
};

static void
flush_run(struct jis *j)
{
	j->bad += codec_append(CODEC_CP932, sk_span_of(j->run, j->nrun),
	    &j->out);
	j->nrun = 0;
}

static void
put(struct jis *j, unsigned c)
{
	j->run[j->nrun++] = (unsigned char)c;
}

/* ESC & @ announces the 1990 set and is followed by the real escape. */
static size_t
announcer(struct sk_span s)
{
	return s.len >= 2 && s.p[0] == '&' && s.p[1] == '@' ? 2 : 0;
}

static void
escape(struct jis *j)
{
	struct sk_span rest = span_cut(j->s, j->at + 1, j->s.len);
	size_t n = announcer(rest);

	if (n > 0) {
		j->at += 1 + n;
		return;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
		n = strlen(escapes[i].seq);
		if (rest.len < n || memcmp(rest.p, escapes[i].seq, n) != 0)
			continue;
		j->set = escapes[i].set;
		j->so = false;
		j->at += 1 + n;
		return;
	}
	put(j, UNKNOWN_BYTE);
	j->at++;
}

/* Row and cell of JIS X 0208 (0x21..0x7e each) as Shift_JIS bytes. */
static void
kanji(struct jis *j, unsigned row, unsigned cell)
{
	unsigned lead = ((row - 0x21) >> 1) + 0x81;
	unsigned trail = cell + 0x1f;

	if (lead > 0x9f)
		lead += 0x40;
	if ((row & 1) == 0)
		trail = cell + 0x7e;
	else if (trail >= 0x7f)
		trail++;
	put(j, lead);
	put(j, trail);
}

/* A pair of another set, by the 8-bit codec that holds it. */
static void
foreign(struct jis *j, unsigned row, unsigned cell)
{
	unsigned char b[3] = { 0x8f, (unsigned char)(row | 0x80),
		(unsigned char)(cell | 0x80) };

	flush_run(j);
	if (j->set == KANJI2)
		j->bad += codec_append(CODEC_EUCJP, sk_span_of(b, 3), &j->out);
	else
		j->bad += codec_append(j->set == KOREAN ? CODEC_UHC :
		    CODEC_GB18030, sk_span_of(b + 1, 2), &j->out);
}

static bool
is_graphic(unsigned c)
{
	return c >= 0x21 && c <= 0x7e;
}

static void
pair(struct jis *j)
{
	unsigned row = j->s.p[j->at];
	unsigned cell = j->at + 1 < j->s.len ? j->s.p[j->at + 1] : 0;

	if (!is_graphic(cell)) {
		put(j, UNKNOWN_BYTE);
		j->at++;
		return;
	}
	if (j->set == KANJI)
		kanji(j, row, cell);
	else
		foreign(j, row, cell);
	j->at += 2;
}

static void
step(struct jis *j)
{
	unsigned c = j->s.p[j->at];

	if (c == ESC) {
		escape(j);
		return;
	}
	if (is_graphic(c) && j->set >= KANJI && !j->so) {
		pair(j);
		return;
	}
	j->at++;
	if (c == SO || c == SI) {
		j->so = c == SO;
		return;
	}
	if (c == '\n') {
		/* Every line begins in ASCII (RFC 1468). */
		j->set = ASCII;
		j->so = false;
	}
	if (is_graphic(c) && c < 0x60 && (j->so || j->set == KANA))
		c |= 0x80;
	put(j, c);
}

char *
jis_decode(struct sk_arena *a, struct sk_span bytes, uint32_t *doubts)
{
	struct jis j;
	char *text;

	j.s = bytes;
	j.at = j.nrun = j.bad = 0;
	j.set = ASCII;
	j.so = false;
	/* At worst a pair of a supplementary set, by EUC three bytes, none of
	 * which can be read: three times U+FFFD, 9 bytes for 2. */
	sk_buf_init(&j.out, bytes.len * 5 + 64);
	while (j.at < bytes.len) {
		step(&j);
		if (j.nrun + 2 > sizeof(j.run))
			flush_run(&j);
	}
	flush_run(&j);
	if (j.bad > 0)
		*doubts |= DOUBT_UNDECODABLE;
	if (j.out.over)
		*doubts |= DOUBT_TEXT_CUT;
	text = sk_utf8_clean(a, sk_buf_span(&j.out));
	sk_buf_free(&j.out);
	return text;
}
