/*
 * A key that was just pinned is tried: one word is sealed to it and thrown
 * away. So an operator's log says today, not at the next digest, that it cannot
 * be used; and its keyd holds it from then on, so that the first digest need
 * not import every key while it is being sent. Nothing waits for a trial, and
 * what it finds changes nothing: a copy is held by its own sealing (I4).
 */
#include "daemon.h"

#include <stdlib.h>

#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

static void
tried(void *ctx, struct channel_message *m, const char *error)
{
	struct sk_arena *a = sk_arena_new();
	struct msg_sealed done = { .status = SK_ERR_UNAVAILABLE };
	char *fpr = ctx;

	if (m && (m->type != MSG_SEALED || msg_sealed_get(a,
	    sk_buf_span(&m->fields), &done)))
		done.status = SK_ERR_PROTOCOL;
	if (done.status)
		sk_log(SK_WARN, "key.tried", "fpr=%s result=%s reason=\"%s\" "
		    "mend=\"ask the person for another key\"", fpr,
		    sk_err_word(done.status), done.reason ? done.reason :
		    error ? error : "");
	else
		sk_log(SK_INFO, "key.tried", "fpr=%s result=ok", fpr);
	sk_arena_free(&a);
	free(fpr);
}

void
key_trial(struct daemon *d, const struct key_facts *k)
{
	struct msg_seal ask = { k->scheme, k->fpr, k->block };
	struct sk_buf fields;
	int fd = sk_memfd_of("trial", sk_span_str("trial"));

	sk_buf_init(&fields, LIMIT_WIRE_MESSAGE);
	msg_seal_put(&fields, &ask);
	pool_ask_at(d->keyds, k->fpr, MSG_SEAL, sk_buf_span(&fields), &fd, 1,
	    tried, sk_strdup(k->fpr));
	sk_buf_free(&fields);
	sk_fd_close(&fd);
}
