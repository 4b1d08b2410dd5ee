/*
 * `sekisho setup smime`: the council's own S/MIME certificate. --request makes
 * a key and what a certification authority wants to see; --import takes its
 * answer, or a PKCS#12 file, into the homes of all keyds; --withdraw takes back
 * the one that is to follow. openssl does the
 * work on keys; no secret key stands outside the homes when it is done.
 */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/limits.h>

#include "cli/run.h"
#include "cli/setup_own.h"
#include "cli/setup_smime.h"

enum { PACKINGS = 8 };

static const char *
in_home(const struct setup *s, const char *name)
{
	return sk_path_join(s->a, s->conf->smime_home, name);
}

/* openssl's words, ended by NULL; what it says goes to out. */
static int
openssl(const struct setup *s, struct sk_buf *out, const char *const *words)
{
	const char *argv[32] = { "openssl" };
	size_t n = 1;

	(void)s;
	while (*words && n < 31)
		argv[n++] = *words++;
	argv[n] = NULL;
	return run_output((char *const *)(uintptr_t)argv, false, out);
}
#define OPENSSL(s, out, ...) openssl((s), (out), \
	(const char *const[]){ __VA_ARGS__, NULL })

/* ---- the request ---- */

static const char *
subject(const struct setup *s)
{
	struct sk_buf b;
	const char *out;

	/* What stands in a distinguished name without quoting. */
	sk_buf_init(&b, 4096);
	sk_buf_adds(&b, "/CN=");
	for (const char *p = s->conf->name; *p; p++)
		sk_buf_addc(&b, strchr("/+=,\\\"<>#;", *p) ? ' ' : *p);
	out = sk_arena_str(s->a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

static const char *
all_addresses(const struct setup *s)
{
	struct sk_buf b;
	const char *out;

	sk_buf_init(&b, 65536);
	sk_buf_adds(&b, "subjectAltName=");
	for (size_t i = 0; i < s->conf->ndesks; i++)
		sk_buf_addf(&b, "email:%s,", s->conf->desks[i].address);
	sk_buf_addf(&b, "email:%s", s->conf->return_address);
	out = sk_arena_str(s->a, sk_buf_str(&b));
	sk_buf_free(&b);
	return out;
}

static int
request(const struct setup *s)
{
	const char *key = in_home(s, "request.key");
	const char *csr = in_home(s, "request.csr");
	struct sk_buf out;
	int code;

	if (sk_file_exists(key))
		return sk_fail(s->e, SK_ERR_EXISTS, key, "a request is under "
		    "way: send %s to the certification authority, or remove "
		    "both files to begin anew", csr);
	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	code = OPENSSL(s, &out, "req", "-new", "-utf8", "-newkey", "rsa:3072",
	    "-nodes", "-keyout", key, "-out", csr, "-sha256", "-subj",
	    subject(s), "-addext", all_addresses(s), "-addext",
	    "keyUsage=critical,digitalSignature,keyEncipherment", "-addext",
	    "extendedKeyUsage=emailProtection");
	sk_buf_free(&out);
	if (code != 0)
		return sk_fail(s->e, SK_ERR_UNAVAILABLE, "openssl", "made no "
		    "request (exit %d): is the package openssl installed?",
		    code);
	printf("The request is in %s.\nSend it to a certification authority; "
	    "its answer goes into\n  sekisho setup smime --import ANSWER\n"
	    "The secret key waits in %s.\n", csr, key);
	return SK_OK;
}

/* ---- the import ---- */

int
setup_smime_facts(struct sk_arena *a, const char *pem, struct key_facts *k,
    struct sk_error *e)
{
	const struct setup s = { .a = a, .e = e };
	struct sk_buf der;
	int r;

	sk_buf_init(&der, LIMIT_KEY_BYTES);
	r = OPENSSL(&s, &der, "x509", "-in", pem, "-outform", "DER");
	if (r == 0)
		r = x509_read(a, sk_span_of(sk_arena_dup(a, der.p, der.len),
		    der.len), k);
	sk_buf_free(&der);
	if (r == 0) {
		k->primaries = 1;
		/* The rules name a key by it; gpgsm knows the real one. */
		memcpy(k->fpr, k->sha256, 40);
		return SK_OK;
	}
	return sk_fail(e, SK_ERR_DATA, pem, "is no certificate that openssl "
	    "and this program can read");
}

const char *
setup_smime_address(const struct config *c, const struct key_facts *k)
{
	for (size_t i = 0; i < c->ndesks; i++)
		if (!key_names(k, c->desks[i].address))
			return c->desks[i].address;
	return NULL;
}

/* All of a PKCS#12 file in PEM; openssl asks for its passphrase. Files of old
 * programs need the algorithms of their time. */
static int
unpack(const struct setup *s, const char *file, const char *passin,
    const char *all)
{
	struct sk_buf out;
	int code;

	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	code = OPENSSL(s, &out, "pkcs12", "-in", file, "-nodes", "-out", all,
	    passin ? "-passin" : NULL, passin);
	if (code != 0)
		code = OPENSSL(s, &out, "pkcs12", "-legacy", "-in", file,
		    "-nodes", "-out", all, passin ? "-passin" : NULL, passin);
	sk_buf_free(&out);
	return code == 0 ? SK_OK : sk_fail(s->e, SK_ERR_DATA, file, "is "
	    "neither a certificate nor a PKCS#12 file that this passphrase "
	    "opens");
}

static bool
is_certificate(const struct setup *s, const char *file)
{
	struct sk_buf out;
	bool is;

	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	is = OPENSSL(s, &out, "x509", "-in", file, "-noout") == 0;
	sk_buf_free(&out);
	return is;
}

/* One file with the certificate first, then the steps to its root. */
static int
pack(const struct setup *s, const char *certificate, const char *key,
    const char *chain, const char *p12, const char *pem)
{
	const char *const with = chain ? "-certfile" : NULL;
	struct sk_buf out, steps;
	int r;

	sk_buf_init(&out, LIMIT_KEY_BYTES);
	sk_buf_init(&steps, LIMIT_KEY_BYTES);
	r = OPENSSL(s, &out, "pkcs12", "-export", "-in", certificate,
	    "-inkey", key, "-keypbe", "PBE-SHA1-3DES", "-certpbe",
	    "PBE-SHA1-3DES", "-macalg", "sha1", "-passout", "pass:", "-out",
	    p12, with, chain);
	if (r != 0)
		r = sk_fail(s->e, SK_ERR_DATA, certificate, "does not belong "
		    "to the secret key in %s", key);
	sk_buf_clear(&out);
	if (!r && (OPENSSL(s, &out, "pkcs12", "-in", p12, "-passin", "pass:",
	    "-nokeys", "-clcerts") != 0 || OPENSSL(s, &steps, "pkcs12",
	    "-in", p12, "-passin", "pass:", "-nokeys", "-cacerts") != 0))
		r = sk_fail(s->e, SK_ERR_DATA, p12, "cannot be read back");
	sk_buf_add(&out, steps.p, steps.len);
	if (!r)
		r = sk_file_write(pem, sk_buf_span(&out), 0600, s->e);
	sk_buf_free(&steps);
	sk_buf_free(&out);
	return r;
}

/* SK_ERR_TEMP: another packing of the same may do; what keyd said is kept back
 * then, and else goes to standard error. */
static int
into_homes(const struct setup *s, const char *p12, const char *pem)
{
	const char *const words[] = { "--smime-import", p12, "--certificate",
		pem, "--smime-home", s->conf->smime_home, "--count",
		sk_arena_printf(s->a, "%u", cli_homes(s->conf)), "--until",
		sk_time_iso(s->a, s->until), s->since ? "--since" : NULL,
		sk_time_iso(s->a, s->since), NULL };
	struct sk_buf out;
	int code, r;

	sk_buf_init(&out, LIMIT_CONFIG_FILE);
	code = cli_keyd(s->c, words, &out);
	r = code == 0 ? SK_OK : code == EX_TEMPFAIL ? SK_ERR_TEMP :
	    SK_ERR_UNAVAILABLE;
	if (r != SK_ERR_TEMP)
		fputs(sk_buf_str(&out), r ? stderr : stdout);
	sk_buf_free(&out);
	return r == SK_OK ? r : sk_fail(s->e, r, s->conf->smime_home, "keyd "
	    "did not take it (exit %d)%s", code, r == SK_ERR_TEMP ? ": gpgsm "
	    "does not read the key" : ": its words stand above");
}

/* The same rules as for anybody's certificate, and it must name the desks. */
static int
fit(const struct setup *s, const char *pem)
{
	struct key_facts k;
	const char *missing;
	int r = setup_smime_facts(s->a, pem, &k, s->e);

	if (!r)
		r = key_importable(&k, sk_now(), NULL, NULL, s->e);
	if (r)
		return r;
	if (key_role(&k) != KEY_SEALS_AND_SIGNS)
		return sk_fail(s->e, SK_ERR_CRYPTO, pem, "this certificate "
		    "may not %s (key usage): the council's must do both, ask "
		    "for one with digitalSignature and keyEncipherment",
		    key_role(&k) == KEY_SIGNS ? "encrypt" : "sign");
	missing = setup_smime_address(s->conf, &k);
	if (missing)
		printf("Note: the certificate does not name %s; programs will "
		    "warn the readers of mail from there.\n", missing);
	printf("valid until %s\nsha256 %s\n", sk_time_iso(s->a, k.expires),
	    k.sha256);
	return SK_OK;
}

/* gpgsm takes some files for damaged, by their random salt. */
static int
carry(const struct setup *s, const char *certificate, const char *key,
    const char *chain, const char *p12, const char *pem)
{
	int r = pack(s, certificate, key, chain, p12, pem);

	if (!r)
		r = fit(s, pem);
	if (!r)
		r = into_homes(s, p12, pem);
	for (int i = 1; i < PACKINGS && r == SK_ERR_TEMP; i++) {
		r = pack(s, certificate, key, chain, p12, pem);
		if (!r)
			r = into_homes(s, p12, pem);
	}
	return r;
}

/* For a withdrawal; taken once more, one is not before itself. */
static void
keep_before(const struct setup *s, const char *pem)
{
	const char *present = in_home(s, SETUP_SMIME_CERTIFICATE);
	struct sk_buf was, now;

	sk_buf_init(&was, LIMIT_KEY_BYTES);
	sk_buf_init(&now, LIMIT_KEY_BYTES);
	if (sk_file_read(present, &was, NULL) == SK_OK &&
	    sk_file_read(pem, &now, NULL) == SK_OK &&
	    !sk_span_eq(sk_buf_span(&was), sk_buf_span(&now)))
		rename(present, in_home(s, SETUP_SMIME_BEFORE));
	sk_buf_free(&now);
	sk_buf_free(&was);
}

static int
import_file(const struct setup *s, const char *file, const char *passphrase,
    const char *chain)
{
	const char *all = in_home(s, "import.pem");
	const char *p12 = in_home(s, "import.p12");
	const char *pem = in_home(s, "import.crt");
	const char *waiting = in_home(s, "request.key");
	bool answer = is_certificate(s, file);
	int r = SK_OK;

	if (answer && !sk_file_exists(waiting))
		r = sk_fail(s->e, SK_ERR_NOINPUT, file, "is a certificate, "
		    "and no request of ours waits for one: begin with "
		    "`sekisho setup smime --request', or import a PKCS#12 "
		    "file that holds the key too");
	else if (!answer)
		r = unpack(s, file, passphrase ? sk_arena_printf(s->a,
		    "file:%s", passphrase) : NULL, all);
	if (!r)
		r = carry(s, answer ? file : all, answer ? waiting : all,
		    chain, p12, pem);
	if (!r)
		keep_before(s, pem);
	if (!r && rename(pem, in_home(s, SETUP_SMIME_CERTIFICATE)) != 0)
		r = sk_fail(s->e, SK_ERR_CANTCREAT, pem, "cannot be renamed");
	unlink(all);
	unlink(p12);
	unlink(pem);
	if (!r && answer)
		unlink(waiting);
	return r;
}

static int
say_waiting(const struct setup *s)
{
	if (sk_file_exists(in_home(s, "request.key")))
		printf("A request waits for its answer: %s\n",
		    in_home(s, "request.csr"));
	else if (!sk_file_exists(in_home(s, SETUP_SMIME_CERTIFICATE)))
		puts("No certificate yet: `sekisho setup smime --request', or "
		    "--import a PKCS#12 file.");
	return SK_OK;
}

/* What was made last, and which there are. */
static int
say_state(const struct setup *s, bool made)
{
	const char *pem = in_home(s, SETUP_SMIME_CERTIFICATE);
	struct own_keys own;
	int r = !made && sk_file_exists(pem) ? fit(s, pem) : SK_OK;

	if (!r && setup_own(s, KEY_SMIME, &own))
		setup_say(s, &own, made);
	return r ? r : say_waiting(s);
}

/* ---- the days ---- */

/* When the one that signs today expires; 0: there is none, or it is not known
 * (one that is to follow it stands in the file). */
static int64_t
present_ends(const struct setup *s, const struct own_keys *own)
{
	const char *pem = in_home(s, SETUP_SMIME_CERTIFICATE);
	struct key_facts k;
	struct sk_error e = { 0 };

	if (!own->n || own_current(own, sk_now()) + 1 < own->n ||
	    !sk_file_exists(pem) || setup_smime_facts(s->a, pem, &k, &e))
		return 0;
	return k.expires;
}

/* Imported again without days, one that is still to come keeps its own. */
static int
days(struct setup *s, const char *from, const char *until)
{
	struct own_keys own;
	const struct own_key *last;

	if (!setup_own(s, KEY_SMIME, &own))
		own.n = 0;
	last = &own.list[own.n ? own.n - 1 : 0];
	if (!from && !until && own.n > 1 && last->since > sk_now()) {
		s->since = last->since;
		s->until = last[-1].until;
		return SK_OK;
	}
	return setup_days(s, from, until, present_ends(s, &own));
}

static int
import(struct setup *s, const struct cli_request *r, const char *file)
{
	int code = days(s, sk_json_str(r->values, "from"), sk_json_str(
	    r->values, "until"));

	return code ? code : import_file(s, file, sk_json_str(r->values,
	    "passphrase_file"), sk_json_str(r->values, "chain"));
}

/* What stands in the file is the one that was to follow; in a second run, the
 * present one already. */
static int
withdraw(const struct setup *s)
{
	int r = setup_withdraw(s, "--smime-home", s->conf->smime_home);

	if (!r)
		rename(in_home(s, SETUP_SMIME_BEFORE), in_home(s,
		    SETUP_SMIME_CERTIFICATE));
	return r;
}

int
cli_setup_smime(struct cli *c, const struct cli_request *r)
{
	const char *file = sk_json_str(r->values, "import");
	bool ask = sk_json_bool(r->values, "request", false);
	bool back = sk_json_bool(r->values, "withdraw", false);
	struct sk_error e = { 0 };
	struct setup s;
	int code = setup_begin(&s, c, &e);

	if (!code && !file && (sk_json_str(r->values, "from") ||
	    sk_json_str(r->values, "until")))
		code = sk_fail(&e, SK_ERR_USAGE, "--from, --until", "are for "
		    "--import");
	if (!code && back && (file || ask))
		code = sk_fail(&e, SK_ERR_USAGE, "--withdraw", "takes back "
		    "the next certificate: give another by a second command");
	if (!code && !s.conf->smime_home)
		code = sk_fail(&e, SK_ERR_CONFIG, c->conf, "says nothing of "
		    "S/MIME: add  smime = { home = \"gnupg-smime\"; };");
	if (!code && (file || back || s.conf->nkeyd_sockets))
		code = setup_may(&s, KEY_SMIME);
	if (!code)
		code = sk_dir_make(s.conf->smime_home, 0700, &e);
	if (!code)
		code = back ? withdraw(&s) : ask ? request(&s) :
		    file ? import(&s, r, file) : SK_OK;
	if (!code && !ask)
		code = say_state(&s, file || back);
	return setup_end(&s, code);
}
