/* Findings of `sekisho check`: check.c collects, check_files.c looks at what
 * stands on the disk. */
#pragma once

#include "cli/cli.h"

struct finding_list {
	struct cli *c;
	struct sk_json *list;
	size_t faults;
};

/* text NULL: all is well. */
void check_say(struct finding_list *f, const char *what, const char *text);
void check_sayf(struct finding_list *f, const char *what, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* All is well, and this is how. */
void check_tellf(struct finding_list *f, const char *what, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* check_files.c */
void check_keys(struct finding_list *f, const struct config *c);
void check_homes(struct finding_list *f, const struct config *c);
void check_sockets(struct finding_list *f, const struct config *c);
void check_programs(struct finding_list *f, const struct config *c);

/* check_relay.c */
void check_relay(struct finding_list *f, const struct config *c);
void check_wkd(struct finding_list *f, const struct config *c);

/* check_smime.c: nothing without smime.home. */
void check_smime(struct finding_list *f, const struct config *c);

/* check_postfix.c: the Postfix beside us; dir NULL: the system's own. */
void check_postfix(struct finding_list *f, const struct config *c,
    const char *dir);
