/* Loading and reloading (load.c), for main.c only. */
#pragma once

#include "daemon.h"

int load_files(struct daemon *d, const char *file);
int load_again(struct daemon *d);
/* Keys, spool folder, database. */
int load_store(struct daemon *d, struct sk_error *e);
