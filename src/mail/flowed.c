/*
 * format=flowed (RFC 3676): a line that ends in a blank runs on into the next
 * line of the same quote depth; one blank at the start is stuffing. An answer
 * in the form must come out as the line that was typed.
 */
#include <config.h>

#include "mail/bytes.h"
#include "mail/read.h"

struct line {
	const char *text;
	size_t len;
	unsigned depth;
	bool signature;
};

static struct line
take_line(const char *p, size_t len)
{
	struct line l = { .text = p, .len = len };

	while (l.len > 0 && l.text[0] == '>') {
		l.depth++;
		l.text++;
		l.len--;
	}
	if (l.len > 0 && l.text[0] == ' ') {
		l.text++;
		l.len--;
	}
	l.signature = l.len == 3 && memcmp(l.text, "-- ", 3) == 0;
	return l;
}

static void
add_quotes(struct sk_buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		sk_buf_addc(out, '>');
	if (depth > 0)
		sk_buf_addc(out, ' ');
}

static bool
runs_on(const struct line *l)
{
	return l->len > 0 && l->text[l->len - 1] == ' ' && !l->signature;
}

char *
text_unflow(struct sk_arena *a, const char *text, bool delsp)
{
	const char *end;
	struct sk_buf out;
	struct line l;
	bool open = false;	/* the line before runs on */
	unsigned depth = 0;
	char *joined;

	sk_buf_init(&out, strlen(text) * 2 + 16);
	for (; *text != '\0'; text = *end ? end + 1 : end) {
		end = strchr(text, '\n');
		if (end == NULL)
			end = text + strlen(text);
		l = take_line(text, (size_t)(end - text));
		if (open && (l.depth != depth || l.signature)) {
			sk_buf_addc(&out, '\n');
			open = false;
		}
		if (!open)
			add_quotes(&out, l.depth);
		depth = l.depth;
		open = runs_on(&l);
		sk_buf_add(&out, l.text, l.len - (open && delsp));
		if (!open && *end == '\n')
			sk_buf_addc(&out, '\n');
	}
	if (open)
		sk_buf_addc(&out, '\n');
	joined = sk_arena_strn(a, out.p, out.len);
	sk_buf_free(&out);
	return joined;
}
