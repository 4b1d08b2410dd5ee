/*
 * When may a key be pinned, and when may a copy be sealed to it: pure rules
 * over what keyd said about a block. Expiry is judged here, against a clock
 * that the caller hands in, and for the subkey that encrypts as well as for
 * the primary: a key that only looks alive must never be pinned, and one that
 * died later must hold its copy with a word that says why (I4, L29).
 *
 * An address in a user id is never a reason to believe a key (B1): it is
 * compared for a warning only.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <sekisho/key.h>
#include <sekisho/text.h>

static bool
expired(int64_t when, int64_t now)
{
	return when != 0 && when <= now;
}

enum { BITS_LEAST = 2048 };

/* Curves have names; of the others the length counts. */
static bool
weak(const char *algorithm)
{
	static const char *const lengths[] = { "rsa", "elg", "dsa" };

	for (size_t i = 0; algorithm != NULL && i < 3; i++)
		if (strncmp(algorithm, lengths[i], 3) == 0)
			return strtol(algorithm + 3, NULL, 10) < BITS_LEAST;
	return false;
}

static bool
encrypts(const struct key_subkey *s, int64_t now)
{
	return s->can_encrypt && !expired(s->expires, now);
}

static bool
can_encrypt(const struct key_facts *k, int64_t now)
{
	size_t i;

	for (i = 0; i < k->nsubkeys; i++)
		if (encrypts(&k->subkeys[i], now))
			return true;
	return false;
}

/* One weak subkey is enough: gpg chooses among them, and we do not. */
static bool
is_weak(const struct key_facts *k, int64_t now)
{
	if (k->scheme != KEY_OPENPGP)
		return false;
	for (size_t i = 0; i < k->nsubkeys; i++)
		if (encrypts(&k->subkeys[i], now) &&
		    weak(k->subkeys[i].algorithm))
			return true;
	return weak(k->algorithm);
}

const char *
key_encryption(const struct key_facts *k, int64_t now)
{
	if (k->scheme == KEY_SMIME)
		return k->algorithm;
	for (size_t i = k->nsubkeys; i-- > 0;)
		if (encrypts(&k->subkeys[i], now))
			return k->subkeys[i].algorithm;
	return NULL;
}

/* All encryption subkeys there are have expired (rather than: none exists). */
static bool
encryption_expired(const struct key_facts *k)
{
	size_t i;

	for (i = 0; i < k->nsubkeys; i++)
		if (k->subkeys[i].can_encrypt)
			return true;
	return false;
}

enum key_role
key_role(const struct key_facts *k)
{
	if (k->scheme != KEY_SMIME)
		return KEY_SEALS_AND_SIGNS;
	if (!(k->usage & KEY_MAY_SIGN))
		return KEY_SEALS;
	return k->usage & KEY_MAY_ENCRYPT ? KEY_SEALS_AND_SIGNS : KEY_SIGNS;
}

const char *
key_role_word(enum key_role r)
{
	static const char *const words[] = { "seals-and-signs", "seals",
		"signs" };

	return words[r];
}

/* Whatever it serves. */
static const char *
fault(const struct key_facts *k, int64_t now)
{
	if (k->stopped)
		return "key-stopped";
	if (k->revoked)
		return "key-revoked";
	if (expired(k->expires, now))
		return "key-expired";
	return is_weak(k, now) ? "key-weak" : "";
}

const char *
key_unusable(const struct key_facts *k, int64_t now)
{
	const char *word = fault(k, now);

	if (*word != '\0' || can_encrypt(k, now))
		return word;
	return encryption_expired(k) ? "key-expired" : "key-no-encryption";
}

const char *
key_fault(const struct key_facts *k, int64_t now)
{
	return key_role(k) == KEY_SIGNS ? fault(k, now) :
	    key_unusable(k, now);
}

int64_t
key_encrypts_until(const struct key_facts *k)
{
	bool found = false, never = false;
	int64_t last = 0;
	size_t i;

	for (i = 0; i < k->nsubkeys; i++) {
		if (!k->subkeys[i].can_encrypt)
			continue;
		found = true;
		if (k->subkeys[i].expires == 0)
			never = true;
		else if (k->subkeys[i].expires > last)
			last = k->subkeys[i].expires;
	}
	/* Without an encryption subkey it ended when it was made. */
	if (!found)
		return k->created > 0 ? k->created : 1;
	if (never || (k->expires != 0 && k->expires < last))
		return k->expires;
	return last;
}

