/*
 * What the files of the store share: the two databases, the sealed half of a
 * record (packed field by field, boxed under the store key with the column's
 * name), and the keyed hashes rows are found by.
 */
#pragma once

#include <sekisho/limits.h>
#include <sekisho/store.h>
#include <sekisho/wire.h>

#include "store/db.h"

#define LOOKUP 16	/* bytes of a keyed hash: enough for every row ever */

struct lookup {
	unsigned char bytes[LOOKUP];
};

struct store {
	struct db *main, *wraps;
	unsigned char key[VAULT_KEY];
	struct sk_buf plain;		/* packed, or opened */
	struct sk_buf box[2];		/* one statement binds two at most */
	unsigned turn_box;
	uint64_t rules;			/* store_rules_generation() */
	int pack_bad;
	struct sk_arena *made[2];	/* numbers and ids given out: in this
					 * turn, in the one before */
	/* The end of the audit chain (audit.c). */
	bool audit_known, audit_moved;
	int64_t audit_seq;
	unsigned char audit_hash[SK_HASH];
};

struct schema {
	int64_t application;	/* SQLite's application_id */
	const char *const *versions;
	size_t n;
};

extern const struct schema schema_main, schema_wraps;
int store_migrate(struct db *db, const char *path,
    const struct schema *schema, struct sk_error *e);

struct stmt *store_use(struct store *s, enum sql_id id);
struct sk_arena *store_made(struct store *s);

/* ---- box.c: the sealed half of a record ---- */

void pack_begin(struct store *s);
void pack_u8(struct store *s, unsigned v);
void pack_u32(struct store *s, uint32_t v);
void pack_i64(struct store *s, int64_t v);
void pack_str(struct store *s, const char *v);	/* checked UTF-8; NULL kept */
void pack_strs(struct store *s, const char *const *v, size_t n);
void pack_bytes(struct store *s, struct sk_span v);
void pack_hash(struct store *s, const unsigned char v[SK_HASH]);
/* Seals what was packed and binds it; a fault sticks to the statement. */
void pack_bind(struct store *s, struct stmt *st, const char *label);
/* The same for bytes that are one box by themselves. */
void box_bind(struct store *s, struct stmt *st, const char *label,
    struct sk_span plain);

/* Opens the next column; a box that does not open reads as damaged, which
 * unpack_end() says. Valid until the next box. */
struct wire_in unpack(struct store *s, struct stmt *st, const char *label);
const char *const *unpack_strs(struct wire_in *w, struct sk_arena *a,
    size_t *n);
int unpack_end(struct wire_in *w, const char *label);	/* or SK_ERR_IO */

/* ---- lookup.c ---- */

struct lookup lookup_text(struct store *s, const char *label,
    const char *value);
struct lookup lookup_address(struct store *s, const char *address);
struct lookup lookup_bytes(struct store *s, const char *label,
    struct sk_span v);
void lookup_bind(struct stmt *st, struct lookup l);

/* ---- rows.c ---- */

/* A list in the arena that grows by doubling; zeroed new element. */
void *list_add(struct sk_arena *a, void *list, size_t n, size_t size);
/* What a statement's columns hold, into the zeroed struct that `row` points
 * to. */
typedef int row_reader(struct store *s, struct stmt *st, struct sk_arena *a,
    void *row);
/* Of a bound statement the one row; SK_ERR_NOINPUT: there is none. */
int row_get(struct store *s, struct stmt *st, struct sk_arena *a,
    row_reader *read, void *row);
/* Of a bound statement all rows, up to the first that cannot be read. list: a
 * pointer to the pointer to structs of that size. */
int row_list(struct store *s, struct stmt *st, struct sk_arena *a,
    row_reader *read, size_t size, void *list, size_t *n);

/* ---- cases.c ---- */

bool case_number(const char *number, int *year, int64_t *seq);

/* ---- keys.c ---- */

/* A fingerprint in either case. */
struct lookup lookup_fpr(struct store *s, const char *fpr);
/* What its key pair is known by; bind_pair() binds null where nobody said. */
struct lookup lookup_pair(struct store *s, const struct key_facts *k);
void bind_pair(struct store *s, struct stmt *st, const struct key_facts *k);
/* The next row of a statement that begins with KEY_COLUMNS. */
int key_read(struct store *s, struct stmt *st, struct sk_arena *a,
    struct key_record *k);
int keys_pinned_fpr(struct store *s, struct sk_arena *a, const char *person,
    const char **out);

/* ---- copy_status.c ---- */

struct copy_status {			/* what became of a copy */
	enum copy_state state;
	uint32_t tries;
	int64_t next_try;
	const char *fpr, *reason, *queue_id, *reply, *items;
	unsigned char key_hash[SK_HASH];
	int64_t refused;
	uint32_t own;
};
void copy_status_bind(struct store *s, struct stmt *st,
    const struct copy_status *u);
/* The sealed half of it, from the next column. */
int copy_status_read(struct store *s, struct stmt *st, struct sk_arena *a,
    struct copy_status *u);

/* ---- items.c, approvals.c ---- */

int item_row(struct store *s, const char *id, int64_t *row,
    enum item_state *state);
int approvals_count(struct store *s, int64_t row, unsigned *out);

/* ---- audit.c ---- */

void audit_forget(struct store *s);	/* after a rollback */
int audit_settle(struct store *s);	/* before a commit: writes the head */
