/*
 * Request after request, inside the walls. Memory of one mail never meets the
 * next: arena, buffers and mapping end with the answer. The process ends
 * itself after LIMIT_READER_MAILS, when half of its processor time is used
 * (each mail is to find LIMIT_READER_CPU left), or after a large mail, whose
 * memory the C library might keep; the last answer says so.
 */
#include <config.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sysexits.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/messages.h>
#include <sekisho/text.h>

#include "reader/reader.h"

enum { FD_MAIL, FD_FACTS, FD_PAYLOAD, FD_COUNT };

struct job {
	struct msg_read ask;
	struct sk_arena *arena;
	struct sk_span map, raw;	/* the mail may be a part of the file */
	struct sk_buf facts, payload;
	struct sk_error e;
};

/* The mail as it lies in its memory file; nothing is copied. */
static int
map_mail(int fd, struct sk_span *raw, struct sk_error *e)
{
	size_t n;
	void *p;

	*raw = sk_span_of("", 0);
	if (sk_fd_size(fd, &n) != SK_OK)
		return sk_fail(e, SK_ERR_IO, "mail", "no mail was given");
	if (n > LIMIT_MESSAGE_MAX)
		return sk_fail(e, SK_ERR_LIMIT, "mail", "larger than the %lu "
		    "bytes anybody may send", LIMIT_MESSAGE_MAX);
	if (n == 0)
		return SK_OK;
	p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return sk_fail(e, SK_ERR_OS, "mail", "no memory for %zu bytes",
		    n);
	*raw = sk_span_of(p, n);
	return SK_OK;
}

static int
cut_mail(struct job *j)
{
	uint64_t at = j->ask.at, len = j->ask.len;

	j->raw = j->map;
	if (len == 0)
		return SK_OK;
	if (at > j->map.len || len > j->map.len - at)
		return sk_fail(&j->e, SK_ERR_DATA, "mail", "the place given "
		    "is not in the mail");
	j->raw = sk_span_of(j->map.p + at, (size_t)len);
	return SK_OK;
}

static void
unmap_mail(struct sk_span *raw)
{
	if (raw->len > 0)
		munmap((void *)(uintptr_t)raw->p, raw->len);
	*raw = sk_span_of(NULL, 0);
}

static int
read_facts(struct job *j)
{
	struct facts f;
	int r;

	memset(&f, 0, sizeof(f));
	r = mail_read_inline(j->raw, j->ask.layer, j->ask.charset, j->arena,
	    &f, &j->payload, &j->e);
	if (r != SK_OK)
		return r;
	if (j->ask.mode == READ_TEXT)
		sk_buf_adds(&j->facts, f.text != NULL ? f.text : "");
	else
		facts_put(&j->facts, &f);
	if (j->facts.over || j->payload.over)
		return sk_fail(&j->e, SK_ERR_LIMIT, "mail", "says more than "
		    "can be taken over");
	return SK_OK;
}

static int
read_part(struct job *j)
{
	int r = mail_extract(j->raw, j->ask.layer, j->ask.part, &j->facts,
	    &j->e);

	if (r == SK_OK && j->facts.over)
		return sk_fail(&j->e, SK_ERR_LIMIT, "mail", "part %u is too "
		    "large", j->ask.part);
	return r;
}

static int
hand_over(struct job *j, const int *fds)
{
	if (sk_fd_write(fds[FD_FACTS], j->facts.p, j->facts.len) != SK_OK)
		return sk_fail(&j->e, SK_ERR_IO, "mail", "no room for what "
		    "was read");
	if (j->ask.mode == READ_FACTS && sk_fd_write(fds[FD_PAYLOAD],
	    j->payload.p, j->payload.len) != SK_OK)
		return sk_fail(&j->e, SK_ERR_IO, "mail", "no room for the "
		    "encrypted part");
	return SK_OK;
}

static int
do_job(struct job *j, const int *fds)
{
	int r = map_mail(fds[FD_MAIL], &j->map, &j->e);

	if (r == SK_OK)
		r = cut_mail(j);
	if (r == SK_OK)
		r = j->ask.mode == READ_PART ? read_part(j) : read_facts(j);
	if (r == SK_OK)
		r = hand_over(j, fds);
	return r;
}

static bool
done_enough(size_t mails, size_t bytes)
{
	struct rusage u;

	if (mails >= LIMIT_READER_MAILS || bytes > LIMIT_READER_KEEP)
		return true;
	if (getrusage(RUSAGE_SELF, &u) != 0)
		return true;
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec >= LIMIT_READER_CPU;
}

/* Sends the answer of j; true if it was the last. */
static bool
answer(struct job *j, uint64_t id, int status, size_t mails)
{
	struct msg_read_done done = { .status = status };
	struct sk_buf b;
	int r;

	done.last = done_enough(mails, j->map.len);
	if (status == SK_OK) {
		done.facts_len = j->facts.len;
		done.payload_len = j->ask.mode == READ_FACTS ?
		    j->payload.len : 0;
	} else {
		done.reason = sk_utf8_clean(j->arena, sk_span_str(j->e.text));
	}
	sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
	msg_read_done_put(&b, &done);
	r = channel_send(READER_CHANNEL, MSG_READ_DONE, id, sk_buf_span(&b),
	    NULL, 0);
	sk_buf_free(&b);
	return done.last || r != SK_OK;
}

/* One request; true to go on, else *code is the exit code. */
static bool
serve(const struct channel_message *m, size_t mails, int *code)
{
	struct job j = { 0 };
	bool more = false;

	*code = EX_PROTOCOL;
	j.arena = sk_arena_new();
	sk_buf_init(&j.facts, LIMIT_FACTS);
	sk_buf_init(&j.payload, LIMIT_MESSAGE_MAX);
	if (m->type == MSG_READ && m->nfds == FD_COUNT &&
	    msg_read_get(j.arena, sk_buf_span(&m->fields), &j.ask) == SK_OK) {
		if (j.ask.mode == READ_PART)
			sk_buf_init(&j.facts, LIMIT_MESSAGE_MAX);
		int status = do_job(&j, m->fds);

		*code = EX_OK;
		more = !answer(&j, m->id, status, mails);
	}
	unmap_mail(&j.map);
	sk_buf_free(&j.facts);
	sk_buf_free(&j.payload);
	sk_arena_free(&j.arena);
	return more;
}

int
reader_loop(void)
{
	struct channel_message m;
	size_t mails = 0;
	int code = EX_OK, r;
	bool more = true;

	channel_message_init(&m);
	while (more) {
		r = channel_recv(READER_CHANNEL, &m);
		/* The parent has closed the channel: a quiet end. */
		if (r == SK_ERR_IO)
			break;
		if (r != SK_OK) {
			code = EX_PROTOCOL;
			break;
		}
		more = serve(&m, ++mails, &code);
		channel_message_end(&m);
	}
	return code;
}
