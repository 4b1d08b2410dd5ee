/*
 * ASCII, hexadecimal and base32. Nothing here looks at the locale: protocol
 * words compare the same on every machine. Random characters come from
 * getrandom and nowhere else; a token guessed is a case opened.
 */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool
sk_ascii_ieq(const char *a, const char *b)
{
	for (; *a != '\0'; a++, b++)
		if (lower(*a) != lower(*b))
			return false;
	return *b == '\0';
}

bool
sk_ascii_iprefix(const char *s, const char *prefix)
{
	for (; *prefix != '\0'; s++, prefix++)
		if (lower(*s) != lower(*prefix))
			return false;
	return true;
}

char *
sk_ascii_lower(struct sk_arena *a, const char *s)
{
	char *out = sk_arena_str(a, s), *p;

	for (p = out; p != NULL && *p != '\0'; p++)
		*p = (char)lower(*p);
	return out;
}

bool
sk_is_ascii(struct sk_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

void
sk_hex(char *out, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = p;
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

static int
digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
sk_unhex(void *out, size_t n, const char *hex)
{
	unsigned char *o = out;
	size_t i;
	int hi, lo;

	for (i = 0; i < n; i++) {
		hi = digit(hex[0]);
		lo = hi < 0 ? -1 : digit(hex[1]);
		if (lo < 0)
			return false;
		o[i] = (unsigned char)(hi << 4 | lo);
		hex += 2;
	}
	return *hex == '\0';
}

static void
random_bytes(unsigned char *p, size_t n)
{
	ssize_t got;

	while (n > 0) {
		got = getrandom(p, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			sk_bug("random.none", "errno=%d", errno);
		p += got;
		n -= (size_t)got;
	}
}

void
sk_random_base32(char *out, size_t len)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char raw[64];
	size_t i, n;

	while (len > 0) {
		n = len < sizeof(raw) ? len : sizeof(raw);
		random_bytes(raw, n);
		/* 256 is a multiple of 32: five bits of a byte are uniform. */
		for (i = 0; i < n; i++)
			*out++ = alphabet[raw[i] & 31];
		len -= n;
	}
	*out = '\0';
	sk_wipe(raw, sizeof(raw));
}

bool
sk_is_base32(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '2' && s[i] <= '7')))
			return false;
	return s[len] == '\0';
}

char *
sk_pem(struct sk_arena *a, const char *label, struct sk_span s)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, s.len * 2 + 256);
	sk_buf_addf(&b, "-----BEGIN %s-----\n", label);
	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t w = (uint32_t)s.p[i] << 16;

		if (i > 0 && i % 48 == 0)
			sk_buf_addc(&b, '\n');
		w |= i + 1 < s.len ? (uint32_t)s.p[i + 1] << 8 : 0;
		w |= i + 2 < s.len ? s.p[i + 2] : 0;
		sk_buf_addc(&b, abc[w >> 18]);
		sk_buf_addc(&b, abc[w >> 12 & 63]);
		sk_buf_addc(&b, i + 1 < s.len ? abc[w >> 6 & 63] : '=');
		sk_buf_addc(&b, i + 2 < s.len ? abc[w & 63] : '=');
	}
	sk_buf_addf(&b, "\n-----END %s-----\n", label);
	out = sk_arena_str(a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}
