/* The walls of helper processes. Called once, after everything lazy is loaded. */
#pragma once

#include <stddef.h>

#include <sekisho/error.h>

/* reader: rlimits (AS, CPU, NOFILE, CORE 0), no_new_privs, seccomp allow-list
 * in KILL mode: no open, no socket, no exec, no executable memory. */
int sandbox_reader(struct sk_error *e);
/* keyd: no core, not dumpable, no_new_privs, Landlock (home read-write, /usr
 * read and execute), seccomp with AF_UNIX only; inherited by gpg and its
 * agent. homes: the folders that stay writable. */
int sandbox_keyd(const char *const *homes, size_t nhomes,
    struct sk_error *e);
