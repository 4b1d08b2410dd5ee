/*
 * What turns.c keeps of a transaction, and what it needs of db.c.
 */
#pragma once

#include "store/db.h"

struct turn {
	const char *began;	/* statement that began it; NULL: none */
	bool committing;	/* only then does SQLite commit */
	unsigned depth;		/* groups open */
	unsigned spoiled_at;	/* depth of the first error + 1; 0: none */
	struct sk_error last;
};

struct turn *db_turn(struct db *db);
int db_control(struct db *db, enum sql_id id);	/* one without values */
bool db_alive(struct db *db);	/* SQLite still has the transaction */
/* A statement not ended, or NULL; all are ended if asked. */
const char *db_left_open(struct db *db, bool end);
