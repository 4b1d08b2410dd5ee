/*
 * The only user of sqlite3.h. Opens a file with everything off that we do not
 * need, keeps each statement of the constant table prepared, and copies an
 * error before the next call overwrites it. Turns and groups are in turns.c.
 *
 * What must never happen here: a text that is not in the table, a value that
 * becomes SQL, a rewrite of rows that only grow, or a commit that turns.c did
 * not ask for: the guards below refuse them to our own code too.
 */
#include <config.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#include "store/db.h"
#include "store/turns.h"

struct stmt {
	struct db *db;
	sqlite3_stmt *st;
	const struct sql *sql;
	int nbind, ncol;
	int bad;		/* a bind or the preparation failed */
	bool busy;
};

struct db {
	sqlite3 *h;
	struct stmt st[SQL_LAST];
	size_t busy;		/* statements not ended */
	bool setup;		/* migrations may write the schema */
	struct turn turn;
};

static const char *const pragmas[] = {
	"PRAGMA page_size = 4096",	/* larger is slower for our rows */
	"PRAGMA trusted_schema = OFF",
	"PRAGMA cell_size_check = ON",
	"PRAGMA foreign_keys = ON",
	"PRAGMA secure_delete = ON",
	"PRAGMA journal_mode = WAL",
	"PRAGMA synchronous = FULL",	/* 250 is said after the fsync (I5) */
	"PRAGMA temp_store = MEMORY",	/* nothing of ours in /tmp (I9) */
	"PRAGMA cache_size = -8192",
	"PRAGMA journal_size_limit = 67108864",	/* after a large digest */
};

/* Rows that only grow: not even our own statements may rewrite them (I8). */
static const struct forbidden {
	int action;
	const char *table, *column;	/* column NULL: any */
} forbidden[] = {
	{ SQLITE_UPDATE, "audit", NULL }, { SQLITE_DELETE, "audit", NULL },
	{ SQLITE_UPDATE, "terms", "box" }, { SQLITE_DELETE, "terms", NULL },
	{ SQLITE_UPDATE, "vouches", NULL },
	{ SQLITE_DELETE, "vouches", NULL },
	{ SQLITE_UPDATE, "exclusion_maps", NULL },
	{ SQLITE_DELETE, "exclusion_maps", NULL },
	{ SQLITE_UPDATE, "mail_body", NULL },
	{ SQLITE_UPDATE, "copy_message", NULL },
	{ SQLITE_UPDATE, "mail", "box" }, { SQLITE_DELETE, "mail", NULL },
	{ SQLITE_UPDATE, "copies", "box" }, { SQLITE_DELETE, "copies", NULL },
	{ SQLITE_DELETE, "cases", NULL },
};

static bool
is_forbidden(int action, const char *table, const char *column)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
		const struct forbidden *f = &forbidden[i];

		if (f->action == action && strcmp(f->table, table) == 0 &&
		    (!f->column || (column && !strcmp(f->column, column))))
			return true;
	}
	return false;
}

static int
authorize(void *ctx, int action, const char *a1, const char *a2,
    const char *name, const char *inner)
{
	const struct db *db = ctx;

	(void)name;
	(void)inner;
	switch (action) {
	case SQLITE_SELECT: case SQLITE_READ: case SQLITE_INSERT:
	case SQLITE_FUNCTION: case SQLITE_TRANSACTION: case SQLITE_SAVEPOINT:
		return SQLITE_OK;
	case SQLITE_UPDATE: case SQLITE_DELETE:
		return !db->setup && is_forbidden(action, a1, a2) ?
		    SQLITE_DENY : SQLITE_OK;
	case SQLITE_ATTACH: case SQLITE_DETACH: case SQLITE_CREATE_TRIGGER:
	case SQLITE_CREATE_VIEW: case SQLITE_CREATE_VTABLE:
		return SQLITE_DENY;
	default:
		return db->setup ? SQLITE_OK : SQLITE_DENY;
	}
}