int64_t
key_serves_until(const struct key_facts *k)
{
	return key_role(k) == KEY_SIGNS ? k->expires : key_encrypts_until(k);
}

static bool
same_subkeys(const struct key_facts *x, const struct key_facts *y)
{
	size_t i;

	for (i = 0; i < x->nsubkeys && i < y->nsubkeys; i++)
		if (strcmp(x->subkeys[i].key_id, y->subkeys[i].key_id) != 0 ||
		    x->subkeys[i].expires != y->subkeys[i].expires ||
		    x->subkeys[i].can_encrypt != y->subkeys[i].can_encrypt)
			return false;
	return x->nsubkeys == y->nsubkeys;
}

static bool
same_addresses(const struct key_facts *x, const struct key_facts *y)
{
	size_t i;

	for (i = 0; i < x->naddresses; i++)
		if (!key_names(y, x->addresses[i]))
			return false;
	return x->naddresses == y->naddresses;
}

/* By what it says and not by its octets: the same self-signatures in another
 * order are nothing new. */
enum key_change
key_changed(const struct key_facts *old, const struct key_facts *new)
{
	if (old->scheme != new->scheme || strcmp(old->fpr, new->fpr) != 0)
		return KEY_OTHER;
	if (old->scheme == KEY_SMIME)
		return sk_span_eq(old->block, new->block) ? KEY_SAME :
		    KEY_OTHER;
	if (new->revoked)
		return old->revoked ? KEY_SAME : KEY_REVOKED;
	return old->expires == new->expires && same_subkeys(old, new) &&
	    same_addresses(old, new) ? KEY_SAME : KEY_NEWER;
}

enum { DAY = 86400 };

enum key_stage
key_stage(int64_t ends, int64_t now, int64_t *next)
{
	static const int64_t before[] = { 60 * DAY, 30 * DAY, 7 * DAY, 0 };
	size_t i = 0;

	*next = 0;
	if (ends == 0)
		return KEY_FAR;
	while (i < KEY_ENDED && ends - before[i] <= now)
		i++;
	if (i < KEY_ENDED)
		*next = ends - before[i];
	return (enum key_stage)i;
}

bool
key_fingerprint_valid(const char *s)
{
	size_t n;

	if (s == NULL)
		return false;
	n = strspn(s, "0123456789abcdefABCDEF");
	return n == 40 && s[n] == '\0';
}

bool
key_names(const struct key_facts *k, const char *address)
{
	size_t i;

	for (i = 0; i < k->naddresses; i++)
		if (sk_ascii_ieq(k->addresses[i], address))
			return true;
	return false;
}

const char *
key_chain_word(enum key_chain c)
{
	static const char *const words[] = { "not-checked", "good", "none" };

	return words[c <= CHAIN_NONE ? c : CHAIN_UNCHECKED];
}

static int
refuse(const struct key_facts *k, const char *word, struct sk_error *e)
{
	const char *where = k->fpr[0] != '\0' ? k->fpr : "key";

	if (strcmp(word, "key-revoked") == 0)
		return sk_fail(e, SK_ERR_CRYPTO, where, "this key was revoked "
		    "by its owner; ask the owner for the new key and compare "
		    "its fingerprint by telephone");
	if (strcmp(word, "key-weak") == 0)
		return sk_fail(e, SK_ERR_CRYPTO, where, "this key, or a "
		    "subkey of it that encrypts, is RSA, DSA or ElGamal of "
		    "fewer than %d bits; ask the owner for a new key, or to "
		    "add a subkey (gpg --quick-add-key FPR cv25519 encr), "
		    "revoke the weak one and send the key again", BITS_LEAST);
	if (strcmp(word, "key-stopped") == 0)
		return sk_fail(e, SK_ERR_CRYPTO, where, "this key was stopped "
		    "by an operator; ask the owner for a new one");
	if (strcmp(word, "key-expired") == 0 && k->scheme == KEY_SMIME)
		return sk_fail(e, SK_ERR_CRYPTO, where, "this certificate has "
		    "expired; ask the owner for the new one");
	if (strcmp(word, "key-expired") == 0)
		return sk_fail(e, SK_ERR_CRYPTO, where, "this key, or its "
		    "encryption subkey, has expired; ask the owner to extend "
		    "it and to send it again");
	return sk_fail(e, SK_ERR_CRYPTO, where, "this key can only sign; ask "
	    "the owner to add an encryption subkey (gpg --quick-add-key FPR "
	    "cv25519 encr) and to send the key again");
}

