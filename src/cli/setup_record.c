/*
 * What stood in Postfix's files before us: a record in JSON and copies of
 * main.cf and master.cf. The record is written before the first change, so an
 * end in the middle can be undone too.
 */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/copy.h"
#include "cli/setup_postfix.h"

#define FOLDER "sekisho-setup"
#define ENTRIES_MAX 128		/* twice what one plan may hold */
#define COPIES 2

static const char *const names[COPIES] = { "main.cf", "master.cf" };

struct entry {
	enum postfix_change_kind kind;
	const char *name, *old, *new;	/* old NULL: it was not set */
};

struct setup_record {
	struct sk_arena *a;
	const struct postfix *p;
	char *path;
	struct entry list[ENTRIES_MAX];
	size_t n;
};

static char *
record_path(struct sk_arena *a, const struct postfix *p)
{
	return sk_arena_printf(a, "%s/" FOLDER "/record.json", p->dir);
}

static int
read_entry(struct setup_record *r, const struct sk_json *o,
    struct sk_error *e)
{
	int64_t kind = sk_json_int(o, "in", -1);
	struct entry x = {
		.name = sk_arena_str(r->a, sk_json_str(o, "name")),
		.old = sk_arena_str(r->a, sk_json_str(o, "old")),
		.new = sk_arena_str(r->a, sk_json_str(o, "new")),
	};

	if (kind < POSTFIX_PARAM || kind > POSTFIX_FILE || !x.name ||
	    !x.new || r->n == ENTRIES_MAX)
		return sk_fail(e, SK_ERR_DATA, r->path, "is not the record of "
		    "`sekisho setup postfix`: compare main.cf and master.cf "
		    "with the copies beside it by hand");
	x.kind = (enum postfix_change_kind)kind;
	r->list[r->n++] = x;
	return SK_OK;
}

static int
load(struct setup_record *r, struct sk_error *e)
{
	struct sk_json *document = NULL;
	const struct sk_json *list;
	struct sk_buf b;
	int code;

	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	code = sk_file_read(r->path, &b, e);
	if (!code)
		code = sk_json_parse(sk_buf_span(&b), LIMIT_CONFIG_FILE,
		    &document, e);
	sk_buf_free(&b);
	list = sk_json_get(document, "changes");
	for (size_t i = 0; !code && i < sk_json_len(list); i++)
		code = read_entry(r, sk_json_at(list, i), e);
	sk_json_free(&document);
	return code;
}

/* The copies are of the time before the first change. */
static int
copies(struct setup_record *r, struct sk_error *e)
{
	const char *folder = sk_path_join(r->a, r->p->dir, FOLDER);
	int code = sk_dir_make(folder, 0700, e);
	bool made;

	for (size_t i = 0; !code && i < COPIES; i++)
		code = copy_file(sk_path_join(r->a, r->p->dir, names[i]),
		    sk_path_join(r->a, folder, names[i]), &made, e);
	return code;
}

static struct setup_record *
record_new(struct cli *c, const struct postfix *p)
{
	struct setup_record *r = sk_arena_alloc(c->arena, sizeof(*r));

	r->a = c->arena;
	r->p = p;
	r->path = record_path(c->arena, p);
	return r;
}

int
setup_record_open(struct cli *c, const struct postfix *p,
    struct setup_record **out, struct sk_error *e)
{
	struct setup_record *r = record_new(c, p);

	*out = r;
	return sk_file_exists(r->path) ? load(r, e) : copies(r, e);
}

static struct entry *
noted(struct setup_record *r, const struct postfix_change *x)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].kind == x->kind &&
		    strcmp(r->list[i].name, x->name) == 0)
			return &r->list[i];
	return NULL;
}

void
setup_record_note(struct setup_record *r, const struct postfix_change *x)
{
	struct entry *o = noted(r, x);
	bool was = x->kind == POSTFIX_PARAM ? postfix_is_set(r->p, x->name) :
	    x->old != NULL;

	if (!o && r->n < ENTRIES_MAX) {
		o = &r->list[r->n++];
		*o = (struct entry){ x->kind, x->name, was ? x->old : NULL,
		    NULL };
	}
	if (o)
		o->new = x->value;
}

