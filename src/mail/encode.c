/*
 * Encoding for mail that leaves: header values by RFC 2047 and RFC 5322, and
 * bodies in base64 (parameters: encode_param.c). Every value that people wrote
 * goes through here and nowhere else, and a value that holds CR, LF, NUL, a
 * control or a character that turns the reading direction is refused, not
 * mended (B3): it must never come out as a second field or as a name that
 * reads backwards.
 * What is written is ASCII, in lines <= 76 wherever a blank allows it.
 */
#include <config.h>

#include <string.h>
#include <time.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "mail/encode.h"

enum {
	LINE = LIMIT_OUT_LINE,
	/* Values are reused behind "HP-Outer: ", byte for byte. */
	HP_PREFIX = sizeof("HP-Outer: ") - 1,
	WORD_FRAME = sizeof("=?UTF-8?B?" "?=") - 1,
	CHARACTER = sizeof("=F0=90=80=80") - 1,
	WORD_PLAIN = 60,	/* longer words are encoded, to fold */
	ID_MOST = 200
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

/* --- base64 --- */

static size_t
base64_run(char *to, const unsigned char *p, size_t n)
{
	size_t o = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16;

		if (i + 1 < n)
			w |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < n)
			w |= p[i + 2];
		to[o++] = alphabet[w >> 18];
		to[o++] = alphabet[w >> 12 & 63];
		to[o++] = i + 1 < n ? alphabet[w >> 6 & 63] : '=';
		to[o++] = i + 2 < n ? alphabet[w & 63] : '=';
	}
	return o;
}

void
enc_base64(struct sk_buf *out, struct sk_span in)
{
	char line[LINE + 2];

	for (size_t at = 0; at < in.len; ) {
		size_t n = in.len - at < LINE / 4 * 3 ? in.len - at :
		    LINE / 4 * 3;
		size_t w = base64_run(line, in.p + at, n);

		line[w] = '\r';
		line[w + 1] = '\n';
		sk_buf_add(out, line, w + 2);
		at += n;
	}
}

void
enc_lines(struct sk_buf *out, const char *s)
{
	size_t n = strlen(s);
	struct sk_buf b;

	sk_buf_init(&b, 2 * n + 2);
	while (*s != '\0') {
		size_t line = strcspn(s, "\r\n");

		sk_buf_add(&b, s, line);
		sk_buf_add(&b, "\r\n", 2);
		s += line;
		s += s[0] == '\r' && s[1] == '\n' ? 2 : *s != '\0';
	}
	if (b.len == 0)
		sk_buf_add(&b, "\r\n", 2);
	enc_base64(out, sk_buf_span(&b));
	sk_buf_free(&b);
}

/* --- what may stand in a header --- */

/* A character that hides or turns others. p is valid UTF-8, so that a lead
 * byte is followed by its whole character. */
static bool
deceives(const unsigned char *p)
{
	switch (p[0]) {
	case 0xc2:				/* C1 */
		return p[1] < 0xa0;
	case 0xd8:				/* U+061C */
		return p[1] == 0x9c;
	case 0xe2:
		if (p[1] == 0x80)		/* U+200E/F, U+2028..202E */
			return p[2] == 0x8e || p[2] == 0x8f ||
			    (p[2] >= 0xa8 && p[2] <= 0xae);
		return p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9;
	case 0xf3:				/* U+E0000..E007F, tags */
		return p[1] == 0xa0 && (p[2] == 0x80 || p[2] == 0x81);
	default:
		return p[0] < 0x20 || p[0] == 0x7f;
	}
}

int
enc_check(const char *field, const char *value, size_t most, struct sk_error *e)
{
	if (!sk_utf8_valid(sk_span_str(value)))
		return sk_fail(e, SK_ERR_DATA, field, "not valid UTF-8");
	if (strlen(value) > most)
		return sk_fail(e, SK_ERR_LIMIT, field,
		    "longer than %zu bytes", most);
	for (const char *p = value; *p != '\0'; p++)
		if (deceives((const unsigned char *)p))
			return sk_fail(e, SK_ERR_DATA, field,
			    "holds a line end, a control or a character that "
			    "changes the reading direction; remove it");
	return 0;
}

/* Can stand as it is: no encoded word, blanks only single and between words,
 * every word short enough to be folded. */
static bool
plain(const char *s)
{
	size_t word = 0;

	if (strstr(s, "=?") != NULL)
		return false;
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s > 0x7e)
			return false;
		if (*s != ' ')
			word++;
		else if (word == 0 || s[1] == '\0')
			return false;
		else
			word = 0;
		if (word > WORD_PLAIN)
			return false;
	}
	return true;
}

static bool
atoms(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p > 0x7e ||
		    strchr("()<>[]:;@\\,.\"", *p) != NULL)
			return false;
	return plain(s);
}

/* --- folding --- */

static void
fold(struct sk_buf *b, size_t *col)
{
	sk_buf_adds(b, "\r\n ");
	*col = 1;
}

static void
add_plain(struct sk_buf *b, size_t *col, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s + 1, " ") + 1;	/* with its blank */

		if (*s == ' ' && *col + n > LINE) {
			fold(b, col);
			s++;
			n--;
		}
		sk_buf_add(b, s, n);
		*col += n;
		s += n;
	}
}

static bool
inside_character(const char *s)
{
	return ((unsigned char)*s & 0xc0) == 0x80;
}

/* As many whole characters as make whole groups of base64, or all that is
 * left: GMime 3.2 (notmuch) joins words and stops at padding, so no word but
 * the last may have any. */
