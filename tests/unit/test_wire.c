/*
 * The wire: what is put comes out again, and nothing else does. The encoding
 * is canonical, so whatever a damaged message decodes to must encode to
 * exactly the damaged bytes: a reader that guesses would show here.
 */
#include <config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <sekisho/channel.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/wire.h>

#include "wire_samples.h"

static void
numbers_keep_their_value(void **state)
{
	struct sk_buf b;
	struct wire_in w;

	(void)state;
	sk_buf_init(&b, 100);
	wire_put_u8(&b, 0xfe);
	wire_put_u32(&b, 0x89abcdef);
	wire_put_u64(&b, 0xfedcba9876543210);
	wire_put_i64(&b, INT64_MIN);
	assert_int_equal(b.len, 21);
	assert_int_equal(b.p[1], 0x89);
	w = wire_open(sk_buf_span(&b));
	assert_int_equal(wire_u8(&w), 0xfe);
	assert_int_equal(wire_u32(&w), 0x89abcdef);
	assert_true(wire_u64(&w) == 0xfedcba9876543210);
	assert_true(wire_i64(&w) == INT64_MIN);
	assert_int_equal(wire_end(&w), SK_OK);
	assert_int_equal(wire_u8(&w), 0);
	assert_int_equal(wire_end(&w), SK_ERR_PROTOCOL);
	sk_buf_free(&b);
}

static void
strings_are_checked(void **state)
{
	static const struct { const char *p; size_t n; bool good; } row[] = {
		{ "", 0, true }, { "\xe9\x96\xa2", 3, true },
		{ "\xe9\x96", 2, false }, { "a\0b", 3, false },
		{ "\xff", 1, false }
	};
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct wire_in w;
		const char *s;

		sk_buf_clear(&b);
		wire_put_bytes(&b, sk_span_of(row[i].p, row[i].n));
		w = wire_open(sk_buf_span(&b));
		s = wire_str(&w, a);
		assert_int_equal(wire_end(&w) == SK_OK, row[i].good);
		assert_int_equal(s != NULL, row[i].good);
	}
	sk_buf_clear(&b);
	wire_put_str(&b, NULL);
	struct wire_in w = wire_open(sk_buf_span(&b));
	assert_null(wire_str(&w, a));
	assert_int_equal(wire_end(&w), SK_OK);
	w = wire_open(sk_buf_span(&b));
	assert_null(wire_need_str(&w, a));
	assert_int_equal(wire_end(&w), SK_ERR_PROTOCOL);
	sk_buf_free(&b);
	sk_arena_free(&a);
}

/* A count that the remaining bytes cannot hold is refused before memory is
 * taken for it. */
static void
counts_are_bounded(void **state)
{
	struct sk_buf b;
	struct wire_in w;

	(void)state;
	sk_buf_init(&b, 100);
	wire_put_u32(&b, 3);
	wire_put_u32(&b, 0);
	w = wire_open(sk_buf_span(&b));
	assert_int_equal(wire_count(&w, 3), 3);
	w = wire_open(sk_buf_span(&b));
	wire_count(&w, 2);
	assert_true(w.bad);
	w = wire_open(sk_span_of(b.p, 6));
	wire_count(&w, 3);
	assert_true(w.bad);
	sk_buf_free(&b);
}

static void
every_message_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_nsamples; i++) {
		struct sk_arena *a = sk_arena_new();
		struct sk_buf b, c;

		sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
		sk_buf_init(&c, LIMIT_WIRE_MESSAGE);
		wire_samples[i].put(&b);
		assert_false(b.over);
		if (wire_samples[i].again(a, sk_buf_span(&b), &c) != SK_OK)
			fail_msg("%s does not come back", wire_samples[i].name);
		assert_int_equal(b.len, c.len);
		assert_memory_equal(b.p, c.p, b.len);
		sk_buf_free(&b);
		sk_buf_free(&c);
		sk_arena_free(&a);
	}
}

