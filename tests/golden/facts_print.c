/*
 * Prints what the reader understood of a mail, as text for people to read and
 * diff to compare. Used by tests/golden/run; never installed.
 *
 *	facts_print FILE		facts to standard output
 *	facts_print DIR FILE...		to DIR/NAME.facts for each FILE NAME.eml
 *
 * NAME.layer1.eml is read as decrypted content. DIR/NAME.data and .sig are what
 * a keyd would be given of a signed mail.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/hash.h>
#include <sekisho/limits.h>
#include <sekisho/mail_read.h>
#include <sekisho/text.h>

static void
print_string(struct sk_arena *a, const char *name, const char *s)
{
	if (s != NULL)
		printf("%s: %s\n", name, sk_escape_terminal(a, s, false));
}

static void
print_mailbox(struct sk_arena *a, const char *name,
    const struct fact_mailbox *m)
{
	if (m->address == NULL)
		return;
	printf("%s: %s", name, sk_escape_terminal(a, m->address, false));
	if (m->name != NULL)
		printf(" (%s)", sk_escape_terminal(a, m->name, false));
	putchar('\n');
}

static void
print_header(struct sk_arena *a, const struct facts *f)
{
	char hex[65];

	print_mailbox(a, "from", &f->from);
	print_mailbox(a, "reply-to", &f->reply_to);
	print_mailbox(a, "sender", &f->sender);
	for (size_t i = 0; i < f->nto; i++)
		print_mailbox(a, "to", &f->to[i]);
	print_string(a, "subject", f->subject);
	print_string(a, "message-id", f->message_id);
	for (size_t i = 0; i < f->nrefs; i++)
		print_string(a, "ref", f->refs[i]);
	if (f->date != 0)
		printf("date: %s\n", sk_time_iso(a, f->date));
	printf("received: %u\n", f->received_count);
	printf("automatic: %s%s\n", automatic_word(f->automatic),
	    f->no_reply_wanted ? ", no reply wanted" : "");
	sk_hex(hex, f->content_id, 8);
	printf("content-id: %s\n", hex);
}

static void
print_authres(struct sk_arena *a, const struct facts *f)
{
	for (size_t i = 0; i < f->nauthres; i++) {
		const struct fact_authres *r = &f->authres[i];

		printf("authres: %s, %s%s\n",
		    sk_escape_terminal(a, r->authserv_id, false),
		    r->above_received ? "above" : "below",
		    r->broken ? ", broken" : "");
		for (size_t k = 0; k < r->nmethods; k++)
			printf("  %s=%s %s\n",
			    sk_escape_terminal(a, r->methods[k].method,
			    false), sk_escape_terminal(a,
			    r->methods[k].result, false),
			    r->methods[k].domain ? sk_escape_terminal(a,
			    r->methods[k].domain, false) : "-");
	}
}

static void
print_attachments(struct sk_arena *a, const struct facts *f)
{
	static const char *const flags[] = { "name-twice", "name-hostile",
		"encrypted", "key", "bad-encoding", "sealed" };

	for (size_t i = 0; i < f->nattachments; i++) {
		const struct fact_attachment *t = &f->attachments[i];

		printf("attachment %u: %s, %llu bytes, \"%s\"", t->part,
		    t->type, (unsigned long long)t->bytes,
		    sk_escape_terminal(a, t->name, false));
		for (unsigned k = 0; k < 6; k++)
			if (t->flags & 1u << k)
				printf(" %s", flags[k]);
		putchar('\n');
	}
	for (size_t i = 0; i < f->nkeys; i++)
		printf("key: %zu bytes, %.10s\n", f->keys[i].block.len,
		    f->keys[i].block.p[0] == '-' ? "armoured" : "binary");
}

static void
print_answer(struct sk_arena *a, const struct answer *ans)
{
	for (unsigned bit = 1; bit < 1u << ANSWER_CODES; bit <<= 1) {
		if (ans->ticks & bit)
			printf("answer: %s\n", answer_code_name(bit));
		if (ans->unclear & bit)
			printf("answer unclear: %s\n", answer_code_name(bit));
	}
	print_string(a, "answer ref", ans->ref);
	print_string(a, "answer code", ans->code);
	if (ans->yes_word)
		puts("answer: yes");
	for (unsigned i = 0; i < ans->nsightings; i++)
		printf("answer %c: %s\n", ans->sightings[i].letter ?
		    ans->sightings[i].letter : '-',
		    answer_seen_word(ans->sightings[i].seen));
}

static void
print_payload(const char *name, struct sk_span s, uint64_t at, uint64_t len)
{
	unsigned char hash[SK_HASH];
	char hex[65];

	if (len == 0)
		return;
	sk_hash_of(sk_span_of(s.p + at, len), hash);
	sk_hex(hex, hash, 8);
	printf("%s: %llu bytes, %s\n", name, (unsigned long long)len, hex);
}

static void
print_facts(struct sk_arena *a, const struct facts *f, struct sk_span payload)
{
	print_header(a, f);
	print_authres(a, f);
	printf("form: %s\n", form_word(f->form));
	print_payload("data", payload, f->data_at, f->data_len);
	print_payload("signature", payload, f->sig_at, f->sig_len);
	print_string(a, "charset", f->charset);
	printf("japanese:%s%s\n", f->kana ? " kana" : "",
	    f->japanese_charset ? " charset" : "");
	for (unsigned i = 0; i < 32; i++)
		if (f->doubts & 1u << i)
			printf("doubt: %s\n", doubt_word(1u << i));
	print_attachments(a, f);
	for (size_t i = 0; i < f->nkeys; i++)
		if (f->keys[i].origin != KEY_ATTACHED)
			printf("key: %s\n",
			    key_origin_word(f->keys[i].origin));
	if (f->outside != NULL)
		printf("outside:\n%s<end>\n", sk_escape_terminal(a,
		    f->outside, true));
	print_answer(a, &f->answer);
	printf("text:\n%s<end>\n", sk_escape_terminal(a, f->text, true));
}

static void
write_piece(const char *dir, const char *name, const char *end,
    struct sk_span bytes)
{
	struct sk_error e;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s.%s", dir, name, end);
	if (bytes.len > 0)
		(void)!sk_file_write(path, bytes, 0600, &e);
}

/* Prints the facts of one mail; dir NULL: nothing else. */
static int
one_mail(const char *path, const char *dir, const char *name)
{
	struct sk_arena *a = sk_arena_new();
	struct sk_buf raw, payload;
	struct sk_error e = { 0 };
	struct facts f;
	int rc;

	sk_buf_init(&raw, LIMIT_MESSAGE_MAX * 2);
	sk_buf_init(&payload, LIMIT_MESSAGE_MAX);
	rc = sk_file_read(path, &raw, &e);
	if (rc != SK_OK) {
		fprintf(stderr, "%s: %s\n", path, e.text);
		return 66;
	}
	rc = mail_read(sk_buf_span(&raw), strstr(path, ".layer1.") != NULL, a,
	    &f, &payload, &e);
	if (rc == SK_OK)
		print_facts(a, &f, sk_buf_span(&payload));
	else
		printf("unreadable: %s: %s: %s\n", sk_err_word(rc), e.where,
		    e.text);
	if (rc == SK_OK && dir != NULL && f.sig_len > 0) {
		write_piece(dir, name, "data", sk_span_of(payload.p +
		    f.data_at, f.data_len));
		write_piece(dir, name, "sig", sk_span_of(payload.p +
		    f.sig_at, f.sig_len));
	}
	sk_buf_free(&raw);
	sk_buf_free(&payload);
	sk_arena_free(&a);
	return 0;
}

static int
into(const char *dir, const char *path)
{
	const char *name = strrchr(path, '/');
	char base[256], out[4096];

	name = name != NULL ? name + 1 : path;
	snprintf(base, sizeof(base), "%.*s", (int)(strlen(name) - 4), name);
	snprintf(out, sizeof(out), "%s/%s.facts", dir, base);
	if (freopen(out, "w", stdout) == NULL) {
		perror(out);
		return 73;
	}
	return one_mail(path, dir, base);
}

int
main(int argc, char **argv)
{
	int rc = 0;

	if (argc < 2)
		return 64;
	charset_prepare();
	html_prepare();
	if (argc == 2)
		return one_mail(argv[1], NULL, NULL);
	for (int i = 2; i < argc && rc == 0; i++)
		rc = into(argv[1], argv[i]);
	return rc;
}
