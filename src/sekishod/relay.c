/*
 * The relay: proved copies -> Postfix over SMTP, by curl_multi with several
 * connections (the only libcurl user).
 *
 * A copy is HANDING, committed, before a byte of it leaves; it is SENT only on
 * CURLE_OK. Otherwise the server's code and curl's together decide: 4xx retry,
 * 5xx drop and alarm, anything else (354, 250 of an earlier step, none)
 * unknown:
 * the same bytes with the same Message-ID again (design.md §4, L22).
 */
#include "daemon.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/log.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

#define TIMEOUT_SECONDS 300L
#define REPLY_MAX 256
#define RETRY_FIRST_SECONDS 30
#define RETRY_MAX_SECONDS 3600

struct transfer {
	struct relay *relay;
	CURL *easy;
	struct curl_slist *rcpt;
	struct sk_arena *arena;		/* NULL: idle */
	struct copy_record copy;
	struct sk_span message;
	size_t sent;
	char reply[REPLY_MAX];		/* the server's newest line */
};

struct relay {
	struct daemon *d;
	CURLM *multi;
	struct loop_timer *timer;
	struct transfer transfers[LIMIT_RELAY_CONNECTIONS];
	size_t n;
	bool kicked;
	char url[512];
};

/* ---- libcurl and the loop ---- */

struct watched {
	struct relay *relay;
	curl_socket_t fd;
	struct loop_watch *watch;
};

static void check_done(struct relay *r);

static void
on_socket(void *ctx, bool readable, bool writable)
{
	struct watched *w = ctx;
	struct relay *r = w->relay;
	int running, what = (readable ? CURL_CSELECT_IN : 0) |
	    (writable ? CURL_CSELECT_OUT : 0);

	curl_multi_socket_action(r->multi, w->fd, what, &running);
	check_done(r);
}

static int
socket_changed(CURL *easy, curl_socket_t fd, int what, void *ctx, void *mine)
{
	struct relay *r = ctx;
	struct watched *w = mine;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			loop_watch_free(&w->watch);
			free(w);
		}
		return 0;
	}
	if (!w) {
		w = sk_malloc(sizeof(*w));
		w->relay = r;
		w->fd = fd;
		w->watch = loop_watch_new(r->d->loop, fd, on_socket, w);
		curl_multi_assign(r->multi, fd, w);
	}
	loop_watch_for(w->watch, (what & CURL_POLL_IN) != 0,
	    (what & CURL_POLL_OUT) != 0);
	return 0;
}

static int
timer_changed(CURLM *multi, long milliseconds, void *ctx)
{
	struct relay *r = ctx;

	(void)multi;
	if (milliseconds < 0)
		loop_timer_stop(r->timer);
	else
		loop_timer_in(r->timer, milliseconds);
	return 0;
}

static void
on_timer(void *ctx)
{
	struct relay *r = ctx;
	int running;

	curl_multi_socket_action(r->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	check_done(r);
}

/* ---- one transfer ---- */

static size_t
read_message(char *to, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t want = size * n, left = t->message.len - t->sent;

	if (want > left)
		want = left;
	memcpy(to, t->message.p + t->sent, want);
	t->sent += want;
	return want;
}

/* Every reply line passes here; the last one holds the queue id. */
static size_t
read_reply(char *line, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	size_t len = size * n;

	while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	snprintf(t->reply, sizeof(t->reply), "%.*s", (int)len, line);
	return size * n;
}

static size_t
ignore_body(char *p, size_t size, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	return size * n;
}

static char *
queue_id(struct sk_arena *a, const char *reply)
{
	const char *s = strstr(reply, "queued as ");
	size_t n;

	if (!s)
		return NULL;
	s += strlen("queued as ");
	n = strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return n ? sk_arena_strn(a, s, n) : NULL;
}

static void
idle(struct transfer *t)
{
	curl_slist_free_all(t->rcpt);
	t->rcpt = NULL;
	sk_arena_free(&t->arena);
}

static int64_t
back_off(uint32_t tries)
{
	int64_t s = RETRY_FIRST_SECONDS;

	while (tries-- && s < RETRY_MAX_SECONDS)
		s *= 2;
	return sk_now() + (s < RETRY_MAX_SECONDS ? s : RETRY_MAX_SECONDS);
}

static void
handed_over(struct transfer *t)
{
	struct daemon *d = t->relay->d;
	char *id = queue_id(t->arena, t->reply);

	store_copy_handed(d->store, t->copy.row, id, t->reply, sk_now());
	sk_log(SK_INFO, "copy.sent", "copy=%lld template=%s queue=%s",
	    (long long)t->copy.row, t->copy.template, id ? id : "-");
}

static void
refused(struct transfer *t, CURLcode code, long status)
{
	struct daemon *d = t->relay->d;
	bool for_good = status >= 500 && status < 600;

	sk_log(for_good ? SK_ERROR : SK_WARN, "copy.refused",
	    "copy=%lld template=%s code=%ld curl=%d tries=%u",
	    (long long)t->copy.row, t->copy.template, status, (int)code,
	    t->copy.tries + 1);
	if (for_good) {
		store_copy_tried(d->store, t->copy.row, t->reply, 0);
		store_copy_state(d->store, t->copy.row, COPY_DROPPED,
		    "relay-refused", 0);
		apply_notify(d, "held", NULL);
		return;
	}
	/* 4xx or unknown: the same bytes again. */
	store_copy_tried(d->store, t->copy.row, t->reply,
	    back_off(t->copy.tries));
	store_copy_state(d->store, t->copy.row, COPY_READY, "retry",
	    back_off(t->copy.tries));
}

static void
ended(struct transfer *t, CURLcode code)
{
	long status = 0;

	/* A handle that never began still tells of its last transfer. */
	if (code != CURLE_FAILED_INIT)
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(t->relay->multi, t->easy);
	if (code == CURLE_OK)
		handed_over(t);
	else
		refused(t, code, status);
	turn_after(t->relay->d, NULL, NULL);
	idle(t);
}

static void
check_done(struct relay *r)
{
	CURLMsg *m;
	int left;
	bool any = false;

	while ((m = curl_multi_info_read(r->multi, &left))) {
		struct transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		    (char **)&t);
		ended(t, m->data.result);
		any = true;
	}
	if (any)
		relay_kick(r);
}

