/* Landlock as a table of folders; shared by the sandboxes only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sekisho/error.h>

enum {
	LANDLOCK_EXECUTE = 1 << 0, LANDLOCK_WRITE_FILE = 1 << 1,
	LANDLOCK_READ_FILE = 1 << 2, LANDLOCK_READ_DIR = 1 << 3,
	LANDLOCK_REMOVE_FILE = 1 << 5, LANDLOCK_MAKE_REG = 1 << 8,
	LANDLOCK_MAKE_SOCK = 1 << 9, LANDLOCK_TRUNCATE = 1 << 14,
	LANDLOCK_READ = LANDLOCK_READ_FILE | LANDLOCK_READ_DIR
};

struct landlock_rule {
	const char *path;	/* must be there */
	uint64_t access;
};

/* Closes the files of this machine but for these; needs no_new_privs. tcp:
 * leave TCP as it is, else none is bound or connected. Without Landlock in the
 * kernel it only warns. */
int landlock_close(const char *program, const struct landlock_rule *rules,
    size_t n, bool tcp, struct sk_error *e);
/* The same; TCP is connected to these ports only. */
int landlock_close_ports(const char *program,
    const struct landlock_rule *rules, size_t n, const unsigned *ports,
    size_t nports, struct sk_error *e);