/* A COMMIT that did not come from db_commit() becomes a rollback. */
static int
commit_hook(void *ctx)
{
	const struct db *db = ctx;

	return !db->turn.committing;
}

static int
meaning(int extended)
{
	switch (extended) {
	case SQLITE_CONSTRAINT_UNIQUE: case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return SK_ERR_EXISTS;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return SK_ERR_NOINPUT;
	}
	switch (extended & 0xff) {
	case SQLITE_FULL: case SQLITE_CANTOPEN: case SQLITE_PERM:
		return SK_ERR_OS;
	case SQLITE_BUSY: case SQLITE_LOCKED:
		return SK_ERR_TEMP;
	case SQLITE_TOOBIG:
		return SK_ERR_LIMIT;
	case SQLITE_IOERR: case SQLITE_CORRUPT: case SQLITE_NOTADB:
	case SQLITE_READONLY:
		return SK_ERR_IO;
	case SQLITE_NOMEM:
		abort();
	default:
		return SK_ERR_BUG;
	}
}

static const char *
mend(int extended)
{
	switch (extended & 0xff) {
	case SQLITE_FULL:
		return "free space on this disk";
	case SQLITE_CANTOPEN: case SQLITE_PERM: case SQLITE_READONLY:
		return "give file and folder to the user this runs as";
	case SQLITE_BUSY: case SQLITE_LOCKED:
		return "another process has it open: stop that one first";
	case SQLITE_NOTADB: case SQLITE_CORRUPT:
		return "restore the database from a backup";
	default:
		return "look into the system's log for disk errors";
	}
}

/* SQLite's words are copied at once: the next call overwrites them. */
static int
failed(struct db *db, const char *name)
{
	int extended = sqlite3_extended_errcode(db->h);
	int err = meaning(extended);
	const char *path = sqlite3_db_filename(db->h, "main");

	sk_fail(&db->turn.last, err, path, "%s in \"%s\" (SQLite %d); %s",
	    sqlite3_errmsg(db->h), name, extended, mend(extended));
	if (err == SK_ERR_EXISTS || err == SK_ERR_NOINPUT)
		return err;
	sk_log(SK_ERROR, "store.failed", "statement=%s code=%d began=%s",
	    name, extended, db->turn.began ? db->turn.began : "-");
	if (db->turn.began && !db->turn.spoiled_at)
		db->turn.spoiled_at = db->turn.depth + 1;
	return err;
}

/* ---- statements ---- */

static void
prepare(struct db *db, struct stmt *st)
{
	if (sqlite3_prepare_v3(db->h, st->sql->text, -1,
	    SQLITE_PREPARE_PERSISTENT, &st->st, NULL) != SQLITE_OK)
		st->bad = failed(db, st->sql->name);
}

struct stmt *
db_use(struct db *db, enum sql_id id)
{
	struct stmt *st = &db->st[id];

	if (st->busy)
		sk_bug("store.reentered", "statement=%s", st->sql->name);
	st->bad = SK_OK;
	st->nbind = st->ncol = 0;
	if (!st->st)
		prepare(db, st);
	st->busy = true;
	db->busy++;
	return st;
}

void
db_end(struct stmt *st)
{
	if (!st->busy)
		return;
	if (st->st) {
		sqlite3_reset(st->st);
		sqlite3_clear_bindings(st->st);
	}
	st->busy = false;
	st->db->busy--;
}

void
db_bind_failed(struct stmt *st, int err)
{
	if (!st->bad)
		st->bad = err;
}

static void
bound(struct stmt *st, int r)
{
	if (r != SQLITE_OK)
		db_bind_failed(st, r == SQLITE_TOOBIG ? SK_ERR_LIMIT :
		    SK_ERR_BUG);
}

void
db_bind_int(struct stmt *st, int64_t v)
{
	bound(st, sqlite3_bind_int64(st->st, ++st->nbind, v));
}

void
db_bind_null(struct stmt *st)
{
	bound(st, sqlite3_bind_null(st->st, ++st->nbind));
}