/* Put and get could agree on a wrong order; look at the fields themselves. */
static void
facts_mean_the_same(void **state)
{
	const struct facts *want = wire_sample_facts();
	struct sk_arena *a = sk_arena_new();
	struct facts f;
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, LIMIT_FACTS);
	facts_put(&b, want);
	assert_int_equal(facts_get(a, sk_buf_span(&b), &f), SK_OK);
	assert_string_equal(f.from.address, want->from.address);
	assert_null(f.sender.address);
	assert_string_equal(f.to[1].address, want->to[1].address);
	assert_string_equal(f.refs[1], want->refs[1]);
	assert_true(f.date == want->date);
	assert_true(f.kana && !f.japanese_charset && f.no_reply_wanted);
	assert_int_equal(f.automatic, AUTO_LIST);
	assert_true(f.authres[0].above_received && !f.authres[0].broken);
	assert_true(!f.authres[1].above_received && !f.authres[1].broken);
	assert_true(f.authres[2].above_received && f.authres[2].broken);
	assert_string_equal(f.authres[0].methods[0].domain, "acme.example");
	assert_int_equal(f.answer.ticks, want->answer.ticks);
	assert_int_equal(f.answer.unclear, want->answer.unclear);
	assert_string_equal(f.answer.never, "never");
	assert_true(f.attachments[1].bytes == 1ULL << 33);
	assert_int_equal(f.attachments[0].flags, ATTACH_NAME_TWICE);
	assert_true(sk_span_eq(f.keys[0].block, want->keys[0].block));
	assert_int_equal(f.doubts, want->doubts);
	assert_int_equal(f.sig_at, 201);
	assert_int_equal(f.bounce.fate, FATE_TEMPORARY);
	assert_string_equal(f.bounce.returned[1], "y+z@example.jp");
	assert_string_equal(f.indicators[1].value, "https://evil.example/");
	assert_int_equal(f.indicators[0].flags, INDICATOR_THEIRS);
	assert_int_equal(f.details[0].kind, DETAIL_CONSULTED);
	assert_int_equal(f.passages[1].at, 6);
	assert_int_equal(f.answer.sightings[0].letter, 'B');
	sk_buf_free(&b);
	sk_arena_free(&a);
}

static void
check_damaged(const struct wire_sample *sample, const unsigned char *p,
    size_t n)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf c;

	sk_buf_init(&c, LIMIT_WIRE_MESSAGE);
	if (sample->again(a, sk_span_of(p, n), &c) == SK_OK &&
	    (c.len != n || memcmp(c.p, p, n) != 0))
		fail_msg("%s: damaged bytes were taken for others",
		    sample->name);
	sk_buf_free(&c);
	sk_arena_free(&a);
}

static void
cut_messages_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < wire_nsamples; i++) {
		struct sk_arena *a = sk_arena_new();
		struct sk_buf b, c;

		sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
		sk_buf_init(&c, LIMIT_WIRE_MESSAGE);
		wire_samples[i].put(&b);
		for (size_t n = 0; n < b.len; n++) {
			/* A copy of exactly n bytes: a sanitizer sees more. */
			unsigned char *cut = malloc(n ? n : 1);

			memcpy(cut, b.p, n);
			if (wire_samples[i].again(a, sk_span_of(cut, n), &c) ==
			    SK_OK)
				fail_msg("%s cut at %zu is taken",
				    wire_samples[i].name, n);
			free(cut);
		}
		sk_buf_addc(&b, 0);
		if (wire_samples[i].again(a, sk_buf_span(&b), &c) == SK_OK)
			fail_msg("%s with a byte left over is taken",
			    wire_samples[i].name);
		sk_buf_free(&b);
		sk_buf_free(&c);
		sk_arena_free(&a);
	}
}

static void
damaged_messages_are_not_guessed(void **state)
{
	static const unsigned char flip[] = { 0x01, 0x80, 0xff, 0x20 };

	(void)state;
	for (size_t i = 0; i < wire_nsamples; i++) {
		struct sk_buf b;

		sk_buf_init(&b, LIMIT_WIRE_MESSAGE);
		wire_samples[i].put(&b);
		for (size_t at = 0; at < b.len; at++)
			for (size_t k = 0; k < sizeof(flip); k++) {
				b.p[at] ^= flip[k];
				check_damaged(&wire_samples[i], b.p, b.len);
				b.p[at] ^= flip[k];
			}
		sk_buf_free(&b);
	}
}