static size_t
whole_groups(const char *s, size_t left, size_t room)
{
	size_t n = room / 3 * 3;

	if (left <= n)
		return left;
	while (n > 0 && inside_character(s + n))
		n -= 3;
	return n;
}

static size_t
room_at(size_t col)
{
	return LINE - 1 > col + WORD_FRAME ?
	    (LINE - 1 - col - WORD_FRAME) / 4 * 3 : 0;
}

static size_t
add_word(struct sk_buf *b, size_t *col, const char *s, size_t n)
{
	char word[LINE];
	size_t w = base64_run(word, (const unsigned char *)s, n);

	sk_buf_adds(b, "=?UTF-8?B?");
	sk_buf_add(b, word, w);
	sk_buf_adds(b, "?=");
	*col += w + WORD_FRAME;
	return n;
}

/* One character that no whole groups can begin with, in the other encoding. */
static size_t
add_character(struct sk_buf *b, size_t *col, const char *s)
{
	size_t n = 0;

	sk_buf_adds(b, "=?UTF-8?Q?");
	do
		sk_buf_addf(b, "=%02X", (unsigned char)s[n++]);
	while (inside_character(s + n));
	sk_buf_adds(b, "?=");
	*col += 3 * n + WORD_FRAME;
	return n;
}

/* RFC 2047 section 2: words <= 75, lines <= 76, whole characters. */
void
enc_words(struct sk_buf *b, size_t *col, const char *s)
{
	size_t left = strlen(s);

	while (left > 0) {
		size_t n = whole_groups(s, left, room_at(*col));

		if (n > 0)
			n = add_word(b, col, s, n);
		else if (*col + WORD_FRAME + CHARACTER < LINE)
			n = add_character(b, col, s);
		s += n;
		left -= n;
		if (left > 0)
			fold(b, col);
	}
}

static size_t
first_column(const char *field)
{
	return HP_PREFIX + strlen(field) + 2;
}

static char *
take(struct sk_arena *a, struct sk_buf *b)
{
	char *s = sk_arena_strn(a, b->p, b->len);

	sk_buf_free(b);
	return s;
}

/* --- values --- */

char *
enc_text(struct sk_arena *a, const char *field, const char *value,
    struct sk_error *e)
{
	size_t col = first_column(field);
	struct sk_buf b;

	if (value == NULL || *value == '\0') {
		sk_fail(e, SK_ERR_DATA, field, "is empty");
		return NULL;
	}
	if (enc_check(field, value, LIMIT_SUBJECT, e) < 0)
		return NULL;
	sk_buf_init(&b, 8 * LIMIT_SUBJECT);
	if (plain(value))
		add_plain(&b, &col, value);
	else
		enc_words(&b, &col, value);
	return take(a, &b);
}

char *
enc_mailbox(struct sk_arena *a, const char *field, const char *display,
    const char *addr, struct sk_error *e)
{
	size_t col = first_column(field);
	struct sk_buf b;

	if (addr == NULL || !sk_address_valid(addr) ||
	    !sk_is_ascii(sk_span_str(addr))) {
		sk_fail(e, SK_ERR_DATA, field,
		    "not an address that ASCII mail can carry");
		return NULL;
	}
	if (display == NULL || *display == '\0')
		return sk_arena_str(a, addr);
	if (enc_check(field, display, LIMIT_NAME, e) < 0)
		return NULL;
	sk_buf_init(&b, 8 * LIMIT_NAME);
	if (atoms(display))
		add_plain(&b, &col, display);
	else
		enc_words(&b, &col, display);
	if (col + strlen(addr) + 3 > LINE)
		fold(&b, &col);
	else
		sk_buf_addc(&b, ' ');
	sk_buf_addf(&b, "<%s>", addr);
	return take(a, &b);
}

char *
enc_date(struct sk_arena *a, int64_t t, int tz, struct sk_error *e)
{
	/* Names by hand: strftime follows the locale. */
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t at;
	struct tm tm;
	int off;

	if (t < 86400 || t > 253370764800 || tz < -14 * 60 || tz > 14 * 60) {
		sk_fail(e, SK_ERR_DATA, "Date", "time out of range");
		return NULL;
	}
	at = (time_t)(t + (int64_t)tz * 60);
	off = tz < 0 ? -tz : tz;
	gmtime_r(&at, &tm);
	return sk_arena_printf(a,
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d %c%02d%02d",
	    days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    tz < 0 ? '-' : '+', off / 60, off % 60);
}

bool
enc_id_safe(const char *id)
{
	size_t n = id == NULL ? 0 : strlen(id), at = 0;

	if (n < 3 || n > ID_MOST || id[0] == '@' || id[n - 1] == '@')
		return false;
	for (const char *p = id; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c <= ' ' || c > '~' || c == '<' || c == '>')
			return false;
		at += c == '@';
	}
	return at == 1;
}

/* ASCII without regard to case; both short. */
static bool
holds(const char *s, const char *what)
{
	for (; *s != '\0'; s++)
		if (sk_ascii_iprefix(s, what))
			return true;
	return false;
}

char *
enc_ids(struct sk_arena *a, const char *const *ids, size_t n, size_t most,
    const char *secret)
{
	struct sk_buf b;
	size_t first = n > most ? n - most : 0;

	sk_buf_init(&b, most * (ID_MOST + 5) + 1);
	for (size_t i = first; i < n; i++) {
		if (!enc_id_safe(ids[i]) || holds(ids[i], secret))
			continue;
		sk_buf_addf(&b, "%s<%s>", b.len > 0 ? "\r\n " : "", ids[i]);
	}
	if (b.len == 0) {
		sk_buf_free(&b);
		return NULL;
	}
	return take(a, &b);
}
