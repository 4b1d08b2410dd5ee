/*
 * Reads the texts that are sent: every .txt file of the folders ja and en. The
 * template library checks them all together, since a text that exists in one
 * language only would be missed at the moment it is needed.
 */
#include <sekisho/policy.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

struct folder {
	struct sk_arena *a;
	struct template_source *list;
	size_t n, cap;
};

static const char *const languages[] = { "ja", "en" };

/* "T-01.txt" and no editor's leavings. */
static bool
is_text(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && *name != '.' && strcmp(name + n - 4, ".txt") == 0;
}

static void
close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static void
add(struct folder *f, struct template_source s)
{
	if (f->n == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 64;
		struct template_source *more = sk_arena_array(f->a, cap,
		    sizeof(*more));

		if (f->n)
			memcpy(more, f->list, f->n * sizeof(*more));
		f->list = more;
		f->cap = cap;
	}
	f->list[f->n++] = s;
}

static int
read_one(struct folder *f, const char *dir, const char *lang,
    const char *name, struct sk_error *e)
{
	struct template_source s = { .lang = lang };
	struct sk_buf text;
	int r;

	s.path = sk_path_join(f->a, dir, name);
	s.id = sk_arena_strn(f->a, name, strlen(name) - 4);
	sk_buf_init(&text, LIMIT_TEMPLATE_FILE);
	r = sk_file_read(s.path, &text, e);
	if (!r) {
		s.bytes = sk_span_of(sk_arena_strn(f->a, text.p, text.len),
		    text.len);
		add(f, s);
	}
	sk_buf_free(&text);
	return r;
}

static int
read_language(struct folder *f, const char *dir, const char *lang,
    struct sk_error *e)
{
	DIR *d __attribute__((cleanup(close_dir))) = opendir(dir);
	const struct dirent *entry;
	int r = SK_OK;

	if (!d)
		return sk_fail(e, SK_ERR_CONFIG, dir, "cannot open this folder "
		    "of texts; check council.templates, or copy the templates "
		    "of the package there");
	while (!r && (entry = readdir(d)) != NULL)
		if (is_text(entry->d_name))
			r = read_one(f, dir, lang, entry->d_name, e);
	return r;
}

/* The order of a folder is the disk's; faults should come in one order. */
static int
by_path(const void *x, const void *y)
{
	const struct template_source *a = x, *b = y;

	return strcmp(a->path, b->path);
}

static int
parse(struct folder *f, const char *dir, struct template_set **out,
    struct sk_buf *faults, struct sk_error *e)
{
	if (f->n == 0)
		return sk_fail(e, SK_ERR_CONFIG, dir, "holds no text; copy the "
		    "templates of the package there");
	qsort(f->list, f->n, sizeof(*f->list), by_path);
	return template_parse_all(f->list, f->n, out, faults, e);
}

int
policy_templates(const char *dir, struct template_set **out,
    struct sk_buf *faults, struct sk_error *e)
{
	struct folder f = { .a = sk_arena_new() };
	size_t before = faults ? faults->len : 0;
	struct sk_error own = { 0 };
	int r = SK_OK;

	if (!e)
		e = &own;
	*out = NULL;
	for (size_t i = 0; i < 2 && !r; i++)
		r = read_language(&f, sk_path_join(f.a, dir, languages[i]),
		    languages[i], e);
	if (!r)
		r = parse(&f, dir, out, faults, e);
	/* Whoever shows faults only must not show nothing. */
	if (r && faults && faults->len == before)
		sk_buf_addf(faults, "%s: %s\n", e->where, e->text);
	sk_arena_free(&f.a);
	return r ? SK_ERR_CONFIG : SK_OK;
}
