/*
 * The floor under the reader's rate: the same mails parsed by libetpan alone,
 * in this process, with nothing asked of what it found and no wall around it.
 * etpan_rate TIMES MAIL... prints processor microseconds a mail; judges
 * nothing.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <libetpan/mailmime.h>

#include <sekisho/files.h>
#include <sekisho/limits.h>

/* Processor seconds: who else uses the machine does not count. */
static double
used(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
parse(struct sk_span mail)
{
	struct mailmime *m = NULL;
	size_t at = 0;

	if (mailmime_parse((const char *)mail.p, mail.len, &at, &m) ==
	    MAILIMF_NO_ERROR && m != NULL)
		mailmime_free(m);
}

int
main(int argc, char **argv)
{
	long times = argc > 2 ? atol(argv[1]) : 0;
	double took = 0, t0;
	struct sk_buf mail;
	struct sk_error e;

	for (int i = 2; i < argc; i++) {
		sk_buf_init(&mail, LIMIT_MESSAGE_MAX);
		if (sk_file_read(argv[i], &mail, &e) != SK_OK) {
			fprintf(stderr, "%s: %s\n", e.where, e.text);
			return 1;
		}
		t0 = used();
		for (long n = 0; n < times; n++)
			parse(sk_buf_span(&mail));
		took += used() - t0;
		sk_buf_free(&mail);
	}
	if (times == 0)
		return 64;
	printf("%.2f\n", 1e6 * took / (double)(times * (argc - 2)));
	return 0;
}