static void
lies_in_facts_are_refused(void **state)
{
	struct sk_arena *a = sk_arena_new();
	static const struct fact_passage gap[] = { { 0, 5, true },
		{ 6, 7, false } }, behind[] = { { 0, 14, true } };
	static const char *const statuses[] = { "", "3.1.1", "5.1", "5.1.1 x",
		"5.1234.1", "5.1.1\n", "5..1", "5.1.1.1", "5.x.1" };
	enum { N_BAD = 7 + sizeof(statuses) / sizeof(statuses[0]) };
	struct facts bad[N_BAD], f;
	struct sk_buf b;

	(void)state;
	for (size_t i = 0; i < N_BAD; i++)
		bad[i] = *wire_sample_facts();
	bad[0].from.address = "two@at@signs";
	bad[1].doubts = 1u << 31;
	bad[2].data_at = bad[2].data_len = UINT64_MAX / 2 + 1;
	bad[3].form = 77;
	bad[4].passages = gap;
	bad[5].passages = behind;
	bad[5].npassages = 1;
	bad[6].answer.sightings[0].letter = 'a';
	/* it goes into the log and the audit chain */
	for (size_t i = 7; i < N_BAD; i++)
		bad[i].bounce.status = statuses[i - 7];
	for (size_t i = 0; i < N_BAD; i++) {
		sk_buf_init(&b, LIMIT_FACTS);
		facts_put(&b, &bad[i]);
		assert_int_equal(facts_get(a, sk_buf_span(&b), &f),
		    SK_ERR_PROTOCOL);
		sk_buf_free(&b);
	}
	sk_arena_free(&a);
}

static void
a_good_signature_has_a_name(void **state)
{
	struct msg_opened_mail m = {
		.verdict = { .signature = SIGNATURE_GOOD }
	}, out;
	struct sk_arena *a = sk_arena_new();
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 1000);
	msg_opened_mail_put(&b, &m);
	assert_int_equal(msg_opened_mail_get(a, sk_buf_span(&b), &out),
	    SK_ERR_PROTOCOL);
	sk_buf_free(&b);
	sk_arena_free(&a);
}

/* Verdicts of the first version lie in databases: they are a beginning of
 * today's, and named no owner. */
static void
stored_verdicts_of_before_are_read(void **state)
{
	const struct verdict v = { .outer_form = FORM_PGP_SIGNED,
		.signature = SIGNATURE_GOOD, .coverage = COVERS_WHOLE,
		.signer = "0123456789ABCDEF0123456789ABCDEF01234567",
		.whose = SIGNER_PERSON, .owner = "acme-sato",
		.signed_at = 1700000000, .again = true, .former = true,
		.untried = true };
	struct verdict out;
	struct sk_span s;
	struct sk_buf b;

	(void)state;
	sk_buf_init(&b, 1000);
	verdict_put(&b, &v);
	s = sk_buf_span(&b);
	assert_int_equal(verdict_get(s, &out), SK_OK);
	assert_string_equal(out.owner, "acme-sato");
	assert_int_equal(out.signed_at, 1700000000);
	assert_true(out.again && out.former && out.untried);
	for (size_t cut = 0; cut < s.len; cut++)
		assert_int_equal(verdict_get(sk_span_of(s.p, cut), &out),
		    cut == 6 + 4 + 40 || cut == s.len - 11 || cut + 2 >= s.len
		    ? SK_OK : SK_ERR_PROTOCOL);
	assert_int_equal(verdict_get(sk_span_of(s.p, s.len - 1), &out), SK_OK);
	assert_true(out.former && !out.untried);
	assert_int_equal(verdict_get(sk_span_of(s.p, s.len - 2), &out), SK_OK);
	assert_true(out.again && !out.former);
	assert_int_equal(verdict_get(sk_span_of(s.p, s.len - 11), &out),
	    SK_OK);
	assert_string_equal(out.owner, "acme-sato");
	assert_int_equal(out.signed_at, 0);
	s.len = 6 + 4 + 40;
	assert_int_equal(verdict_get(s, &out), SK_OK);
	assert_string_equal(out.signer, v.signer);
	assert_int_equal(out.whose, SIGNER_NOBODY);
	sk_buf_free(&b);
}

