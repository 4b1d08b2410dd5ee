/*
 * Opening, turns and groups over the two files. The wraps file is committed
 * first: what is left there by a crash between the two commits is an orphan
 * that nobody can need, while a case without its wrap could never be opened.
 * The wraps file is also held alone, which keeps a second daemon out.
 *
 * What must never happen here: a missing wraps file made anew beside a
 * database that has cases, or a database opened with another council's key.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sekisho/files.h>
#include <sekisho/mem.h>

#include "store/internal.h"

#define CHECK "this key opens this database"

struct stmt *
store_use(struct store *s, enum sql_id id)
{
	if (sql_table[id].rules)
		s->rules++;
	return db_use(s->main, id);
}

uint64_t
store_rules_generation(const struct store *s)
{
	return s->rules;
}

/* ---- small named values ---- */

/* The name is part of the label: a value cannot be moved to another name. */
static const char *
meta_label(struct sk_arena *a, const char *name)
{
	return sk_arena_printf(a, "meta.box/%s", name);
}

/* *w says whether the box opened. */
static int
read_meta(struct store *s, struct sk_arena *a, const char *name,
    const char **out, struct wire_in *w)
{
	struct stmt *st = store_use(s, SQL_META_GET);
	const char *label = meta_label(a, name);
	int r;

	db_bind_text(st, name);
	r = db_get(st);
	if (r)
		return r;
	*w = unpack(s, st, label);
	*out = wire_need_str(w, a);
	db_end(st);
	return SK_OK;
}

int
store_meta_get(struct store *s, struct sk_arena *a, const char *name,
    const char **out)
{
	struct wire_in w;
	int r = read_meta(s, a, name, out, &w);

	return r ? r : unpack_end(&w, "meta.box");
}

int
store_meta_set(struct store *s, const char *name, const char *value)
{
	struct stmt *st = store_use(s, SQL_META_SET);
	struct sk_arena *a = sk_arena_new();
	int r;

	pack_begin(s);
	pack_str(s, value);
	if (s->plain.len > LIMIT_STORE_META)
		db_bind_failed(st, SK_ERR_LIMIT);
	db_bind_text(st, name);
	pack_bind(s, st, meta_label(a, name));
	r = db_run(st);
	sk_arena_free(&a);
	return r;
}

/* ---- opening ---- */

/* SQLite gives its -wal and -shm the mode of the file itself. */
static int
private_file(const char *path, bool create, struct sk_error *e)
{
	struct stat st;
	int fd;

	if (stat(path, &st) == 0) {
		if ((st.st_mode & 077) != 0 && chmod(path, 0600) != 0)
			return sk_fail(e, SK_ERR_NOPERM, path, "others may "
			    "read this file; chmod 600 it");
		return SK_OK;
	}
	if (errno != ENOENT)
		return sk_fail(e, SK_ERR_OS, path, "cannot be reached; give "
		    "the folder to the user this runs as");
	if (!create)
		return sk_fail(e, SK_ERR_NOINPUT, path, "does not exist; run "
		    "sekisho init, or restore it from a backup");
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return sk_fail(e, SK_ERR_CANTCREAT, path, "cannot be made; "
		    "give the folder to the user this runs as");
	close(fd);
	return SK_OK;
}

static int
open_file(const char *path, bool alone, bool create,
    const struct schema *schema, struct db **out, struct sk_error *e)
{
	int r = private_file(path, create, e);

	if (!r)
		r = db_open(path, alone, out, e);
	if (!r)
		r = store_migrate(*out, path, schema, e);
	if (!r)
		db_guard(*out);
	return r;
}

static int
open_files(struct store *s, const char *path, bool create,
    struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	const char *wraps = sk_arena_printf(a, "%s-wraps", path);
	int r;

	/* Wraps are made first, so a database alone has lost its own. */
	if (sk_file_exists(path) && !sk_file_exists(wraps))
		r = sk_fail(e, SK_ERR_NOINPUT, wraps, "is missing: without it "
		    "no case of %s can be opened; restore it", path);
	else
		r = open_file(wraps, true, create, &schema_wraps, &s->wraps,
		    e);
	if (!r)
		r = open_file(path, false, create, &schema_main, &s->main, e);
	sk_arena_free(&a);
	return r;
}

/* A wrong store key would quietly find nobody: it is refused here. */
static int
check_key(struct store *s, const char *path, struct sk_error *e)
{
	struct sk_arena *a = sk_arena_new();
	const char *value;
	struct wire_in w;
	int r = read_meta(s, a, "check", &value, &w);

	if (r == SK_ERR_NOINPUT) {
		r = store_meta_set(s, "check", CHECK);
		if (!r)
			r = store_commit(s, e);
	} else if (!r && (wire_end(&w) || strcmp(value, CHECK) != 0)) {
		r = sk_fail(e, SK_ERR_CONFIG, path, "the store key does not "
		    "open this database; put back the store.key that was "
		    "made with it");
	}
	sk_arena_free(&a);
	return r;
}

int
store_open(const char *path, const unsigned char key[VAULT_KEY], bool create,
    struct store **out, struct sk_error *e)
{
	struct store *s = sk_malloc(sizeof(*s));
	int r;

	memcpy(s->key, key, VAULT_KEY);
	sk_buf_init(&s->plain, LIMIT_STORE_VALUE);
	sk_buf_init(&s->box[0], LIMIT_STORE_VALUE);
	sk_buf_init(&s->box[1], LIMIT_STORE_VALUE);
	r = open_files(s, path, create, e);
	if (!r)
		r = check_key(s, path, e);
	if (r)
		store_close(&s);
	*out = s;
	return r;
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;

	if (!s)
		return;
	db_close(&s->main);
	db_close(&s->wraps);
	sk_buf_free(&s->plain);
	sk_buf_free(&s->box[0]);
	sk_buf_free(&s->box[1]);
	sk_arena_free(&s->made[0]);
	sk_arena_free(&s->made[1]);
	sk_wipe(s, sizeof(*s));
	free(s);
	*sp = NULL;
}

/* ---- turns and groups ---- */

struct sk_arena *
store_made(struct store *s)
{
	if (!s->made[0])
		s->made[0] = sk_arena_new();
	return s->made[0];
}

/* What a turn gave out lives through its answers: to the end of the next. */
static void
end_turn(struct store *s)
{
	sk_arena_free(&s->made[1]);
	s->made[1] = s->made[0];
	s->made[0] = NULL;
}

int
store_commit(struct store *s, struct sk_error *e)
{
	int r = audit_settle(s);

	if (!db_in_transaction(s->main) && !r)
		return SK_OK;
	if (r) {
		sk_fail(e, r, "audit", "the end of the chain cannot be "
		    "written; look into the log");
		store_rollback(s);
		return r;
	}
	r = db_commit(s->wraps, e);
	if (!r)
		r = db_commit(s->main, e);
	if (r)
		store_rollback(s);
	else
		end_turn(s);
	return r;
}

void
store_rollback(struct store *s)
{
	db_rollback(s->main);
	db_rollback(s->wraps);
	audit_forget(s);
	s->rules++;
	end_turn(s);
}

int
store_group_begin(struct store *s)
{
	int r = db_group_begin(s->main);

	if (r)
		return r;
	r = db_group_begin(s->wraps);
	if (r)
		db_group_end(s->main, false);
	return r;
}

int
store_group_end(struct store *s, bool keep)
{
	int r = db_group_end(s->main, keep);
	int w = db_group_end(s->wraps, keep && !r);

	if (!keep || r) {
		audit_forget(s);
		s->rules++;
	}
	return r ? r : w;
}
