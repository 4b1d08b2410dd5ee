/*
 * A fetcher asks one person's domain for one key, by libcurl, and ends: TLS and
 * HTTP of a server that nobody here knows are read in a process that holds
 * nothing, can open nothing but the list of authorities, reaches the ports that
 * this needs, and is never used twice (I7).
 *
 * https alone, verified, no second try without; a redirect is an answer and not
 * a way; nothing of the environment, no cookie, no name of this program.
 */
#include "fetcher.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/channel.h>
#include <sekisho/limits.h>
#include <sekisho/sandbox.h>
#include <sekisho/wire.h>

#define CHANNEL 3
#define HTTPS_PORT 443

struct try {
	const char *url;
	struct sk_buf body;
	char fault[CURL_ERROR_SIZE];	/* libcurl's own words */
	CURLcode code;
	long status, connected;		/* of the server; of the proxy */
};

/* ---- what is said ---- */

void
fetcher_ask_put(struct sk_buf *b, const struct fetcher_ask *m)
{
	wire_put_str(b, m->first);
	wire_put_str(b, m->second);
	wire_put_str(b, m->ca);
	wire_put_str(b, m->proxy);
}

static int
ask_get(struct sk_arena *a, struct sk_span s, struct fetcher_ask *m)
{
	struct wire_in w = wire_open(s);

	m->first = wire_need_str(&w, a);
	m->second = wire_need_str(&w, a);
	m->ca = wire_str(&w, a);
	m->proxy = wire_str(&w, a);
	return wire_end(&w);
}

static void
found_put(struct sk_buf *b, const struct fetcher_found *m)
{
	wire_put_u8(b, (uint8_t)m->result);
	wire_put_str(b, m->url);
	wire_put_str(b, m->text);
	wire_put_bytes(b, m->block);
}

int
fetcher_found_get(struct sk_arena *a, struct sk_span s,
    struct fetcher_found *m)
{
	struct wire_in w = wire_open(s);

	m->result = (enum fetch_result)wire_enum(&w, FETCH_FAILED);
	m->url = wire_need_str(&w, a);
	m->text = wire_need_str(&w, a);
	m->block = wire_bytes(&w);
	m->block.p = sk_arena_dup(a, m->block.p, m->block.len);
	return m->block.len > LIMIT_KEY_BYTES ? SK_ERR_PROTOCOL :
	    wire_end(&w);
}

/* ---- one request ---- */

static size_t
take_body(char *p, size_t size, size_t n, void *ctx)
{
	struct try *t = ctx;

	sk_buf_add(&t->body, p, size * n);
	return t->body.over ? 0 : size * n;	/* 0: libcurl stops */
}

