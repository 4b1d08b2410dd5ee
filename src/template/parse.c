/*
 * One template file: three header lines, a blank one, text with tags. The
 * reader is a postmaster who edited a file: every fault is said with its line
 * and the mend, and parsing goes on to find the next. Nothing here knows the
 * other files; check.c does.
 *
 * A section, include or block tag alone on its line takes the line with it
 * (as Mustache does), so that texts can be laid out readably.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/text.h>

#include "template/internal.h"

void
fault(struct faults *f, const char *path, int line, const char *fmt, ...)
{
	char where[160], text[480];
	va_list ap;

	if (line > 0)
		snprintf(where, sizeof(where), "%s:%d", path, line);
	else
		snprintf(where, sizeof(where), "%s", path);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (f->out)
		sk_buf_addf(f->out, "%s: %s\n", where, text);
	if (f->n++ == 0)
		sk_fail(f->e, SK_ERR_CONFIG, where, "%s", text);
}

struct parser {
	struct sk_arena *arena;
	struct template_file *file;
	struct faults *faults;
	const char *s;			/* the text being parsed */
	size_t pos, end;
	int line;
	bool inline_only;		/* a subject */
	struct node **tail;		/* where the next node goes */
	struct {
		struct node *node;
		struct node **tail;
	} open[LIMIT_TEMPLATE_DEPTH];
	size_t depth;
};

static struct node *
add_node(struct parser *p, enum node_kind kind)
{
	struct node *n = sk_arena_alloc(p->arena, sizeof(*n));

	n->kind = kind;
	n->line = p->line;
	*p->tail = n;
	p->tail = &n->next;
	return n;
}

static void
add_text(struct parser *p, size_t from, size_t to)
{
	struct node *n;

	if (to > from) {
		n = add_node(p, NODE_TEXT);
		n->text = p->s + from;
		n->len = to - from;
	}
	for (size_t i = from; i < to; i++)
		p->line += p->s[i] == '\n';
}

static const struct field *
known_field(struct parser *p, const char *name)
{
	const struct field *f = field_find(name);

	if (!f)
		fault(p->faults, p->file->path, p->line,
		    "no field is called \"%s\"; the table in template.h lists them",
		    name);
	return f;
}

static void
open_section(struct parser *p, enum node_kind kind, const char *name)
{
	const struct field *f = known_field(p, name);
	struct node *n;

	if (!f)
		f = field_at(0); /* the fault is said; keep the nesting */
	else if (field_is_words(f) ? !f->optional : f->kind == FIELD_NUMBER)
		fault(p->faults, p->file->path, p->line,
		    "\"%s\" is always there, so no section can ask for it; write {{%s}}",
		    name, name);
	if (p->depth == LIMIT_TEMPLATE_DEPTH) {
		fault(p->faults, p->file->path, p->line,
		    "sections nested deeper than %d; flatten them",
		    LIMIT_TEMPLATE_DEPTH);
		return;
	}
	n = add_node(p, kind);
	n->field = f;
	n->text = sk_arena_str(p->arena, name);
	p->open[p->depth].node = n;
	p->open[p->depth++].tail = p->tail;
	p->tail = &n->child;
}

static void
close_section(struct parser *p, const char *name)
{
	if (p->depth == 0) {
		fault(p->faults, p->file->path, p->line,
		    "{{/%s}} closes nothing; remove it or add {{#%s}}", name,
		    name);
		return;
	}
	p->depth--;
	if (strcmp(p->open[p->depth].node->text, name) != 0)
		fault(p->faults, p->file->path, p->line,
		    "{{/%s}} closes \"%s\" of line %d; the names must agree",
		    name, p->open[p->depth].node->text,
		    p->open[p->depth].node->line);
	p->tail = p->open[p->depth].tail;
}

static void
put_field(struct parser *p, const char *name, bool alone, size_t indent)
{
	const struct field *f = known_field(p, name);
	struct node *n;

	if (!f)
		return;
	if (f->kind == FIELD_FLAG || f->kind == FIELD_LIST) {
		fault(p->faults, p->file->path, p->line,
		    "\"%s\" has no text of its own; write {{#%s}}...{{/%s}}",
		    name, name, name);
		return;
	}
	if (f->kind == FIELD_BLOCK && !alone) {
		fault(p->faults, p->file->path, p->line,
		    "\"%s\" has several lines; put {{%s}} alone on its line",
		    name, name);
		return;
	}
	n = add_node(p, NODE_FIELD);
	n->field = f;
	n->indent = indent;
}

/* The words between the braces, blanks off; NULL if they are malformed. */
static char *
tag_name(struct parser *p, const char *s, size_t n)
{
	while (n > 0 && *s == ' ') {
		s++;
		n--;
	}
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n == 0 || n > 64)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", s[i]))
			return NULL;
	return sk_arena_strn(p->arena, s, n);
}

/* Is the tag from..to alone on its line? Then *from and *to are moved to the
 * line's borders and *indent counts the blanks before it. */
static bool
stands_alone(const struct parser *p, size_t *from, size_t *to, size_t *indent)
{
	size_t a = *from, b = *to;

	if (p->inline_only)
		return false;
	while (a > 0 && p->s[a - 1] == ' ')
		a--;
	if (a > 0 && p->s[a - 1] != '\n')
		return false;
	while (b < p->end && p->s[b] == ' ')
		b++;
	if (b < p->end && p->s[b] != '\n')
		return false;
	*indent = *from - a;
	*from = a;
	*to = b < p->end ? b + 1 : b;
	return true;
}