static void
set_up(struct transfer *t)
{
	CURL *c = t->easy;

	curl_easy_setopt(c, CURLOPT_URL, t->relay->url);
	curl_easy_setopt(c, CURLOPT_PRIVATE, t);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_message);
	curl_easy_setopt(c, CURLOPT_READDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, read_reply);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore_body);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
}

static void
begin(struct transfer *t)
{
	const struct daemon *d = t->relay->d;
	char *from = sk_arena_printf(t->arena, "<%s>", outbox_tagged(t->arena,
	    d->config->return_address, t->copy.token));
	char *to = sk_arena_printf(t->arena, "<%s>", t->copy.address);

	t->sent = 0;
	*t->reply = '\0';
	t->rcpt = curl_slist_append(NULL, to);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, from);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->rcpt);
	curl_easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE,
	    (curl_off_t)t->message.len);
	if (!t->rcpt || curl_multi_add_handle(t->relay->multi, t->easy))
		ended(t, CURLE_FAILED_INIT);	/* not HANDING for ever */
}

/* ---- which copy next? ---- */

/* Sealed anew, with what holds now; the proved bytes are dropped. */
static void
reseal(struct transfer *t)
{
	struct daemon *d = t->relay->d;

	store_copy_state(d->store, t->copy.row, COPY_HELD, "reseal", 0);
	store_copy_state(d->store, t->copy.row, COPY_TO_SEAL, "", 0);
	outbox_kick(d->outbox);
}

/* A key that was replaced while the relay was away may have been lost. */
static bool
still_their_key(struct transfer *t)
{
	struct key_record k;

	if (!t->copy.encrypted || (store_key_pinned(t->relay->d->store,
	    t->arena, NULL, t->copy.case_row, &k) == SK_OK && t->copy.fpr &&
	    strcmp(k.fpr, t->copy.fpr) == 0))
		return true;
	reseal(t);
	return false;
}

/* Hand-over asks the gate once more (I1). An item less than was sealed, another
 * key or another address: the copy is sealed anew. */
static bool
still_permitted(struct transfer *t)
{
	struct daemon *d = t->relay->d;
	const struct permits_item **items = NULL;
	const char *reason = "gone";
	bool key_only = false;
	struct sk_buf now;
	struct person p;
	struct org o;
	size_t n = 0;
	bool same;

	if (!t->copy.digest)
		return still_their_key(t);
	if (permits_ask(d->permits, t->arena, &t->copy, &o, &p, &items, &n,
	    &reason, &key_only) || !n) {
		store_copy_state(d->store, t->copy.row, key_only ? COPY_HELD :
		    COPY_DROPPED, reason, 0);
		return false;
	}
	sk_buf_init(&now, LIMIT_WIRE_MESSAGE);
	for (size_t i = 0; i < n; i++)
		sk_buf_addf(&now, "%s%s", i ? " " : "",
		    items[i]->gate.item.item.id);
	same = t->copy.items && strcmp(sk_buf_str(&now), t->copy.items) == 0 &&
	    p.fpr && t->copy.fpr && strcmp(p.fpr, t->copy.fpr) == 0 &&
	    strcmp(p.address, t->copy.address) == 0;
	sk_buf_free(&now);
	if (!same)
		reseal(t);
	return same;
}

