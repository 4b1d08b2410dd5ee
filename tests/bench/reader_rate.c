/*
 * How many 5 kB mails one reader answers in a second, memory file and copy of
 * the facts included. Prints one line; judges nothing.
 */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>

enum { MAILS = 20 * LIMIT_READER_MAILS };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
make_mail(struct sk_buf *b)
{
	sk_buf_init(b, 8192);
	sk_buf_adds(b, "From: Sato <sato@acme.example>\r\n"
	    "To: csc-anken@example.jp\r\nSubject: =?UTF-8?B?55u46KuH?=\r\n"
	    "Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n"
	    "Message-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n");
	while (b->len < 5000)
		sk_buf_adds(b, "\x1b$B4X=j4X=j4X=j4X=j4X=j\x1b(B 1234\r\n");
}

/* One mail; false: the reader is gone. */
static bool
one(struct reader *r, struct sk_span mail, struct sk_buf *facts,
    struct sk_buf *payload)
{
	const struct msg_read req = { 0 };
	struct sk_arena *a = sk_arena_new();
	struct msg_read_done done;
	struct sk_error e;
	int fd = sk_memfd_of("mail", mail);

	if (reader_ask(r, fd, &req, 30000, a, &done, facts, payload, &e) !=
	    SK_OK) {
		fprintf(stderr, "%s: %s\n", e.where, e.text);
		exit(1);
	}
	sk_fd_close(&fd);
	sk_arena_free(&a);
	return !done.last;
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "./sekisho-reader";
	struct reader r = { .channel = -1 };
	struct sk_buf mail, facts, payload;
	unsigned starts = 0;
	struct sk_error e;
	double t0;

	make_mail(&mail);
	sk_buf_init(&facts, LIMIT_FACTS);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	t0 = now();
	for (unsigned i = 0; i < MAILS; i++) {
		if (r.channel < 0) {
			starts++;
			if (reader_start(path, &r, &e) != SK_OK) {
				fprintf(stderr, "%s: %s\n", e.where, e.text);
				return 1;
			}
		}
		if (!one(&r, sk_buf_span(&mail), &facts, &payload))
			reader_end(&r);
	}
	printf("%.0f mails/s (%zu bytes, one reader, %u starts included)\n",
	    MAILS / (now() - t0), mail.len, starts);
	reader_end(&r);
	sk_buf_free(&mail);
	sk_buf_free(&facts);
	sk_buf_free(&payload);
	return 0;
}