int
setup_record_save(struct setup_record *r, struct sk_error *e)
{
	struct sk_json *d = sk_json_document("postfix-record");
	struct sk_json *list = sk_json_set(d, "changes", sk_json_array());
	struct sk_buf b;
	int code;

	for (size_t i = 0; i < r->n; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_int(o, "in", r->list[i].kind);
		sk_json_set_str(o, "name", r->list[i].name);
		sk_json_set_str(o, "old", r->list[i].old);
		sk_json_set_str(o, "new", r->list[i].new);
	}
	sk_buf_init(&b, LIMIT_CONFIG_FILE);
	sk_json_dump(d, true, &b);
	sk_json_free(&d);
	code = sk_file_write(r->path, sk_buf_span(&b), 0600, e);
	sk_buf_free(&b);
	return code;
}

/* ---- undo ---- */

static const char *
option_now(struct cli *c, const struct postfix *p, const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? postfix_option(p, sk_arena_strn(c->arena, name,
	    (size_t)(slash - name)), slash + 1) : NULL;
}

/* Does it still stand as we set it? */
static bool
is_ours(struct cli *c, const struct postfix *p, const struct entry *x)
{
	const char *now = NULL;

	switch (x->kind) {
	case POSTFIX_PARAM:
		now = postfix_raw(p, x->name);
		break;
	case POSTFIX_SERVICE:
		now = postfix_service(p, "sekisho", "unix") ? x->new : NULL;
		break;
	case POSTFIX_OPTION:
		now = option_now(c, p, x->name);
		break;
	case POSTFIX_FILE:
		now = setup_file(c, x->name);
		break;
	}
	return now && strcmp(now, x->new) == 0;
}

static int
put_back(struct cli *c, const struct postfix *p, const struct entry *x,
    struct sk_error *e)
{
	static const char *const set[] = { "-e", "-M", "-P" };
	static const char *const gone[] = { "-X", "-MX", "-PX" };
	const char *words[3] = { NULL };

	if (x->kind == POSTFIX_FILE && x->old)
		return sk_file_write(x->name, sk_span_str(x->old), 0644, e);
	if (x->kind == POSTFIX_FILE)
		return unlink(x->name) == 0 || errno == ENOENT ? SK_OK :
		    sk_fail(e, SK_ERR_OS, x->name, "%s",
		    strerrordesc_np(errno));
	words[0] = (x->old ? set : gone)[x->kind];
	words[1] = x->old ? sk_arena_printf(c->arena, "%s=%s", x->name,
	    x->old) : x->name;
	return postfix_write(p, words, e);
}

static int
undo_one(struct cli *c, const struct postfix *p, const struct entry *x,
    bool *stayed, struct sk_error *e)
{
	if (is_ours(c, p, x)) {
		printf("%s: %s\n", x->old ? "put back" : "taken out", x->name);
		return put_back(c, p, x, e);
	}
	printf("left, since it was changed meanwhile: %s (before us: %s)\n",
	    x->name, x->old ? x->old : "not set");
	*stayed = true;
	return SK_OK;
}

/* The copies go too, unless somebody may want to compare. */
static int
forget(struct setup_record *r, bool stayed, struct sk_error *e)
{
	const char *folder = sk_path_join(r->a, r->p->dir, FOLDER);

	if (unlink(r->path) != 0)
		return sk_fail(e, SK_ERR_OS, r->path, "%s",
		    strerrordesc_np(errno));
	for (size_t i = 0; !stayed && i < COPIES; i++)
		unlink(sk_path_join(r->a, folder, names[i]));
	if (!stayed)
		rmdir(folder);
	return SK_OK;
}

int
setup_undo(struct cli *c, const struct postfix *p, struct sk_error *e)
{
	struct setup_record *r = record_new(c, p);
	bool stayed = false;
	int code;

	if (!sk_file_exists(r->path))
		return sk_fail(e, SK_ERR_NOINPUT, r->path, "there is nothing "
		    "to undo: `sekisho setup postfix --apply` writes it");
	code = load(r, e);
	/* Last made, first undone: a table goes after what names it. */
	for (size_t i = r->n; !code && i; i--)
		code = undo_one(c, p, &r->list[i - 1], &stayed, e);
	if (!code)
		code = forget(r, stayed, e);
	if (!code)
		printf("Now: postfix -c %s check && postfix -c %s reload\n",
		    p->dir, p->dir);
	return code;
}
