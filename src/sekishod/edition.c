/*
 * What a copy of a digest is made from: which items, what their readers see of
 * each, and the deny-lists that they were looked through with. A copy that
 * waits and was made from something else is made anew before it leaves (R-094,
 * I6).
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/hash.h>

static void
hash_str(struct sk_hash *h, const char *s)
{
	sk_hash_add(h, s ? s : "", s ? strlen(s) + 1 : 1);
}

static int64_t
hash_end(struct sk_hash *h)
{
	unsigned char out[SK_HASH];
	int64_t x;

	sk_hash_done(&h, out);
	memcpy(&x, out, sizeof(x));
	return x;
}

int64_t
edition_item(const struct item_record *i, const struct item_text *other,
    int64_t epoch)
{
	const struct item *it = &i->item;
	const int64_t words[] = { epoch, i->approved, it->category,
		it->confidence, it->special, it->no_customers, it->confidential,
		it->secret, it->tlp, it->onward };
	struct sk_hash *h = sk_hash_new();

	sk_hash_add(h, words, sizeof(words));
	sk_hash_add(h, i->wrap, sizeof(i->wrap));
	sk_hash_add(h, other->wrap, sizeof(other->wrap));
	hash_str(h, it->id);
	hash_str(h, it->title);
	hash_str(h, it->secret_parts);
	for (size_t k = 0; k < i->nindicators; k++)
		hash_str(h, i->indicators[k]);
	return hash_end(h);
}

char *
edition_ids(struct sk_arena *a, const struct permits_item *const *items,
    size_t n)
{
	struct sk_buf b;
	char *out;

	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	for (size_t i = 0; i < n; i++)
		sk_buf_addf(&b, "%s%s", i ? " " : "",
		    items[i]->gate.item.item.id);
	out = sk_arena_str(a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

int64_t
edition_copy(const struct permits_item *const *items, size_t n)
{
	struct sk_hash *h = sk_hash_new();

	for (size_t i = 0; i < n; i++)
		sk_hash_add(h, &items[i]->edition, sizeof(items[i]->edition));
	return hash_end(h);
}
