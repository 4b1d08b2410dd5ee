/*
 * SQLite behind a small opaque face: only db.c sees a sqlite3 type. Every
 * statement comes from the constant table of sql.h, is prepared once and
 * kept; binds and columns go in the order of the text. Writing begins a
 * transaction by itself. Text of a person never becomes SQL.
 *
 * A statement is used, bound, stepped and ended before it is used again;
 * values bound by address must live until db_end(). A bind that fails sticks
 * and comes back from db_step().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

#include "store/sql.h"

struct db;
struct stmt;

/* alone: nobody else may have the file while we do. */
int db_open(const char *path, bool alone, struct db **out,
    struct sk_error *e);
void db_close(struct db **db);
/* One migration, whole or not at all; then the guard closes for good. */
int db_script(struct db *db, const char *script, struct sk_error *e);
void db_guard(struct db *db);
int db_version(struct db *db, int64_t *application, int64_t *version,
    struct sk_error *e);

struct stmt *db_use(struct db *db, enum sql_id id);
void db_bind_int(struct stmt *st, int64_t v);
void db_bind_row(struct stmt *st, int64_t row);		/* 0 is NULL */
void db_bind_text(struct stmt *st, const char *s);	/* NULL is NULL */
void db_bind_blob(struct stmt *st, const void *p, size_t n);
void db_bind_copy(struct stmt *st, const void *p, size_t n); /* taken at once */
void db_bind_null(struct stmt *st);
void db_bind_failed(struct stmt *st, int err);		/* sticks */

int db_step(struct stmt *st);	/* 1: a row, 0: no more, negative: error */
int64_t db_int(struct stmt *st);			/* NULL is 0 */
char *db_text(struct stmt *st, struct sk_arena *a);
struct sk_span db_blob(struct stmt *st);	/* until the next step or end */
void db_fixed(struct stmt *st, void *out, size_t n);	/* else zeros */
void db_end(struct stmt *st);

/* The one row; SK_ERR_NOINPUT, and ended, if there is none. */
int db_get(struct stmt *st);
/* Its first column, and ended. */
int db_get_int(struct stmt *st, int64_t *out);
int db_run(struct stmt *st);	/* a write: to its end, and ended */
int db_run_one(struct stmt *st); /* SK_ERR_NOINPUT where no row changed */
int64_t db_last_row(struct db *db);

int db_begin(struct db *db);	/* also lazily by the first write */
bool db_in_transaction(struct db *db);
int db_commit(struct db *db, struct sk_error *e);
void db_rollback(struct db *db);
int db_group_begin(struct db *db);
int db_group_end(struct db *db, bool keep);
