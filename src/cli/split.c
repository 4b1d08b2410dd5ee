/*
 * `sekisho mail split`: the technical part of a mail beside the rest, for the
 * operator who writes an item of the one without the other. The
 * reader's facts arrive as they left the reader and are checked here; wide
 * terminals get two columns, everything else one part below the other.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/text.h>

#include "cli/split.h"
#include "cli/wrap.h"

#define GAP " | "
#define NARROW 100		/* below it the parts stand in one column */

/* ---- the two parts ---- */

static void
collect(struct cli *c, const struct facts *f, bool technical,
    struct sk_json *list)
{
	for (size_t i = 0; i < f->npassages; i++)
		if (f->passages[i].technical == technical)
			sk_json_add_str(list, sk_arena_strn(c->arena,
			    f->text + f->passages[i].at, f->passages[i].len));
}

/* A passage ends between characters: the reader says so, unbelieved. */
static bool
is_whole(const struct facts *f)
{
	for (size_t i = 0; i < f->npassages; i++)
		if (!sk_utf8_valid(sk_span_of(f->text + f->passages[i].at,
		    f->passages[i].len)))
			return false;
	return true;
}

int
split_take(struct cli *c, struct sk_json *document, struct sk_span s,
    struct sk_error *e)
{
	struct facts f;

	if (facts_get(c->arena, s, &f) || (f.npassages && !is_whole(&f)))
		return sk_fail(e, SK_ERR_DATA, "reader", "sent odd facts: the "
		    "mail needs a manual look");
	collect(c, &f, true, sk_json_set(document, "technical",
	    sk_json_array()));
	collect(c, &f, false, sk_json_set(document, "damage",
	    sk_json_array()));
	return SK_OK;
}

/* ---- lines as wide as half a terminal ---- */

static void
wrap_all(struct cli *c, struct wrapped *t, const struct sk_json *parts,
    size_t width)
{
	for (size_t i = 0; i < sk_json_len(parts); i++) {
		char *text = sk_escape_terminal(c->arena,
		    sk_json_str_at(parts, i), true), *nl;

		for (; text && *text; text = nl ? nl + 1 : NULL) {
			nl = strchr(text, '\n');
			if (nl)
				*nl = '\0';
			/* A tab has no width of its own. */
			for (char *p = text; *p; p++)
				if (*p == '\t')
					*p = ' ';
			wrap_line(c, t, text, width);
		}
	}
}

static void
beside(struct cli *c, const struct sk_json *document, size_t width)
{
	size_t half = (width - strlen(GAP)) / 2;
	struct wrapped left = { 0 }, right = { 0 };

	wrap_add(c, &left, "TECHNICAL", 9);
	wrap_add(c, &right, "THE REST (damage and response)", 30);
	wrap_all(c, &left, sk_json_get(document, "technical"), half);
	wrap_all(c, &right, sk_json_get(document, "damage"), half);
	for (size_t i = 0; i < left.n || i < right.n; i++) {
		const char *l = i < left.n ? left.line[i] : "";

		printf("%s%*s%s%s\n", l, (int)(half - sk_columns(l)), "",
		    GAP, i < right.n ? right.line[i] : "");
	}
}

static void
below(struct cli *c, const char *title, const struct sk_json *parts)
{
	printf("\n%s\n", title);
	for (size_t i = 0; i < sk_json_len(parts); i++)
		cli_print_text(c, sk_json_str_at(parts, i));
	if (!sk_json_len(parts))
		puts("-");
}

/* ---- what `item add` takes ---- */

/* As one word of a shell. */
static void
print_quoted(struct cli *c, const char *s)
{
	putchar('\'');
	for (s = sk_escape_terminal(c->arena, s, false); *s; s++)
		if (*s == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*s);
	putchar('\'');
}

static void
print_values(struct cli *c, const struct sk_json *document)
{
	const struct sk_json *all = sk_json_get(document, "indicators");
	bool any = false;

	for (size_t i = 0; i < sk_json_len(all); i++) {
		const struct sk_json *x = sk_json_at(all, i);

		if (!sk_json_bool(x, "proposed", false))
			continue;
		if (!any)
			puts("\nFor item add");
		any = true;
		fputs("  --indicator ", stdout);
		print_quoted(c, sk_arena_printf(c->arena, "%s:%s",
		    sk_json_str(x, "type"), sk_json_str(x, "value")));
		putchar('\n');
	}
}

void
split_print(struct cli *c, const struct sk_json *document)
{
	size_t width = wrap_width(c);

	cli_print(c, document);
	if (width >= NARROW) {
		putchar('\n');
		beside(c, document, width);
	} else {
		below(c, "TECHNICAL", sk_json_get(document, "technical"));
		below(c, "THE REST (damage and response)",
		    sk_json_get(document, "damage"));
	}
	print_values(c, document);
}