static void
set_up(CURL *c, struct try *t, const struct fetcher_ask *ask)
{
	curl_easy_setopt(c, CURLOPT_URL, t->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, ask->proxy ? ask->proxy : "");
	curl_easy_setopt(c, CURLOPT_NOPROXY, "");
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (ask->ca) {
		curl_easy_setopt(c, CURLOPT_CAINFO, ask->ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(c, CURLOPT_MAXFILESIZE, (long)LIMIT_KEY_BYTES);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)LIMIT_WKD_SECONDS);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	/* Not waiting for a resolver that waits for its server. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->fault);
}

static void
try_it(struct try *t, const char *url, const struct fetcher_ask *ask)
{
	CURL *c = curl_easy_init();

	t->url = url;
	t->code = CURLE_FAILED_INIT;
	t->status = t->connected = 0;
	*t->fault = '\0';
	sk_buf_free(&t->body);
	sk_buf_init(&t->body, LIMIT_KEY_BYTES);
	if (!c)
		return;
	set_up(c, t, ask);
	t->code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &t->status);
	curl_easy_getinfo(c, CURLINFO_HTTP_CONNECTCODE, &t->connected);
	curl_easy_cleanup(c);
}

/* ---- what it means ---- */

static bool
by_proxy_refused(const struct try *t)
{
	return t->code != CURLE_OK && !t->status && t->connected >= 400;
}

/* The first place need not be there (draft 3.1): no such host, or no such key
 * on it. A host that cannot prove its name, or is too slow, is no answer. */
static bool
is_absent(const struct try *t)
{
	if (t->code == CURLE_OK)
		return t->status == 404 || t->status == 410;
	return t->code == CURLE_COULDNT_RESOLVE_HOST && !by_proxy_refused(t);
}

/* What a proxy says of a host that does not exist is what it says when it
 * fails: only one that reaches the second place is believed of the first. A
 * refusal of us (403, 407) is no word about a host. */
static bool
may_be_absent(const struct try *t)
{
	return is_absent(t) || (by_proxy_refused(t) && (t->connected >= 500 ||
	    t->connected == 404));
}

static bool
is_there(const struct try *t)
{
	return t->code == CURLE_OK && t->status == 200 && t->body.len > 0;
}

static const char *
absent_because(struct sk_arena *a, const struct try *t)
{
	if (t->code == CURLE_OK)
		return "has none for this address";
	return t->connected ? sk_arena_printf(a, "the proxy does not reach it "
	    "(%ld)", t->connected) : "no such host";
}

/* libcurl's words come from the server's certificate, too. */
static const char *
printable(struct sk_arena *a, const char *s)
{
	char *out = sk_arena_str(a, s), *p;

	for (p = out; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return out;
}

static const char *
failed_because(struct sk_arena *a, const struct try *t)
{
	const char *words = printable(a, *t->fault ? t->fault :
	    curl_easy_strerror(t->code));

	if (t->code == CURLE_FILESIZE_EXCEEDED || t->body.over)
		return sk_arena_printf(a, "the answer is larger than %d bytes, "
		    "which no key needs; ask the person for a minimal one "
		    "by mail", LIMIT_KEY_BYTES);
	if (t->code == CURLE_OPERATION_TIMEDOUT)
		return sk_arena_printf(a, "no whole answer in %d seconds; try "
		    "again later, or ask the person by mail",
		    LIMIT_WKD_SECONDS);
	if (t->code == CURLE_PEER_FAILED_VERIFICATION ||
	    t->code == CURLE_SSL_CONNECT_ERROR)
		return sk_arena_printf(a, "its certificate cannot be verified "
		    "(%s); ask the person by mail, and tell their postmaster",
		    words);
	if (t->code == CURLE_SSL_CACERT_BADFILE)
		return sk_arena_printf(a, "wkd.ca cannot be used (%s); put "
		    "certificates in PEM there", words);
	if (by_proxy_refused(t))
		return sk_arena_printf(a, "the proxy refused (%ld); %s",
		    t->connected, may_be_absent(t) ? "try again later, or ask "
		    "the person by mail" : "mend wkd.proxy");
	if (t->code != CURLE_OK)
		return sk_arena_printf(a, "%s; try again later, or ask the "
		    "person by mail", words);
	if (t->status >= 300 && t->status < 400)
		return "it redirects, and redirects are not followed; ask the "
		    "person by mail";
	return t->status == 200 ? "the answer is empty; ask the person by "
	    "mail" : sk_arena_printf(a, "it answered %ld; try again later, or "
	    "ask the person by mail", t->status);
}

static void
judge(struct sk_arena *a, struct try *t, const char *before,
    struct fetcher_found *out)
{
	const char *why = "";

	out->url = t->url;
	if (is_there(t)) {
		out->result = FETCH_FOUND;
		out->block = sk_buf_span(&t->body);
	} else if (is_absent(t)) {
		out->result = FETCH_NONE;
		why = absent_because(a, t);
	} else {
		out->result = FETCH_FAILED;
		why = failed_because(a, t);
	}
	out->text = *before && *why ? sk_arena_printf(a, "%s (openpgpkey: "
	    "%s)", why, before) : why;
}

static void
fetch(struct sk_arena *a, const struct fetcher_ask *ask, struct try *t,
    struct fetcher_found *out)
{
	const char *before = "";

	try_it(t, ask->first, ask);
	if (may_be_absent(t)) {
		before = absent_because(a, t);
		try_it(t, ask->second, ask);
	}
	judge(a, t, before, out);
}

/* ---- the process ---- */

/* The configuration's check leaves no proxy without a port. */
static unsigned
port_of(const struct fetcher_ask *ask)
{
	const char *colon = ask->proxy ? strrchr(ask->proxy, ':') : NULL;

	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : HTTPS_PORT;
}

static void
answer(struct sk_arena *a, const struct fetcher_ask *ask,
    struct fetcher_found *out)
{
	struct try t = { .url = NULL };
	struct sk_error e = { 0 };

	sk_buf_init(&t.body, LIMIT_KEY_BYTES);
	*out = (struct fetcher_found){ .result = FETCH_FAILED,
		.url = ask->first };
	if (sandbox_fetcher(ask->ca, port_of(ask), &e))
		out->text = sk_arena_printf(a, "%s: %s", e.where, e.text);
	else
		fetch(a, ask, &t, out);
	out->block.p = sk_arena_dup(a, out->block.p, out->block.len);
	sk_buf_free(&t.body);
}

static int
serve(struct channel_message *m)
{
	struct sk_arena *a = sk_arena_new();
	struct fetcher_found found;
	struct fetcher_ask ask;
	struct sk_buf b;
	int r = SK_ERR_PROTOCOL;

	if (m->type == FETCHER_ASK && m->nfds == 0 && !ask_get(a,
	    sk_buf_span(&m->fields), &ask)) {
		answer(a, &ask, &found);
		sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
		found_put(&b, &found);
		r = channel_send(CHANNEL, FETCHER_FOUND, m->id,
		    sk_buf_span(&b), NULL, 0);
		sk_buf_free(&b);
	}
	sk_arena_free(&a);
	return r;
}

int
fetcher_main(void)
{
	struct channel_message m;
	int r = SK_OK;

	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || channel_send(CHANNEL,
	    FETCHER_READY, 0, sk_span_of("", 0), NULL, 0))
		return 1;
	channel_message_init(&m);
	if (channel_recv(CHANNEL, &m) == SK_OK)
		r = serve(&m);
	channel_message_end(&m);
	return r != SK_OK;
}