/* --- channels --- */

static void
a_message_travels_whole(void **state)
{
	struct channel_message m;
	struct sk_buf big;
	int pair[2], fds[2];
	char byte;

	(void)state;
	assert_int_equal(channel_pair(pair), SK_OK);
	fds[0] = sk_memfd_of("a", sk_span_str("A"));
	fds[1] = sk_memfd_of("b", sk_span_str("B"));
	sk_buf_init(&big, LIMIT_WIRE_MESSAGE);
	memset(sk_buf_room(&big, 150 * 1024), 'x', 150 * 1024);
	big.len = 150 * 1024;
	assert_int_equal(channel_send(pair[0], MSG_READ, 1ULL << 40,
	    sk_buf_span(&big), fds, 2), SK_OK);
	channel_message_init(&m);
	assert_int_equal(channel_recv(pair[1], &m), SK_OK);
	assert_int_equal(m.type, MSG_READ);
	assert_true(m.id == 1ULL << 40);
	assert_int_equal(m.fields.len, big.len);
	assert_memory_equal(m.fields.p, big.p, big.len);
	assert_int_equal(m.nfds, 2);
	assert_int_equal(sk_fd_pread(m.fds[1], &byte, 1, 0), SK_OK);
	assert_int_equal(byte, 'B');
	/* The receiver's own numbers, closed with the message. */
	int copy = m.fds[0];
	channel_message_end(&m);
	assert_int_equal(write(copy, "", 0), -1);
	sk_buf_free(&big);
	for (size_t i = 0; i < 2; i++) {
		sk_fd_close(&pair[i]);
		sk_fd_close(&fds[i]);
	}
}

static void
too_much_is_not_sent(void **state)
{
	static const unsigned char much[LIMIT_WIRE_MESSAGE];
	int pair[2], fds[LIMIT_WIRE_FDS + 1] = { 0 };

	(void)state;
	assert_int_equal(channel_pair(pair), SK_OK);
	assert_int_equal(channel_send(pair[0], 1, 1,
	    sk_span_of(much, sizeof(much)), NULL, 0), SK_ERR_LIMIT);
	assert_int_equal(channel_send(pair[0], 1, 1, sk_span_of(much, 1), fds,
	    LIMIT_WIRE_FDS + 1), SK_ERR_LIMIT);
	sk_fd_close(&pair[0]);
	sk_fd_close(&pair[1]);
}

static void
a_gone_peer_is_an_error(void **state)
{
	struct channel_message m;
	int pair[2];

	(void)state;
	channel_message_init(&m);
	assert_int_equal(channel_pair(pair), SK_OK);
	assert_int_equal(sk_fd_nonblock(pair[0]), SK_OK);
	assert_int_equal(channel_recv(pair[0], &m), SK_ERR_TEMP);
	sk_fd_close(&pair[1]);
	assert_int_equal(channel_recv(pair[0], &m), SK_ERR_IO);
	assert_int_equal(channel_send(pair[0], 1, 1, sk_span_str("x"), NULL,
	    0), SK_ERR_IO);
	sk_fd_close(&pair[0]);
}

static void
a_full_channel_says_so(void **state)
{
	static const unsigned char much[64 * 1024];
	int pair[2], r = SK_OK;

	(void)state;
	assert_int_equal(channel_pair(pair), SK_OK);
	assert_int_equal(sk_fd_nonblock(pair[0]), SK_OK);
	for (size_t i = 0; i < 1000 && r == SK_OK; i++)
		r = channel_send(pair[0], 1, i, sk_span_of(much,
		    sizeof(much)), NULL, 0);
	assert_int_equal(r, SK_ERR_TEMP);
	sk_fd_close(&pair[0]);
	sk_fd_close(&pair[1]);
}

