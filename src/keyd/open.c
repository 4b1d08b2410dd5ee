/*
 * OPEN and REWRAP: the vault's secret key at work. This is where sealed
 * content becomes readable again, so each opening names its purpose, is
 * counted, and above LIMIT_KEYD_OPENS_PER_MINUTE is refused with an alarm: a
 * sekishod that was taken over must not be able to empty the vault unseen
 * (I9). A rewrap is an opening, too: it hands the data key to whatever public
 * key the asker names.
 */
#include <config.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>

#include "keyd/keyd.h"

static const enum count counted_as[] = {
	[OPEN_READ_AGAIN] = COUNT_OPEN_READ_AGAIN,
	[OPEN_OPERATOR_TEXT] = COUNT_OPEN_OPERATOR_TEXT,
	[OPEN_OPERATOR_SAVE] = COUNT_OPEN_OPERATOR_SAVE,
	[OPEN_ITEM] = COUNT_OPEN_ITEM,
};

static bool
within_rate(struct keyd *k)
{
	int64_t now = keyd_seconds();

	if (now - k->opens_since >= 60) {
		k->opens_since = now;
		k->opens = 0;
		k->alarmed = false;
	}
	if (k->opens < LIMIT_KEYD_OPENS_PER_MINUTE) {
		k->opens++;
		return true;
	}
	keyd_count(k, COUNT_REFUSED);
	if (!k->alarmed)
		sk_log(SK_ERROR, "keyd.alarm", "vault openings above %d a "
		    "minute are refused; is sekishod still itself?",
		    LIMIT_KEYD_OPENS_PER_MINUTE);
	k->alarmed = true;
	return false;
}

/* The data key, by the vault or by a case key that the vault opens. */
static int
data_key(const struct keyd *k, const struct msg_open *ask,
    unsigned char key[VAULT_KEY])
{
	unsigned char secret[VAULT_KEY];
	int ret;

	if (!ask->by_case)
		return vault_unwrap(k->vault, ask->wrap, key);
	ret = vault_unwrap(k->vault, ask->case_wrap, secret);
	if (ret == 0)
		ret = vault_unwrap(secret, ask->wrap, key);
	sk_wipe(secret, sizeof(secret));
	return ret;
}

static int
open_body(struct keyd *k, const struct msg_open *ask, int in, int out)
{
	unsigned char key[VAULT_KEY];
	int ret;

	if (!within_rate(k))
		return SK_ERR_LIMIT;
	ret = data_key(k, ask, key);
	if (ret == 0)
		ret = vault_open_fd(key, in, ask->at, ask->len, out);
	sk_wipe(key, sizeof(key));
	if (ret == 0)
		ret = sk_memfd_seal(out);
	return ret;
}

int
verb_open(struct keyd *k, const struct channel_message *m, struct sk_arena *a,
    struct reply *out)
{
	struct msg_opened done;
	struct msg_open ask;
	int fd;

	if (msg_open_get(a, sk_buf_span(&m->fields), &ask) != 0 ||
	    m->nfds != 1)
		return SK_ERR_PROTOCOL;
	keyd_count(k, counted_as[ask.purpose]);
	if (ask.purpose == OPEN_OPERATOR_TEXT ||
	    ask.purpose == OPEN_OPERATOR_SAVE)
		sk_log(SK_INFO, "keyd.open", "purpose=operator-%s",
		    ask.purpose == OPEN_OPERATOR_TEXT ? "text" : "save");
	fd = sk_memfd("opened");
	done.status = open_body(k, &ask, m->fds[0], fd);
	if (done.status == 0) {
		out->fd = fd;
	} else {
		sk_fd_close(&fd);
		keyd_count(k, COUNT_FAILED);
	}
	out->type = MSG_OPENED;
	msg_opened_put(&out->fields, &done);
	sk_wipe(&ask, sizeof(ask));
	return SK_OK;
}

int
verb_rewrap(struct keyd *k, const struct channel_message *m,
    struct sk_arena *a, struct reply *out)
{
	struct msg_rewrapped done = { .status = SK_ERR_LIMIT };
	unsigned char key[VAULT_KEY];
	struct msg_rewrap ask;

	if (msg_rewrap_get(a, sk_buf_span(&m->fields), &ask) != 0 ||
	    m->nfds != 0)
		return SK_ERR_PROTOCOL;
	keyd_count(k, COUNT_REWRAP);
	if (within_rate(k)) {
		done.status = vault_unwrap(k->vault, ask.wrap, key);
		if (done.status == 0)
			vault_wrap(ask.case_pk, key, done.wrap);
		sk_wipe(key, sizeof(key));
	}
	if (done.status != 0)
		keyd_count(k, COUNT_FAILED);
	out->type = MSG_REWRAPPED;
	msg_rewrapped_put(&out->fields, &done);
	return SK_OK;
}