void
db_bind_row(struct stmt *st, int64_t row)
{
	if (row)
		db_bind_int(st, row);
	else
		db_bind_null(st);
}

void
db_bind_text(struct stmt *st, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (s && !sk_utf8_valid(sk_span_of(s, n)))
		db_bind_failed(st, SK_ERR_DATA);
	bound(st, sqlite3_bind_text64(st->st, ++st->nbind, s, n,
	    SQLITE_STATIC, SQLITE_UTF8));
}

void
db_bind_blob(struct stmt *st, const void *p, size_t n)
{
	bound(st, sqlite3_bind_blob64(st->st, ++st->nbind, n ? p : "", n,
	    SQLITE_STATIC));
}

void
db_bind_copy(struct stmt *st, const void *p, size_t n)
{
	bound(st, sqlite3_bind_blob64(st->st, ++st->nbind, n ? p : "", n,
	    SQLITE_TRANSIENT));
}

int
db_step(struct stmt *st)
{
	struct db *db = st->db;
	bool write;
	int r;

	if (st->bad)
		return st->bad;
	if (st->nbind != sqlite3_bind_parameter_count(st->st))
		sk_bug("store.binds", "statement=%s", st->sql->name);
	write = !sqlite3_stmt_readonly(st->st);
	if (write && !db->turn.began && (r = db_begin(db)))
		return r;
	if (write && db->turn.spoiled_at)
		return db->turn.last.code;
	if (write && db->turn.began == sql_table[SQL_BEGIN].name)
		db->turn.began = st->sql->name;
	st->ncol = 0;
	r = sqlite3_step(st->st);
	if (r == SQLITE_ROW)
		return 1;
	return r == SQLITE_DONE ? 0 : failed(db, st->sql->name);
}

static int
next_column(struct stmt *st)
{
	if (st->ncol >= sqlite3_data_count(st->st))
		sk_bug("store.columns", "statement=%s", st->sql->name);
	return st->ncol++;
}

int64_t
db_int(struct stmt *st)
{
	return sqlite3_column_int64(st->st, next_column(st));
}

char *
db_text(struct stmt *st, struct sk_arena *a)
{
	int c = next_column(st);
	const unsigned char *s = sqlite3_column_text(st->st, c);

	return s ? sk_arena_strn(a, s,
	    (size_t)sqlite3_column_bytes(st->st, c)) : NULL;
}

struct sk_span
db_blob(struct stmt *st)
{
	int c = next_column(st);
	const void *p = sqlite3_column_blob(st->st, c);

	return sk_span_of(p, (size_t)sqlite3_column_bytes(st->st, c));
}

void
db_fixed(struct stmt *st, void *out, size_t n)
{
	struct sk_span s = db_blob(st);

	if (s.len == n)
		memcpy(out, s.p, n);
	else
		memset(out, 0, n);
}

int
db_get(struct stmt *st)
{
	int r = db_step(st);

	if (r == 1)
		return SK_OK;
	db_end(st);
	return r ? r : SK_ERR_NOINPUT;
}

int
db_get_int(struct stmt *st, int64_t *out)
{
	int r = db_get(st);

	if (r)
		return r;
	*out = db_int(st);
	db_end(st);
	return SK_OK;
}

int
db_run(struct stmt *st)
{
	int r;

	do
		r = db_step(st);
	while (r > 0);
	db_end(st);
	return r;
}

int
db_run_one(struct stmt *st)
{
	int r = db_run(st);

	return r ? r : sqlite3_changes(st->db->h) ? SK_OK : SK_ERR_NOINPUT;
}

int64_t
db_last_row(struct db *db)
{
	return sqlite3_last_insert_rowid(db->h);
}

/* ---- what turns.c needs ---- */

int
db_control(struct db *db, enum sql_id id)
{
	struct stmt *st = db_use(db, id);
	int r = st->bad;

	if (!r && sqlite3_step(st->st) != SQLITE_DONE)
		r = failed(db, st->sql->name);
	db_end(st);
	return r;
}