static void
short_and_long_messages_are_refused(void **state)
{
	static unsigned char long_one[LIMIT_WIRE_MESSAGE + 1];
	struct channel_message m;
	int pair[2];

	(void)state;
	channel_message_init(&m);
	assert_int_equal(channel_pair(pair), SK_OK);
	assert_int_equal(write(pair[0], "short", 5), 5);
	assert_int_equal(channel_recv(pair[1], &m), SK_ERR_PROTOCOL);
	assert_true(write(pair[0], long_one, sizeof(long_one)) > 0);
	assert_int_equal(channel_recv(pair[1], &m), SK_ERR_PROTOCOL);
	/* A whole head of another version says so (an upgrade, I5). */
	assert_int_equal(write(pair[0], long_one, 16), 16);
	assert_int_equal(channel_recv(pair[1], &m), SK_ERR_CONFIG);
	/* None put the channel out of step. */
	assert_int_equal(channel_send(pair[0], 5, 6, sk_span_str(""), NULL, 0),
	    SK_OK);
	assert_int_equal(channel_recv(pair[1], &m), SK_OK);
	assert_int_equal(m.type, 5);
	channel_message_end(&m);
	sk_fd_close(&pair[0]);
	sk_fd_close(&pair[1]);
}

/* Without free numbers the kernel drops descriptors silently and says only
 * MSG_CTRUNC: a message without its mail must not look whole. */
static void
lost_descriptors_are_noticed(void **state)
{
	struct rlimit old, tight;
	struct channel_message m;
	int pair[2], fds[3] = { 0, 1, 2 }, top, r;

	(void)state;
	channel_message_init(&m);
	assert_int_equal(channel_pair(pair), SK_OK);
	assert_int_equal(channel_send(pair[0], 1, 1, sk_span_str("x"), fds, 3),
	    SK_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	top = dup(0);		/* the lowest free number */
	tight = old;
	tight.rlim_cur = (rlim_t)top + 1;
	sk_fd_close(&top);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	r = channel_recv(pair[1], &m);
	setrlimit(RLIMIT_NOFILE, &old);
	assert_int_equal(r, SK_ERR_PROTOCOL);
	assert_int_equal(m.nfds, 0);
	/* The one that arrived was closed again. */
	assert_int_equal(dup(0), tight.rlim_cur - 1);
	close((int)tight.rlim_cur - 1);
	sk_fd_close(&pair[0]);
	sk_fd_close(&pair[1]);
}

static void
listening_replaces_only_the_dead(void **state)
{
	char dir[] = "/tmp/sk-wire-XXXXXX", path[64], longer[200];
	struct sk_error e;
	struct stat st;
	uid_t uid;
	gid_t gid;
	pid_t pid;
	int fd, peer;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	assert_int_equal(channel_connect(path, &e), SK_ERR_UNAVAILABLE);
	fd = channel_listen(path, 0660, &e);
	assert_true(fd >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(channel_listen(path, 0660, &e), SK_ERR_EXISTS);
	peer = channel_connect(path, &e);
	assert_true(peer >= 0);
	assert_int_equal(channel_peer(peer, &uid, &gid, &pid), SK_OK);
	assert_int_equal(uid, getuid());
	assert_int_equal(pid, getpid());
	sk_fd_close(&peer);
	sk_fd_close(&fd);
	fd = channel_listen(path, 0600, &e);
	assert_true(fd >= 0);
	sk_fd_close(&fd);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(channel_listen(longer, 0600, &e), SK_ERR_CONFIG);
	unlink(path);
	rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_keep_their_value),
		cmocka_unit_test(strings_are_checked),
		cmocka_unit_test(counts_are_bounded),
		cmocka_unit_test(every_message_comes_back),
		cmocka_unit_test(facts_mean_the_same),
		cmocka_unit_test(cut_messages_fail),
		cmocka_unit_test(damaged_messages_are_not_guessed),
		cmocka_unit_test(lies_in_facts_are_refused),
		cmocka_unit_test(a_good_signature_has_a_name),
		cmocka_unit_test(stored_verdicts_of_before_are_read),
		cmocka_unit_test(a_message_travels_whole),
		cmocka_unit_test(too_much_is_not_sent),
		cmocka_unit_test(a_gone_peer_is_an_error),
		cmocka_unit_test(a_full_channel_says_so),
		cmocka_unit_test(short_and_long_messages_are_refused),
		cmocka_unit_test(lost_descriptors_are_noticed),
		cmocka_unit_test(listening_replaces_only_the_dead),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
