/* The walls of helper processes. Called once, after everything lazy is loaded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <sekisho/error.h>

/* reader: rlimits (AS, CPU, NOFILE, CORE 0), no_new_privs, seccomp allow-list
 * in KILL mode: no open, no socket, no exec, no executable memory. */
int sandbox_reader(struct sk_error *e);
/* keyd: no core, not dumpable, no_new_privs, Landlock (home read-write, /usr
 * read and execute), seccomp with AF_UNIX only; inherited by gpg and its
 * agent. homes: the folders that stay writable. */
int sandbox_keyd(const char *const *homes, size_t nhomes,
    struct sk_error *e);
/* milterd, whose threads speak to Postfix: no core, not dumpable, Landlock
 * (conf_dir to read again, socket_dir only to take its socket away; NULL: inet),
 * seccomp without exec, sockets AF_UNIX only unless `tcp` (LMTP over TCP).
 * Before the first thread. */
int sandbox_milterd(const char *conf_dir, const char *socket_dir, bool tcp,
    struct sk_error *e);
/* fetcher: it speaks to a server that nobody knows, under sekishod's own user.
 * No core, not dumpable; files: programs' libraries, what names are resolved by
 * and the authorities, to read (ca: a file besides, or NULL); no exec, no
 * sockets of this machine; TCP to `port` and to name servers only, where the
 * kernel can hold that. */
int sandbox_fetcher(const char *ca, unsigned port, struct sk_error *e);
/* outside.c: has this process no walls but those that we have, too? false as
 * well where it is gone, or the kernel does not show it. */
bool sandbox_outside(pid_t pid);