bool
db_alive(struct db *db)
{
	return !sqlite3_get_autocommit(db->h);
}

const char *
db_left_open(struct db *db, bool end)
{
	const char *name = NULL;

	for (size_t i = 0; i < SQL_LAST && db->busy; i++) {
		if (!db->st[i].busy)
			continue;
		name = db->st[i].sql->name;
		if (!end)
			break;
		db_end(&db->st[i]);
	}
	return name;
}

struct turn *
db_turn(struct db *db)
{
	return &db->turn;
}

/* ---- opening ---- */

static int
run_script(struct db *db, const char *script)
{
	return sqlite3_exec(db->h, script, NULL, NULL, NULL) == SQLITE_OK ?
	    SK_OK : failed(db, "script");
}

static void
switch_off(sqlite3 *h)
{
	static const struct { int option, value; } settings[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		sqlite3_db_config(h, settings[i].option, settings[i].value,
		    NULL);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(h, SQLITE_LIMIT_LENGTH, LIMIT_STORE_VALUE);
}

static int
set_up(struct db *db, bool alone)
{
	int r;

	switch_off(db->h);
	sqlite3_busy_timeout(db->h, LIMIT_STORE_BUSY_MS);
	sqlite3_set_authorizer(db->h, authorize, db);
	sqlite3_commit_hook(db->h, commit_hook, db);
	r = alone ? run_script(db, "PRAGMA locking_mode = EXCLUSIVE") : SK_OK;
	for (size_t i = 0; i < sizeof(pragmas) / sizeof(*pragmas) && !r; i++)
		r = run_script(db, pragmas[i]);
	/* A file held alone shows it from the first write on. */
	if (!r && alone && !(r = run_script(db, "BEGIN IMMEDIATE")))
		r = run_script(db, "ROLLBACK");
	return r;
}

int
db_open(const char *path, bool alone, struct db **out, struct sk_error *e)
{
	struct db *db = sk_malloc(sizeof(*db));
	int r;

	for (size_t i = 0; i < SQL_LAST; i++) {
		db->st[i].db = db;
		db->st[i].sql = &sql_table[i];
	}
	db->setup = db->turn.committing = true;
	if (sqlite3_open_v2(path, &db->h, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
		r = failed(db, "open");
	else
		r = set_up(db, alone);
	if (r) {
		if (e)
			*e = db->turn.last;
		db_close(&db);
	}
	*out = db;
	return r;
}

int
db_script(struct db *db, const char *script, struct sk_error *e)
{
	int r = run_script(db, "BEGIN IMMEDIATE");

	if (!r)
		r = run_script(db, script);
	if (!r)
		r = run_script(db, "COMMIT");
	if (!r)
		return SK_OK;
	if (e)
		*e = db->turn.last;
	if (!sqlite3_get_autocommit(db->h))
		sqlite3_exec(db->h, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

void
db_guard(struct db *db)
{
	db->setup = db->turn.committing = false;
}

static int
one_number(void *ctx, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	*(int64_t *)ctx = values[0] ? strtoll(values[0], NULL, 10) : 0;
	return 0;
}

int
db_version(struct db *db, int64_t *application, int64_t *version,
    struct sk_error *e)
{
	if (sqlite3_exec(db->h, "PRAGMA application_id", one_number,
	    application, NULL) == SQLITE_OK &&
	    sqlite3_exec(db->h, "PRAGMA user_version", one_number, version,
	    NULL) == SQLITE_OK)
		return SK_OK;
	failed(db, "version");
	if (e)
		*e = db->turn.last;
	return db->turn.last.code;
}

void
db_close(struct db **dbp)
{
	struct db *db = *dbp;

	if (!db)
		return;
	if (db->h)
		db_rollback(db);
	for (size_t i = 0; i < SQL_LAST; i++)
		sqlite3_finalize(db->st[i].st);
	sqlite3_close(db->h);
	free(db);
	*dbp = NULL;
}
