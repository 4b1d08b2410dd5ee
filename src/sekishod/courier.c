/*
 * A courier hands one message after another to Postfix, by libcurl (the only
 * user). It is a process of its own because libcurl waits for the answer to the
 * final dot without returning to its caller, also through curl_multi (7.88,
 * measured: three seconds there were three seconds of a silent daemon). In the
 * loop, a mail system that takes its time would stop custody and operators, and
 * a milter that asks sekishod before it answers would never be answered.
 *
 * It holds no key, no database and no socket of ours but its channel, keeps its
 * connection from message to message, and ends with its channel.
 */
#include "courier.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/wire.h>

#define CHANNEL 3
#define REPLY_MAX 256

struct message {
	int fd;
	size_t len, sent;
	char reply[REPLY_MAX];		/* the server's newest line */
	char fault[CURL_ERROR_SIZE];	/* libcurl's own words */
	long afresh;			/* not on the connection of before */
	bool at_rcpt, early, at_mail;	/* newest command but QUIT */
};

/* ---- what is said ---- */

void
courier_hand_put(struct sk_buf *b, const struct courier_hand *m)
{
	wire_put_str(b, m->url);
	wire_put_str(b, m->from);
	wire_put_str(b, m->to);
	wire_put_u8(b, m->tls);
	wire_put_str(b, m->ca);
	wire_put_str(b, m->connect);
}

static int
hand_get(struct sk_arena *a, struct sk_span s, struct courier_hand *m)
{
	struct wire_in w = wire_open(s);

	m->url = wire_need_str(&w, a);
	m->from = wire_need_str(&w, a);
	m->to = wire_need_str(&w, a);
	m->tls = wire_bool(&w);
	m->ca = wire_str(&w, a);
	m->connect = wire_str(&w, a);
	return wire_end(&w);
}

static void
handed_put(struct sk_buf *b, const struct courier_handed *m)
{
	wire_put_u32(b, m->code);
	wire_put_u32(b, m->status);
	wire_put_str(b, m->reply);
	wire_put_u8(b, m->tls_failed);
	wire_put_u8(b, m->at_rcpt);
	wire_put_u8(b, m->early);
	wire_put_u8(b, m->at_mail);
}

int
courier_handed_get(struct sk_arena *a, struct sk_span s,
    struct courier_handed *m)
{
	struct wire_in w = wire_open(s);

	m->code = wire_u32(&w);
	m->status = wire_u32(&w);
	m->reply = wire_need_str(&w, a);
	m->tls_failed = wire_bool(&w);
	m->at_rcpt = wire_bool(&w);
	m->early = wire_bool(&w);
	m->at_mail = wire_bool(&w);
	return wire_end(&w);
}

/* ---- libcurl's callbacks ---- */

static size_t
read_message(char *to, size_t size, size_t n, void *ctx)
{
	struct message *t = ctx;
	size_t want = size * n, left = t->len - t->sent;

	if (want > left)
		want = left;
	if (want && sk_fd_pread(t->fd, to, want, (off_t)t->sent))
		return CURL_READFUNC_ABORT;
	t->sent += want;
	return want;
}

/* Every reply line passes here; the last one holds the queue id. */
static size_t
read_reply(char *line, size_t size, size_t n, void *ctx)
{
	struct message *t = ctx;
	size_t len = size * n, i = 0;

	/* The goodbye is about the connection, not about the mail. */
	if (len >= 3 && strncmp(line, "221", 3) == 0)
		return len;
	for (; i < len && i < REPLY_MAX - 1; i++) {
		if (line[i] == '\r' || line[i] == '\n')
			break;
		t->reply[i] = line[i] >= ' ' && line[i] <= '~' ? line[i] : '?';
	}
	t->reply[i] = '\0';
	return len;
}

static size_t
ignore_body(char *p, size_t size, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	return size * n;
}

/* libcurl has one error for a refused MAIL, RCPT and DATA. */
static int
watch_command(CURL *c, curl_infotype what, char *p, size_t n, void *ctx)
{
	struct message *t = ctx;

	(void)c;
	if (what != CURLINFO_HEADER_OUT || n < 4 || !strncmp(p, "QUIT", 4))
		return 0;
	t->at_rcpt = strncmp(p, "RCPT", 4) == 0;
	t->early = !t->at_rcpt && strncmp(p, "DATA", 4) != 0;
	t->at_mail = strncmp(p, "MAIL", 4) == 0;
	return 0;
}

static void
set_up(CURL *c, struct message *t)
{
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_message);
	curl_easy_setopt(c, CURLOPT_READDATA, t);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, read_reply);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore_body);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)LIMIT_COURIER_SECONDS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->fault);
	curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, watch_command);
	curl_easy_setopt(c, CURLOPT_DEBUGDATA, t);
	curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
}

