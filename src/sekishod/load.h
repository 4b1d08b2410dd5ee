/* Loading and reloading (load.c), for main.c; and for pool.c what keyd says. */
#pragma once

#include "daemon.h"

int load_files(struct daemon *d, const char *file);
int load_again(struct daemon *d);
int load_keys(struct daemon *d, struct sk_error *e); /* and the spool folder */
int load_store(struct daemon *d, struct sk_error *e);
/* The council's own key as a keyd tells it: kept, so that the next start need
 * not wait for one to write mail. */
void load_own_key(struct daemon *d, const struct msg_keyd_ready *ready);
