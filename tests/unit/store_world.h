/* A throw-away store for tests, and records with every field filled in. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sekisho/store.h>

struct world {
	char dir[64], path[96], wraps[112];
	unsigned char key[VAULT_KEY];
	struct store *s;
	struct sk_arena *a;
};

int world_setup(void **state);		/* cmocka fixtures */
int world_teardown(void **state);
void world_reopen(struct world *w);	/* without a commit */
void world_commit(struct world *w);

/* Filled with values that differ from each other; row numbers are not set. */
struct mail_record sample_mail(void);
struct case_record sample_case(void);
int64_t world_case(struct world *w);	/* opens one */
struct copy_record sample_copy(int64_t case_row);
int64_t world_copy(struct world *w, int64_t case_row);
struct org sample_org(const char *id);
struct person sample_person(const char *id, const char *org,
    const char *address);
void world_person(struct world *w, const char *id, const char *address);
struct key_record sample_key(const char *fpr, enum key_state state);
struct key_record sample_signer(const char *fpr, enum key_state state);
struct terms sample_terms(void);
struct item_record sample_item(int64_t case_row);
const char *world_item(struct world *w, int64_t case_row);

/* Every byte of the folder's files; the needle is nowhere. */
bool world_holds(struct world *w, const char *needle);