static bool
take(struct transfer *t, int64_t row)
{
	struct daemon *d = t->relay->d;

	t->arena = sk_arena_new();
	if (store_copy_get(d->store, t->arena, row, &t->copy) ||
	    t->copy.state != COPY_READY || !still_permitted(t) ||
	    store_copy_message(d->store, t->arena, row, &t->message) ||
	    store_copy_state(d->store, row, COPY_HANDING, "", 0)) {
		idle(t);
		return false;
	}
	return true;
}

/* HANDING is durable: now the bytes may leave. */
static void
committed(void *ctx, int result)
{
	struct transfer *t = ctx;

	if (result == SK_OK)
		begin(t);
}

static void
pump(struct relay *r)
{
	int64_t rows[2 * LIMIT_RELAY_CONNECTIONS];
	size_t n = 0, next = 0;

	if (r->d->stopping || store_copy_due(r->d->store, COPY_READY, sk_now(),
	    rows, r->n, &n))
		return;
	for (size_t i = 0; i < r->n && next < n; i++) {
		struct transfer *t = &r->transfers[i];

		while (!t->arena && next < n)
			if (take(t, rows[next++]))
				turn_after(r->d, committed, t);
	}
	if (n)
		turn_after(r->d, NULL, NULL);
}

static void
kicked(void *ctx, int result)
{
	struct relay *r = ctx;

	r->kicked = false;
	if (result == SK_OK)
		pump(r);
}

void
relay_kick(struct relay *r)
{
	if (!r || r->kicked)
		return;
	r->kicked = true;
	turn_after(r->d, kicked, r);
}

bool
relay_busy(const struct relay *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->transfers[i].arena)
			return true;
	return false;
}

/* Copies that were being handed over when we ended: nobody knows whether they
 * arrived, so the same bytes go again. */
static void
recover(struct relay *r)
{
	int64_t rows[64];
	size_t n = 0, all = 0;

	do {
		if (store_copy_due(r->d->store, COPY_HANDING, INT64_MAX, rows,
		    64, &n))
			return;
		for (size_t i = 0; i < n; i++)
			if (store_copy_state(r->d->store, rows[i], COPY_READY,
			    "unknown", 0))
				return;
		all += n;
	} while (n);
	if (all) {
		sk_log(SK_INFO, "relay.recover", "copies=%zu", all);
		turn_after(r->d, NULL, NULL);
	}
}

struct relay *
relay_new(struct daemon *d, struct sk_error *e)
{
	struct relay *r = sk_malloc(sizeof(*r));

	r->d = d;
	r->n = d->config->relay_connections;
	snprintf(r->url, sizeof(r->url), "%s/%s", d->config->relay_url,
	    d->config->domain);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	r->multi = curl_multi_init();
	if (!r->multi || r->n > LIMIT_RELAY_CONNECTIONS) {
		sk_fail(e, SK_ERR_OS, "relay", "libcurl cannot start");
		free(r);
		return NULL;
	}
	r->timer = loop_timer_new(d->loop, on_timer, r);
	curl_multi_setopt(r->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
	curl_multi_setopt(r->multi, CURLMOPT_SOCKETDATA, r);
	curl_multi_setopt(r->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
	curl_multi_setopt(r->multi, CURLMOPT_TIMERDATA, r);
	for (size_t i = 0; i < r->n; i++) {
		r->transfers[i].relay = r;
		r->transfers[i].easy = curl_easy_init();
		set_up(&r->transfers[i]);
	}
	recover(r);
	return r;
}

void
relay_free(struct relay **rp)
{
	struct relay *r = *rp;

	if (!r)
		return;
	turn_forget(r->d, r);
	for (size_t i = 0; i < r->n; i++) {
		struct transfer *t = &r->transfers[i];

		turn_forget(r->d, t);
		if (t->arena) {
			curl_multi_remove_handle(r->multi, t->easy);
			idle(t);
		}
		curl_easy_cleanup(t->easy);
	}
	curl_multi_cleanup(r->multi);
	curl_global_cleanup();
	loop_timer_free(&r->timer);
	free(r);
	*rp = NULL;
}
