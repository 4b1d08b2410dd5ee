/*
 * What every wall is made of, and the only libseccomp user. Everything not in
 * the table kills the whole process: a helper that asks for something else has
 * been taken over or is wrong, and in both cases one mail is lost to it, not
 * more. Arguments are compared with a mask over the bits the kernel reads;
 * comparing without one has let callers slip past such filters by setting the
 * bits above.
 */
#include <config.h>

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "wire/wall.h"

static int
add(scmp_filter_ctx ctx, const struct wall_call *c)
{
	int nr = seccomp_syscall_resolve_name(c->name);
	uint32_t action = c->refuse == 0 ? SCMP_ACT_ALLOW :
	    SCMP_ACT_ERRNO((uint16_t)c->refuse);
	struct scmp_arg_cmp cmp = {
		.arg = c->arg, .op = SCMP_CMP_MASKED_EQ,
		.datum_a = c->mask, .datum_b = c->value
	};

	/* Below zero: unknown, or a pseudo number of another architecture. */
	if (nr < 0)
		return 0;
	if (c->mask == 0)
		return seccomp_rule_add_array(ctx, action, nr, 0, NULL);
	return seccomp_rule_add_array(ctx, action, nr, 1, &cmp);
}

int
wall_begin(struct sk_error *e)
{
	struct rlimit none = { 0, 0 };
	int refused = setrlimit(RLIMIT_CORE, &none);

	if (!refused)
		refused = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifndef SK_SANITIZED
	/* The leak check attaches to itself at the end. */
	if (!refused)
		refused = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	return refused ? sk_fail(e, SK_ERR_OS, "sandbox", "the kernel refuses: "
	    "%s", strerrordesc_np(errno)) : SK_OK;
}

int
wall_close(const struct wall_call *calls, size_t n, struct sk_error *e)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	const char *what = "load";
	int r;

	if (ctx == NULL)
		return sk_fail(e, SK_ERR_OS, "sandbox", "libseccomp gives no "
		    "filter");
	for (size_t i = 0; i < n; i++) {
		r = add(ctx, &calls[i]);
		if (r != 0) {
			what = calls[i].name;
			goto out;
		}
	}
	r = seccomp_load(ctx);		/* sets no_new_privs, too */
out:
	seccomp_release(ctx);
	if (r != 0)
		return sk_fail(e, SK_ERR_OS, "sandbox", "the kernel takes no "
		    "seccomp filter (%s: %s); a kernel with seccomp is needed",
		    what, strerrordesc_np(-r));
	return SK_OK;
}
