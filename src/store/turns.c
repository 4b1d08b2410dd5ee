/*
 * Transactions: one a turn of the loop, with groups inside. Knows what SQLite
 * will not tell: which statement began it, whether a statement was left open,
 * whether an error has already undone a part of it.
 *
 * What must never happen here: a commit of half a turn. After an error that is
 * no plain "already there" the transaction is spoiled and can only be rolled
 * back: to the group around the error, or whole.
 */
#include <config.h>

#include "store/turns.h"

int
db_begin(struct db *db)
{
	struct turn *t = db_turn(db);
	int r;

	if (t->began)
		return SK_OK;
	r = db_control(db, SQL_BEGIN);
	if (!r)
		t->began = sql_table[SQL_BEGIN].name;
	return r;
}

bool
db_in_transaction(struct db *db)
{
	return db_turn(db)->began != NULL;
}

void
db_rollback(struct db *db)
{
	struct turn *t = db_turn(db);

	db_left_open(db, true);
	if (t->began && db_alive(db))
		db_control(db, SQL_ROLLBACK);
	t->began = NULL;
	t->depth = t->spoiled_at = 0;
}

/* Why this transaction may not be committed; SK_OK if it may. */
static int
unfit(struct db *db)
{
	struct turn *t = db_turn(db);
	const char *open = db_left_open(db, false);

	if (t->spoiled_at)
		return t->last.code;
	if (open)
		return sk_fail(&t->last, SK_ERR_BUG, "commit", "statement "
		    "\"%s\" was left open in the turn that \"%s\" began",
		    open, t->began);
	if (t->depth)
		return sk_fail(&t->last, SK_ERR_BUG, "commit", "a group was "
		    "left open in the turn that \"%s\" began", t->began);
	return SK_OK;
}

int
db_commit(struct db *db, struct sk_error *e)
{
	struct turn *t = db_turn(db);
	int r;

	if (!t->began)
		return SK_OK;
	r = unfit(db);
	if (!r) {
		t->committing = true;
		r = db_control(db, SQL_COMMIT);
		t->committing = false;
	}
	if (!r) {
		t->began = NULL;
		return SK_OK;
	}
	if (e)
		*e = t->last;
	db_rollback(db);
	return r;
}

int
db_group_begin(struct db *db)
{
	struct turn *t = db_turn(db);
	int r = db_begin(db);

	if (!r && t->spoiled_at)
		r = t->last.code;
	if (!r)
		r = db_control(db, SQL_GROUP);
	if (!r)
		t->depth++;
	return r;
}

static int
undo(struct db *db)
{
	struct turn *t = db_turn(db);
	int r = db_control(db, SQL_GROUP_UNDO);

	if (!r)
		r = db_control(db, SQL_GROUP_KEEP);
	/* What went wrong inside is undone, unless SQLite undid more. */
	if (!r && t->spoiled_at > t->depth)
		t->spoiled_at = 0;
	return r;
}

int
db_group_end(struct db *db, bool keep)
{
	struct turn *t = db_turn(db);
	int r;

	if (!t->depth)
		return SK_ERR_BUG;
	db_left_open(db, true);
	if (keep && t->spoiled_at) {
		undo(db);
		r = t->last.code;
	} else {
		r = keep ? db_control(db, SQL_GROUP_KEEP) : undo(db);
	}
	t->depth--;
	return r;
}
