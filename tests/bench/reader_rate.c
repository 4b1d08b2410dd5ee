/*
 * How long one reader takes for a mail, behind its walls, memory file and copy
 * of the facts included, and its starts. reader_rate READER TIMES MAIL... prints
 * processor microseconds a mail, of both; judges nothing. Its floor is
 * etpan_rate.
 */
#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/reader_client.h>

/* Processor seconds: who else uses the machine does not count. */
static double
used(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

struct asking {
	const char *path;
	struct reader r;
	struct sk_buf facts, payload;
};

/* One mail; a reader that has served its time is followed by another. */
static int
one(struct asking *k, struct sk_span mail)
{
	const struct msg_read req = { 0 };
	struct sk_arena *a = sk_arena_new();
	struct msg_read_done done = { 0 };
	struct sk_error e;
	int fd = sk_memfd_of("mail", mail), code;

	code = k->r.channel < 0 ? reader_start(k->path, &k->r, &e) : SK_OK;
	if (code == SK_OK)
		code = reader_ask(&k->r, fd, &req, 30000, a, &done, &k->facts,
		    &k->payload, &e);
	if (code != SK_OK)
		fprintf(stderr, "%s: %s\n", e.where, e.text);
	if (code == SK_OK && done.last)
		reader_end(&k->r);
	sk_fd_close(&fd);
	sk_arena_free(&a);
	return code;
}

static int
many(struct asking *k, const char *path, long times)
{
	struct sk_buf mail;
	struct sk_error e;
	int code;

	sk_buf_init(&mail, LIMIT_MESSAGE_MAX);
	code = sk_file_read(path, &mail, &e);
	if (code != SK_OK)
		fprintf(stderr, "%s: %s\n", e.where, e.text);
	for (long n = 0; n < times && code == SK_OK; n++)
		code = one(k, sk_buf_span(&mail));
	sk_buf_free(&mail);
	return code;
}

int
main(int argc, char **argv)
{
	struct asking k = { .path = argc > 1 ? argv[1] : NULL,
		.r = { .channel = -1 } };
	long times = argc > 3 ? atol(argv[2]) : 0;
	int code = SK_OK;

	if (times == 0)
		return 64;
	sk_buf_init(&k.facts, LIMIT_FACTS);
	sk_buf_init(&k.payload, LIMIT_MESSAGE_MAX);
	for (int i = 3; i < argc && code == SK_OK; i++)
		code = many(&k, argv[i], times);
	reader_end(&k.r);
	printf("%.2f\n", 1e6 * (used(RUSAGE_SELF) + used(RUSAGE_CHILDREN)) /
	    (double)(times * (argc - 3)));
	return code != SK_OK;
}
