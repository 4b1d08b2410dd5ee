/*
 * Where our own parts stand: the helper programs and the data that `sekisho
 * init` copies. First an environment variable (tests), then beside the running
 * program and up to three folders above it (a build tree), then where the
 * package was installed. Never taken from mail or configuration.
 */
#pragma once

#include <sekisho/arena.h>

/* The folder that holds sekisho-reader and sekisho-keyd: SEKISHO_LIBEXECDIR. */
char *install_libexec(struct sk_arena *a);
/* The folder that holds policies/ and templates/: SEKISHO_DATADIR. */
char *install_data(struct sk_arena *a);