static void
put_tag(struct parser *p, char sigil, const char *name, bool alone,
    size_t indent)
{
	switch (sigil) {
	case '#': open_section(p, NODE_SECTION, name); return;
	case '^': open_section(p, NODE_INVERTED, name); return;
	case '/': close_section(p, name); return;
	case '>':
		if (alone)
			add_node(p, NODE_INCLUDE)->text = name;
		else
			fault(p->faults, p->file->path, p->line,
			    "put {{> %s}} alone on its line", name);
		return;
	default: put_field(p, name, alone, indent);
	}
}

/* The tag that begins at `at`; returns where parsing goes on. */
static size_t
parse_tag(struct parser *p, size_t at)
{
	const char *close = memmem(p->s + at, p->end - at, "}}", 2);
	const char *eol = memchr(p->s + at, '\n', p->end - at);
	size_t from = at, to, name_at = at + 2, indent = 0;
	char sigil = 0, *name;
	bool alone;

	if (!close || (eol && eol < close)) {
		add_text(p, p->pos, at + 2);
		fault(p->faults, p->file->path, p->line,
		    "\"{{\" without \"}}\" on the same line; close the tag");
		return at + 2;
	}
	to = (size_t)(close - p->s) + 2;
	if (strchr("#^/>", p->s[name_at]))
		sigil = p->s[name_at++];
	name = tag_name(p, p->s + name_at, to - 2 - name_at);
	alone = stands_alone(p, &from, &to, &indent);
	if (alone && !sigil && name) {
		const struct field *f = field_find(name);
		if (!f || f->kind != FIELD_BLOCK) {
			from = at;
			to = (size_t)(close - p->s) + 2;
			alone = false;
		}
	}
	add_text(p, p->pos, from);
	if (name)
		put_tag(p, sigil, name, alone, indent);
	else
		fault(p->faults, p->file->path, p->line,
		    "a tag holds one name of letters, digits and _; this one does not");
	for (size_t i = from; i < to; i++)
		p->line += p->s[i] == '\n';
	return to;
}

static struct node *
parse_text(struct parser *p, const char *s, size_t n, int line,
    bool inline_only)
{
	struct node *first = NULL;

	p->s = s;
	p->pos = 0;
	p->end = n;
	p->line = line;
	p->inline_only = inline_only;
	p->tail = &first;
	p->depth = 0;
	for (;;) {
		const char *tag = memmem(s + p->pos, n - p->pos, "{{", 2);
		if (!tag)
			break;
		p->pos = parse_tag(p, (size_t)(tag - s));
	}
	add_text(p, p->pos, n);
	while (p->depth > 0) {
		struct node *open = p->open[--p->depth].node;
		fault(p->faults, p->file->path, open->line,
		    "section \"%s\" is never closed; add {{/%s}}", open->text,
		    open->text);
	}
	return first;
}

static bool
parse_form(const char *s, enum template_form *out)
{
	static const char *const words[] = { "P", "E", "block" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(s, words[i]) != 0)
			continue;
		*out = (enum template_form)i;
		return true;
	}
	return false;
}

/* A header line "name: value"; NULL at the blank line that ends the header. */
static char *
header_line(struct parser *p, const char **s, const char *name, int line)
{
	size_t n = strcspn(*s, "\n"), k = strlen(name);
	const char *at = *s;
	char *value;

	if (strncmp(at, name, k) != 0 || at[k] != ':') {
		fault(p->faults, p->file->path, line,
		    "this line must be \"%s: ...\"", name);
		return NULL;
	}
	for (k++; at[k] == ' '; k++)
		;
	value = sk_arena_strn(p->arena, at + k, n > k ? n - k : 0);
	*s += n + (at[n] == '\n');
	return value;
}

static void
parse_header(struct parser *p, const char *s)
{
	struct template_file *file = p->file;
	char *value = header_line(p, &s, "form", 1);
	int line = 2;

	if (!value)
		return;
	if (!parse_form(value, &file->form)) {
		fault(p->faults, file->path, 1,
		    "form is \"P\" (plain text allowed), \"E\" (encrypted only) or \"block\"");
		return;
	}
	if (file->form != TEMPLATE_BLOCK) {
		value = header_line(p, &s, "subject", line);
		if (!value)
			return;
		file->subject = parse_text(p, value, strlen(value), line++,
		    true);
		if (!file->subject)
			fault(p->faults, file->path, 2, "the subject is empty");
	}
	if (*s != '\n') {
		fault(p->faults, file->path, line,
		    "a blank line must stand between the header and the text");
		return;
	}
	s++;
	file->body = parse_text(p, s, strlen(s), line + 1, false);
}

void
parse_file(struct sk_arena *a, const struct template_source *src,
    struct template_file *out, struct faults *f)
{
	struct parser p = { .arena = a, .file = out, .faults = f };
	size_t before = f->n;
	char *text;

	out->lang = sk_arena_str(a, src->lang);
	out->id = sk_arena_str(a, src->id);
	out->path = sk_arena_str(a, src->path);
	if (src->bytes.len > LIMIT_TEMPLATE_FILE) {
		fault(f, out->path, 0, "larger than %d bytes; shorten it",
		    LIMIT_TEMPLATE_FILE);
	} else if (!sk_utf8_valid(src->bytes) ||
	    memchr(src->bytes.p, '\r', src->bytes.len)) {
		fault(f, out->path, 0,
		    "not UTF-8 with plain line ends; save it so");
	} else {
		text = sk_arena_strn(a, src->bytes.p, src->bytes.len);
		if (guard_has_tick(a, text))
			fault(f, out->path, 0,
			    "holds a ticked box; our mails only hold empty ones");
		parse_header(&p, text);
	}
	out->broken = f->n != before;
}
