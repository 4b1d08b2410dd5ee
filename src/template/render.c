/*
 * Template and values to subject and text. A value goes through the guard and
 * is never looked at for tags. A field that is named and not given refuses the
 * whole text: flags and lists too, because a forgotten "secret" must not read
 * as "not secret".
 */
#include <string.h>

#include <sekisho/limits.h>

#include "template/internal.h"

struct render {
	const struct template_set *set;
	const struct template_file *file;	/* for faults */
	struct sk_arena *arena;			/* ends with the rendering */
	struct sk_buf *out;
	bool body;		/* else the subject: one line */
	struct sk_error *e;
};

static int
missing(struct render *r, const struct field *f)
{
	return sk_fail(r->e, SK_ERR_BUG, r->file->id,
	    "the field \"%s\" has no value; nothing is sent", f->name);
}

/* Is nothing but blanks on the line that is being written? */
static bool
at_line_start(const struct sk_buf *b)
{
	size_t i = b->len;

	while (i > 0 && b->p[i - 1] == ' ')
		i--;
	return i == 0 || b->p[i - 1] == '\n';
}

/* A code is ours and never words: printable ASCII without brackets or
 * braces. */
static bool
is_code(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e || strchr("[]{}<>\"\\", *s))
			return false;
	return true;
}

/* Alone on its line it may be longer than the line. */
static void
put_line(struct render *r, const struct node *n, const struct tvalue *x)
{
	bool start = at_line_start(r->out), alone = start && r->body &&
	    (!n->next || (n->next->kind == NODE_TEXT && n->next->len &&
	    *n->next->text == '\n'));
	size_t indent = 0;
	struct sk_buf b;

	if (!alone) {
		guard_line(r->arena, x->str, start, r->out);
		return;
	}
	while (indent < r->out->len &&
	    r->out->p[r->out->len - 1 - indent] == ' ')
		indent++;
	sk_buf_init(&b, LIMIT_TEXT);
	guard_line(r->arena, x->str, true, &b);
	fold_line(r->arena, sk_buf_str(&b), indent, r->out);
	sk_buf_free(&b);
}

static int
put_value(struct render *r, const struct node *n, const struct tvalue *x)
{
	switch (n->field->kind) {
	case FIELD_NUMBER:
		sk_buf_addf(r->out, "%ld", x->number);
		return SK_OK;
	case FIELD_CODE:
		if (!is_code(x->str))
			return sk_fail(r->e, SK_ERR_BUG, r->file->id,
			    "the field \"%s\" holds more than a code; nothing is sent",
			    n->field->name);
		sk_buf_adds(r->out, x->str);
		return SK_OK;
	case FIELD_BLOCK:
		guard_block(r->arena, x->str, n->indent, r->out);
		return SK_OK;
	default:
		put_line(r, n, x);
		return SK_OK;
	}
}

static int render_nodes(struct render *r, const struct node *n,
    const struct tvalues *v);

static int
render_list(struct render *r, const struct node *n, const struct tvalue *x)
{
	for (const struct tvalues *row = x->rows; row; row = row->next) {
		int rc = render_nodes(r, n->child, row);
		if (rc < 0)
			return rc;
	}
	return SK_OK;
}

static int
render_section(struct render *r, const struct node *n,
    const struct tvalues *v)
{
	const struct tvalue *x = tv_find(v, n->field);
	bool yes;

	if (field_is_words(n->field))
		yes = x && *x->str;
	else if (!x)
		return missing(r, n->field);
	else
		yes = n->field->kind == FIELD_LIST ? x->rows != NULL : x->flag;
	if (n->kind == NODE_INVERTED)
		return yes ? SK_OK : render_nodes(r, n->child, v);
	if (!yes)
		return SK_OK;
	if (n->field->kind == FIELD_LIST)
		return render_list(r, n, x);
	return render_nodes(r, n->child, v);
}

static int
render_node(struct render *r, const struct node *n, const struct tvalues *v)
{
	const struct tvalue *x;

	switch (n->kind) {
	case NODE_TEXT:
		sk_buf_add(r->out, n->text, n->len);
		return SK_OK;
	case NODE_FIELD:
		x = tv_find(v, n->field);
		return x ? put_value(r, n, x) : missing(r, n->field);
	case NODE_INCLUDE:
		/* checked at load: it exists and includes end */
		return render_nodes(r,
		    set_find(r->set, r->file->lang, n->text)->body, v);
	default:
		return render_section(r, n, v);
	}
}

static int
render_nodes(struct render *r, const struct node *n, const struct tvalues *v)
{
	for (; n; n = n->next) {
		int rc = render_node(r, n, v);
		if (rc < 0)
			return rc;
	}
	return SK_OK;
}

static int
render_into(struct render *r, const struct node *n, const struct tvalues *v,
    struct sk_buf *out)
{
	int rc;

	r->out = out;
	rc = render_nodes(r, n, v);
	if (rc == SK_OK && out->over)
		rc = sk_fail(r->e, SK_ERR_LIMIT, r->file->id,
		    "the text is larger than %zu bytes; shorten what is put in",
		    out->max);
	return rc;
}

int
template_render(const struct template_set *s, const char *lang,
    const char *id, const struct tvalues *v, struct sk_buf *subject,
    struct sk_buf *text, struct sk_error *e)
{
	struct render r = { .set = s, .file = set_find(s, lang, id), .e = e };
	int rc = SK_OK;

	if (!r.file)
		return sk_fail(e, SK_ERR_BUG, id, "there is no such text in %s",
		    lang);
	if (v->bad)
		return sk_fail(e, SK_ERR_BUG, id,
		    "a value was given for \"%s\", which is no field of that kind",
		    v->bad);
	r.arena = sk_arena_new();
	if (subject && r.file->subject)
		rc = render_into(&r, r.file->subject, v, subject);
	r.body = true;
	if (rc == SK_OK)
		rc = render_into(&r, r.file->body, v, text);
	sk_arena_free(&r.arena);
	if (rc < 0) {
		sk_buf_clear(text);
		if (subject)
			sk_buf_clear(subject);
	}
	return rc;
}