/* gpgsm 2.2 checks what a curve signed. */
static bool
curve_that_signs(const struct key_facts *k)
{
	return strcmp(k->algorithm ? k->algorithm : "unknown", "unknown") &&
	    !(k->usage & (KEY_MAY_ENCRYPT | KEY_MAY_AGREE));
}

/* What GnuPG 2.2 cannot encrypt to is refused now, not at the next digest. */
static int
certificate(const struct key_facts *k, int64_t now, struct sk_error *e)
{
	const char *why = NULL;

	if (k->usage & KEY_IS_CA)
		why = "this is the certificate of a certification authority; "
		    "ask for the person's own";
	else if (k->usage & KEY_ODD)
		why = "this certificate has a critical extension that is not "
		    "known here; ask for one without";
	else if (k->bits == 0 && !curve_that_signs(k))
		why = "this certificate's key is not RSA, and gpgsm can "
		    "encrypt to RSA only; ask for RSA of 2048 bits or more, "
		    "one certificate for both or one to sign and one to "
		    "encrypt, or for an OpenPGP key";
	else if (k->bits != 0 && k->bits < BITS_LEAST)
		why = "this certificate's RSA key has fewer than 2048 bits; "
		    "ask for one of 2048 or more";
	else if (k->weak_hash)
		why = "this certificate was signed with SHA-1, MD5 or "
		    "something unknown; ask for one signed with SHA-256";
	else if (!(k->usage & (KEY_MAY_ENCRYPT | KEY_MAY_SIGN)))
		why = "this certificate's key usage allows neither to encrypt "
		    "to it (keyEncipherment) nor to sign with it "
		    "(digitalSignature); ask for a mail certificate";
	else if (!(k->usage & KEY_MAY_MAIL))
		why = "this certificate is not for mail (extended key usage "
		    "without emailProtection); ask for a mail certificate";
	else if (k->created > now)
		why = "this certificate is not valid yet; import it when its "
		    "time has begun";
	return why == NULL ? 0 : sk_fail(e, SK_ERR_CRYPTO, k->fpr, "%s", why);
}

int
key_importable(const struct key_facts *k, int64_t now, const char *address,
    bool *mismatch, struct sk_error *e)
{
	const char *word;

	if (mismatch != NULL)
		*mismatch = false;
	if (k->secret)
		return sk_fail(e, SK_ERR_REFUSED, "key", "this file holds a "
		    "SECRET key; it was not kept. Its owner must revoke it, "
		    "make a new one and send the public part only "
		    "(gpg --armor --export FPR)");
	if (k->primaries != 1)
		return sk_fail(e, SK_ERR_DATA, "key", "the file holds %zu "
		    "%s", k->primaries, k->scheme == KEY_SMIME ?
		    "certificates of people and must hold exactly one; take "
		    "each in a file of its own" : "keys and must hold exactly "
		    "one; export it by its fingerprint (gpg --armor --export "
		    "FPR)");
	if (!key_fingerprint_valid(k->fpr))
		return sk_fail(e, SK_ERR_DATA, "key", "the key has no usable "
		    "fingerprint; only version 4 OpenPGP keys and X.509 "
		    "certificates can be used");
	if (k->scheme == KEY_SMIME && certificate(k, now, e) != 0)
		return SK_ERR_CRYPTO;
	word = key_fault(k, now);
	if (word[0] != '\0')
		return refuse(k, word, e);
	if (mismatch != NULL && address != NULL)
		*mismatch = !key_names(k, address);
	return 0;
}
