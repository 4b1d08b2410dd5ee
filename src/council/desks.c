/*
 * Which of our addresses is it? Local parts are compared lower-cased and the
 * tag begins at the first "+" (design.md §8): other systems fold case, and a
 * tag of somebody else's may hold a "+".
 */
#include <sekisho/config.h>

#include <string.h>

#include <sekisho/text.h>

/* *address becomes its key without the tag; the tag is returned, "" if none. */
static const char *
untag(struct sk_arena *a, const char **address)
{
	char *key = sk_address_key(a, *address);
	char *at = strrchr(key, '@'), *plus = strchr(key, '+');
	const char *tag = "";

	if (at && plus && plus < at) {
		tag = sk_arena_strn(a, plus + 1, (size_t)(at - plus - 1));
		memmove(plus, at, strlen(at) + 1);
	}
	*address = key;
	return tag;
}

const struct config_desk *
config_desk(const struct config *c, const char *address, const char **tag,
    struct sk_arena *a)
{
	struct sk_arena *own = a ? NULL : sk_arena_new();
	const struct config_desk *found = NULL;
	const char *t;

	if (!a)
		a = own;
	t = untag(a, &address);
	for (size_t i = 0; i < c->ndesks && !found; i++)
		if (sk_ascii_ieq(c->desks[i].address, address))
			found = &c->desks[i];
	if (tag)
		*tag = found && !own ? t : "";
	sk_arena_free(&own);
	return found;
}

bool
config_is_return(const struct config *c, const char *address,
    const char **tag, struct sk_arena *a)
{
	struct sk_arena *own = a ? NULL : sk_arena_new();
	const char *t;
	bool is;

	if (!a)
		a = own;
	t = untag(a, &address);
	is = sk_ascii_ieq(c->return_address, address);
	if (tag)
		*tag = is && !own ? t : "";
	sk_arena_free(&own);
	return is;
}

bool
config_is_ours(const struct config *c, const char *address)
{
	return config_desk(c, address, NULL, NULL) ||
	    config_is_return(c, address, NULL, NULL);
}
