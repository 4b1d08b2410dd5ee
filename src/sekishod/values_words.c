/*
 * Words that an operator wrote into a case, put into the text that carries
 * them: advice (T-11, T-12), or the exact wording of a request (T-09, T-10)
 * with the audience that is asked for.
 */
#include "daemon.h"

#include <string.h>

#include <sekisho/text.h>

static void
indicators(struct tvalues *v, struct sk_arena *a,
    const struct request_record *q)
{
	tv_list(v, "indicators");
	for (size_t i = 0; i < q->nindicators; i++) {
		const char *colon = strchr(q->indicators[i], ':');
		struct tvalues *row = tv_row(v, "indicators");

		if (!colon)
			colon = q->indicators[i];
		tv_str(row, "type", sk_arena_strn(a, q->indicators[i],
		    (size_t)(colon - q->indicators[i])));
		tv_str(row, "value", *colon == ':' ? colon + 1 : colon);
	}
}

static int
request(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    int64_t row, const char *text)
{
	struct request_record q;
	int r = store_request_get(d->store, a, row, &q);

	if (r)
		return r;
	tv_str(v, "note", q.reason);
	if (q.kind == REQUEST_SECRECY) {
		tv_str(v, "secret_parts", text);
		return SK_OK;
	}
	tv_str(v, "title", q.title);
	tv_str(v, "text", text);
	tv_choice(v, "scope_", values_scope_flag(a, q.scope));
	indicators(v, a, &q);
	return SK_OK;
}

int
values_words(struct daemon *d, struct sk_arena *a, struct tvalues *v,
    const struct notice_record *say, const char *text)
{
	if (say->request)
		return request(d, a, v, say->request, text);
	tv_str(v, "note", text);
	return SK_OK;
}
