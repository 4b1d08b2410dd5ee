/* Loading and reloading (load.c), for main.c. */
#pragma once

#include "daemon.h"

int load_files(struct daemon *d, const char *file);
int load_again(struct daemon *d);
int load_keys(struct daemon *d, struct sk_error *e); /* and the spool folder */
int load_store(struct daemon *d, struct sk_error *e);