/* ---- TLS ---- */

/* Nothing but a chain to the CA and the name will do; there is no second try
 * without. libcurl's "all" means: before MAIL, or not at all. */
static void
set_tls(CURL *c, const struct courier_hand *ask)
{
	curl_easy_setopt(c, CURLOPT_USE_SSL, ask->tls ? (long)CURLUSESSL_ALL :
	    (long)CURLUSESSL_NONE);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (!ask->ca)
		return;
	curl_easy_setopt(c, CURLOPT_CAINFO, ask->ca);
	curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
}

/* Before a word of the message. A server that says "no TLS, 502" has refused
 * TLS, and not the mail. */
static bool
is_tls_fault(CURLcode code)
{
	return code == CURLE_SSL_CONNECT_ERROR ||
	    code == CURLE_PEER_FAILED_VERIFICATION ||
	    code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CERTPROBLEM ||
	    code == CURLE_SSL_CIPHER || code == CURLE_SSL_CACERT_BADFILE ||
	    code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CRL_BADFILE ||
	    code == CURLE_SSL_INVALIDCERTSTATUS ||
	    code == CURLE_SSL_ENGINE_INITFAILED;
}

/* curl's words, where no server said any. */
static void
say_fault(struct message *t, const char *what, CURLcode code)
{
	const char *words = *t->fault ? t->fault : curl_easy_strerror(code);
	int n = snprintf(t->reply, sizeof(t->reply), "%s: %s", what, words);

	for (int i = 0; i < n && i < REPLY_MAX - 1; i++)
		if (t->reply[i] < ' ' || t->reply[i] > '~')
			t->reply[i] = ' ';
}

/* ---- one message ---- */

static void
hand(CURL *c, struct message *t, const struct courier_hand *ask,
    struct courier_handed *out)
{
	struct curl_slist *rcpt = curl_slist_append(NULL, ask->to);
	struct curl_slist *connect = ask->connect ? curl_slist_append(NULL,
	    ask->connect) : NULL;
	CURLcode code = CURLE_FAILED_INIT;
	long status = 0;

	t->sent = 0;
	t->at_rcpt = false;
	t->early = true;
	t->at_mail = false;
	*t->reply = *t->fault = '\0';
	set_tls(c, ask);
	curl_easy_setopt(c, CURLOPT_URL, ask->url);
	curl_easy_setopt(c, CURLOPT_CONNECT_TO, connect);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, ask->from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->len);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, t->afresh);
	if (rcpt && (connect || !ask->connect)) {
		code = curl_easy_perform(c);
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	}
	curl_slist_free_all(rcpt);
	curl_slist_free_all(connect);
	/* Postfix does without a milter that failed it for the rest of a
	 * session: it would say "later" for as long. */
	t->afresh = code != CURLE_OK;
	*out = (struct courier_handed){ (uint32_t)code,
		status > 0 ? (uint32_t)status : 0, t->reply, false,
		t->at_rcpt, t->early, t->at_mail };
	if (code != CURLE_OK && !*t->reply)
		say_fault(t, "no answer", code);
	if (!is_tls_fault(code))
		return;
	say_fault(t, "TLS", code);
	out->status = 0;
	out->tls_failed = true;
}

static int
serve(CURL *c, struct message *t, struct channel_message *m)
{
	struct sk_arena *a = sk_arena_new();
	struct courier_hand ask;
	struct courier_handed done;
	struct sk_buf b;
	int r = SK_ERR_PROTOCOL;

	if (m->type == COURIER_HAND && m->nfds == 1 && !hand_get(a,
	    sk_buf_span(&m->fields), &ask) && !sk_fd_size(m->fds[0],
	    &t->len)) {
		t->fd = m->fds[0];
		hand(c, t, &ask, &done);
		sk_buf_init(&b, 1024);
		handed_put(&b, &done);
		r = channel_send(CHANNEL, COURIER_HANDED, m->id,
		    sk_buf_span(&b), NULL, 0);
		sk_buf_free(&b);
	}
	sk_arena_free(&a);
	return r;
}

int
courier_main(void)
{
	struct channel_message m;
	struct message t = { .fd = -1 };
	CURL *c;
	int r = SK_OK;

	/* A service's stop reaches the whole group: what is being handed over
	 * ends first. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || !(c = curl_easy_init()))
		return 1;
	set_up(c, &t);
	channel_message_init(&m);
	if (channel_send(CHANNEL, COURIER_READY, 0, sk_span_of("", 0), NULL,
	    0))
		return 1;
	while (r == SK_OK && channel_recv(CHANNEL, &m) == SK_OK) {
		r = serve(c, &t, &m);
		channel_message_end(&m);
	}
	curl_easy_cleanup(c);
	curl_global_cleanup();
	return r != SK_OK;
}
