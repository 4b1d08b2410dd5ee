/*
 * The sekisho.conf that `sekisho init` writes. It must load as it stands, and
 * be what a person edits afterwards: every key that is likely to change is in
 * it, with its meaning beside it.
 */
#include <sekisho/config.h>

#include <string.h>

/* A text in libconfig's quotes. */
static void
put_text(struct sk_buf *out, const char *s)
{
	sk_buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			sk_buf_addc(out, '\\');
		if ((unsigned char)*s >= 0x20 && *s != 0x7f)
			sk_buf_addc(out, (unsigned char)*s);
	}
	sk_buf_addc(out, '"');
}

static void
put_joined(struct sk_buf *out, struct sk_span before, const char *domain)
{
	struct sk_buf b;

	sk_buf_init(&b, 1024);
	sk_buf_add(&b, before.p, before.len);
	sk_buf_adds(&b, domain);
	put_text(out, sk_buf_str(&b));
	sk_buf_free(&b);
}

/* $N is the name, $@ the domain, $M its mail host, $Alocal@ an address of it,
 * each in quotes. */
static const char text[] =
"# sekisho.conf: see sekisho.conf(5). Paths may be relative to this file.\n"
"# After a change: sekishod -c THIS-FILE -t\n"
"\n"
"council = {\n"
"\tname = $N;\n"
"\tdomain = $@;\n"
"\tlanguage = \"ja\";\t\t# of the council's own notices: ja, en\n"
"\ttimezone = \"Asia/Tokyo\";\n"
"\tpolicy = \"council.conf\";\t# the sharing matrix and the timings\n"
"\ttemplates = \"templates\";\t# ja/ and en/, one file per text\n"
"\tnotify = ( );\t\t\t# who hears, without content, that a\n"
"\t\t\t\t\t# case waits: ( \"duty@example.jp\" )\n"
"};\n"
"\n"
"# Where organisations write to. Postfix hands these addresses, with and\n"
"# without +tag, to lmtp.listen.\n"
"desks = (\n"
"\t{ address = $Acsc-anken@; kind = \"incident\"; ask_at_once = true; },\n"
"\t{ address = $Acsc-info@; kind = \"inquiry\"; ask_at_once = false; }\n"
");\n"
"return_address = $Acsc-return@;\t# bounces\n"
"\n"
"lmtp = {\n"
"\tlisten = \"unix:lmtp\";\t\t# or 127.0.0.1:2424\n"
"\tmax_message_bytes = 26214400;\t# = message_size_limit of Postfix\n"
"};\n"
"\n"
"store = { url = \"sqlite:council.db\"; key = \"store.key\"; };\n"
"relay = { url = \"smtp://127.0.0.1:25\"; connections = 4; };\n"
"openpgp = { home = \"gnupg\"; fingerprint = \"\"; };\n"
"vault = { key = \"vault.key\"; };\n"
"\n"
"# Without groups the owner of the socket has every role.\n"
"control = { socket = \"control\"; };\n"
"\n"
"# Whose Authentication-Results may be believed: the name that OpenDKIM and\n"
"# OpenDMARC of this host write there. Postfix must strip the sender's own:\n"
"# header_checks = regexp:{{/^Authentication-Results:/ IGNORE}}. Empty:\n"
"# nobody's, and every first mail counts as unauthenticated.\n"
"authentication = { authserv_id = $M; };\n";

void
config_write_default(struct sk_buf *out, const char *name, const char *domain)
{
	const char *s = text;

	while (*s) {
		size_t n = strcspn(s, "$");

		sk_buf_add(out, s, n);
		s += n;
		if (strncmp(s, "$N", 2) == 0) {
			put_text(out, name);
			s += 2;
		} else if (strncmp(s, "$@", 2) == 0) {
			put_text(out, domain);
			s += 2;
		} else if (strncmp(s, "$M", 2) == 0) {
			put_joined(out, sk_span_str("mx."), domain);
			s += 2;
		} else if (strncmp(s, "$A", 2) == 0) {
			n = strcspn(s + 2, "@") + 1;
			put_joined(out, sk_span_of(s + 2, n), domain);
			s += 2 + n;
		}
	}
}
