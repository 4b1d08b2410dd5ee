/* Values that are lists, and what Postfix's tables say of an address. */
#include "internal.h"

#include <string.h>

#include <sekisho/text.h>

/* One word from *at; depth of braces and quotes are respected. */
static const char *
next_word(struct sk_arena *a, const char **at)
{
	const char *s = *at + strspn(*at, ", \t\r\n"), *e = s;
	int depth = 0;
	bool quoted = false;

	for (; *e; e++) {
		if (*e == '"')
			quoted = !quoted;
		else if (*e == '{')
			depth++;
		else if (*e == '}' && depth)
			depth--;
		else if (!depth && !quoted && strchr(", \t\r\n", *e))
			break;
	}
	*at = e;
	return e == s ? NULL : sk_arena_strn(a, s, (size_t)(e - s));
}

size_t
postfix_split(struct sk_arena *a, const char *value, const char *const **out)
{
	const char **list = sk_arena_array(a, strlen(value) / 2 + 2,
	    sizeof(*list)), *w;
	size_t n = 0;

	while ((w = next_word(a, &value)) != NULL)
		list[n++] = w;
	*out = list;
	return n;
}

bool
postfix_listed(const struct postfix *p, const char *value, const char *word)
{
	const char *const *list;
	size_t n = postfix_split(p->arena, value, &list);

	for (size_t i = 0; i < n; i++)
		if (sk_ascii_ieq(list[i], word))
			return true;
	return false;
}

static bool
is_table(const char *word)
{
	return strchr(word, ':') != NULL || *word == '/';
}

static const char *
ask_one(const struct postfix *p, const char *map, const char *key)
{
	return p->lookup ? p->lookup(p->ctx, map, key) : NULL;
}

bool
postfix_domain_listed(const struct postfix *p, const char *value,
    const char *domain)
{
	const char *const *list;
	size_t n = postfix_split(p->arena, value, &list);

	for (size_t i = 0; i < n; i++) {
		bool out = *list[i] == '!';
		const char *w = list[i] + out;

		if (is_table(w) ? ask_one(p, w, domain) != NULL :
		    sk_ascii_ieq(w, domain))
			return !out;
	}
	return false;
}

const char *
postfix_ask(const struct postfix *p, const char *maps, const char *key)
{
	const char *const *list, *said;
	size_t n = postfix_split(p->arena, maps, &list);

	for (size_t i = 0; i < n; i++)
		if ((said = ask_one(p, list[i], key)) != NULL)
			return said;
	return NULL;
}

/* Postfix asks one key in all tables before the next key. */
const char *
postfix_ask_address(const struct postfix *p, const char *maps,
    const char *address, bool transport)
{
	struct sk_arena *a = p->arena;
	const char *domain = sk_address_domain(address), *said, *dot;
	size_t local = strcspn(address, "+@");

	if (!*maps)
		return NULL;
	said = postfix_ask(p, maps, address);
	if (!said && address[local] == '+')
		said = postfix_ask(p, maps, sk_arena_printf(a, "%.*s@%s",
		    (int)local, address, domain));
	if (!said && !transport)
		return postfix_ask(p, maps, sk_arena_printf(a, "@%s",
		    domain));
	if (!said)
		said = postfix_ask(p, maps, domain);
	for (dot = strchr(domain, '.'); !said && dot;
	    dot = strchr(dot + 1, '.'))
		said = postfix_ask(p, maps, dot);
	return said ? said : postfix_ask(p, maps, "*");
}

const char *
postfix_endpoint(const struct postfix *p, const char *listen)
{
	const char *queue = postfix_param(p, "queue_directory");
	size_t n = strlen(queue);

	if (strncmp(listen, "unix:", 5) != 0)
		return sk_arena_printf(p->arena, "inet:%s", listen);
	if (n && strncmp(listen + 5, queue, n) == 0 && listen[5 + n] == '/')
		return sk_arena_printf(p->arena, "unix:%s", listen + 6 + n);
	return listen;
}

bool
postfix_cuts(const char *delimiters, const char *address)
{
	size_t local = strcspn(address, "@");

	return strcspn(address, delimiters) < local;
}

size_t
postfix_ours(struct sk_arena *a, const struct config *c,
    const char *const **out)
{
	const char **list = sk_arena_array(a, c->ndesks + 1, sizeof(*list));
	size_t n;

	for (n = 0; n < c->ndesks; n++)
		list[n] = sk_ascii_lower(a, c->desks[n].address);
	list[n++] = sk_ascii_lower(a, c->return_address);
	*out = list;
	return n;
}
