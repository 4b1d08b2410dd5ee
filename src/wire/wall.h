/* Seccomp as a table of calls; shared by the sandboxes only. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sekisho/error.h>

/* One call that is allowed. Where `mask` is not 0, only if argument `arg`
 * masked with it equals `value`; several rows of one call are joined by or.
 * Where `refuse` is an errno, the call answers with it instead of dying. */
struct wall_call {
	const char *name;
	unsigned arg;
	uint64_t mask, value;
	int refuse;
};

/* What all of them begin with: no core, not even through a pipe handler, no
 * debugger, and no new privileges for anything that is started. */
int wall_begin(struct sk_error *e);
/* Closes the wall around this process and all it starts: no_new_privs, and
 * death for every other call. Names this architecture lacks are skipped. */
int wall_close(const struct wall_call *calls, size_t n, struct sk_error *e);
