/*
 * Opening sealed content: sekishod can write and not read (I9), so it asks a
 * keyd, which counts and logs each opening by its purpose.
 */
#include "intake.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/files.h>

static int
spool_fd(struct daemon *d, struct sk_arena *a, const struct mail_record *m)
{
	return open(custody_spool_path(d, a, m->spool),
	    O_RDONLY | O_CLOEXEC);
}

static int
sealed_fd(struct daemon *d, struct sk_arena *a, const struct mail_record *m)
{
	struct sk_span body;

	if (m->spool)
		return spool_fd(d, a, m);
	if (store_mail_body(d->store, a, m->row, &body))
		return -1;
	return sk_memfd_of("sealed", body);
}

uint64_t
opening_ask(struct daemon *d, struct sk_arena *a, const struct mail_record *m,
    enum open_purpose purpose, bool urgent, pool_fn fn, void *ctx,
    struct sk_error *e)
{
	struct msg_open o = { .purpose = purpose, .by_case = m->by_case };
	struct case_record c;
	struct sk_buf b;
	size_t size;
	uint64_t id;
	int fd;

	if (m->by_case) {
		if (store_case_get(d->store, a, m->case_row, &c)) {
			sk_fail(e, SK_ERR_IO, "mail", "its case is missing");
			return 0;
		}
		memcpy(o.case_wrap, c.secret_wrap, VAULT_WRAP);
	}
	memcpy(o.wrap, m->wrap, VAULT_WRAP);
	fd = sealed_fd(d, a, m);
	if (fd < 0 || sk_fd_size(fd, &size)) {
		sk_fd_close(&fd);
		sk_fail(e, SK_ERR_IO, "mail", "its sealed body is missing: "
		    "restore it from the backup");
		return 0;
	}
	o.len = size;
	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_open_put(&b, &o);
	id = pool_ask(d->keyds, MSG_OPEN, sk_buf_span(&b), &fd, 1, urgent, fn,
	    ctx);
	sk_buf_free(&b);
	sk_fd_close(&fd);
	return id;
}

uint64_t
opening_words(struct daemon *d, const struct case_text *t,
    const unsigned char secret_wrap[VAULT_WRAP], pool_fn fn, void *ctx)
{
	struct msg_open o = { .purpose = OPEN_ITEM, .by_case = true,
		.len = t->text.len };
	int fd = sk_memfd_of("words", t->text);
	struct sk_buf b;
	uint64_t id;

	memcpy(o.wrap, t->wrap, VAULT_WRAP);
	memcpy(o.case_wrap, secret_wrap, VAULT_WRAP);
	sk_buf_init(&b, 1024);
	msg_open_put(&b, &o);
	id = pool_ask(d->keyds, MSG_OPEN, sk_buf_span(&b), &fd, 1, true, fn,
	    ctx);
	sk_buf_free(&b);
	sk_fd_close(&fd);
	return id;
}
