/*
 * The verdict of a whole envelope, from those of its layers, and the one table
 * of words for it: `mail show`, `read` and every document take theirs from
 * here, so that two places never say different things of one mail.
 */
#include <config.h>

#include <string.h>

#include <sekisho/verdict.h>

/* ---- forms ---- */

static const struct {
	const char *word;
	bool is_encrypted, is_signed, is_smime;
	const char *sentence;
} forms[FORMS] = {
	[FORM_PLAIN] = { "plain", false, false, false,
	    "The mail is neither encrypted nor signed." },
	[FORM_PGP_ENCRYPTED] = { "pgp-mime-encrypted", true, false, false,
	    "The mail is encrypted (OpenPGP)." },
	[FORM_PGP_ENCRYPTED_MANGLED] = { "pgp-mime-encrypted-mangled", true,
	    false, false, "The mail is encrypted (OpenPGP); a mail server "
	    "changed its shape on the way." },
	[FORM_PGP_SIGNED] = { "pgp-mime-signed", false, true, false,
	    "The mail is not encrypted; it is signed (OpenPGP)." },
	[FORM_PGP_INLINE_ENCRYPTED] = { "pgp-inline-encrypted", true, false,
	    false, "The text of the mail is encrypted (inline OpenPGP)." },
	[FORM_PGP_INLINE_SIGNED] = { "pgp-inline-signed", false, true, false,
	    "The mail is not encrypted; its text is signed (inline "
	    "OpenPGP)." },
	[FORM_SMIME_ENVELOPED] = { "smime-enveloped", true, false, true,
	    "The mail is encrypted (S/MIME)." },
	[FORM_SMIME_SIGNED_OPAQUE] = { "smime-signed-opaque", false, true,
	    true, "The mail is not encrypted; it is signed (S/MIME)." },
	[FORM_SMIME_SIGNED] = { "smime-signed", false, true, true,
	    "The mail is not encrypted; it is signed (S/MIME)." },
	[FORM_PGP_ATTACHED] = { "pgp-attached-encrypted", true, false, false,
	    "The mail is an encrypted file (OpenPGP)." },
	[FORM_SMIME_AUTH_ENVELOPED] = { "smime-auth-enveloped", true, false,
	    true, "The mail is encrypted (S/MIME, in the newer form "
	    "AuthEnvelopedData)." },
};

bool
form_encrypted(enum fact_form f)
{
	return f < FORMS && forms[f].is_encrypted;
}

bool
form_signed(enum fact_form f)
{
	return f < FORMS && forms[f].is_signed;
}

bool
form_smime(enum fact_form f)
{
	return f < FORMS && forms[f].is_smime;
}

bool
form_inline(enum fact_form f)
{
	return f == FORM_PGP_INLINE_ENCRYPTED || f == FORM_PGP_INLINE_SIGNED;
}

bool
form_opens(enum fact_form f)
{
	return form_encrypted(f) || f == FORM_SMIME_SIGNED_OPAQUE;
}

bool
form_holds_layer(enum fact_form f)
{
	return f == FORM_SMIME_SIGNED || f == FORM_PGP_SIGNED;
}

const char *
form_word(enum fact_form form)
{
	return form < FORMS ? forms[form].word : "unknown";
}

/* ---- signatures ---- */

static const struct {
	const char *word, *sentence;
} signatures[SIGNATURES] = {
	[SIGNATURE_NONE] = { "none", "It is not signed." },
	[SIGNATURE_GOOD] = { "good", "It is signed." },
	[SIGNATURE_BAD] = { "bad", "The signature is BAD: what was signed "
	    "was changed afterwards." },
	[SIGNATURE_UNKNOWN_KEY] = { "unknown-key", "It is signed by a key "
	    "that nobody has approved here: anybody could have made it." },
	[SIGNATURE_KEY_EXPIRED] = { "key-expired", "It is signed by a key "
	    "that has expired." },
	[SIGNATURE_KEY_REVOKED] = { "key-revoked", "It is signed by a key "
	    "that its owner REVOKED." },
	[SIGNATURE_EXPIRED] = { "expired", "The signature itself has "
	    "expired." },
	[SIGNATURE_ERROR] = { "error", "The signature cannot be checked." },
	[SIGNATURE_WEAK] = { "weak-hash", "The signature is made over a hash "
	    "that can be forged." },
	[SIGNATURE_SEVERAL] = { "several", "There are several signatures; "
	    "none of them counts." },
	[SIGNATURE_USAGE] = { "wrong-usage", "It is signed by a key that is "
	    "not made for signing." },
	[SIGNATURE_ADDRESS] = { "other-address", "It is signed by an approved "
	    "certificate that names ANOTHER address than From." },
	[SIGNATURE_EMPTY] = { "no-signer", "It has the form of a signature, "
	    "and nobody signed it." },
};

static const struct {
	const char *word, *sentence;	/* under a good signature */
} signers[SIGNERS] = {
	[SIGNER_NOBODY] = { "nobody", "It is signed by a key that nobody has "
	    "approved here: anybody could have made it." },
	[SIGNER_PERSON] = { "person", "It is signed by the registered person "
	    "whom From names." },
	[SIGNER_CASE] = { "case", "It is signed by the key approved for a "
	    "case of the address in From." },
	[SIGNER_OTHER] = { "other", "It is signed by OTHER: the key is "
	    "somebody else's, not that of the address in From." },
};

const char *
signature_word(enum verdict_signature s)
{
	return s < SIGNATURES ? signatures[s].word : "unknown";
}

const char *
signer_word(enum verdict_signer s)
{
	return s < SIGNERS ? signers[s].word : "unknown";
}

const char *
coverage_word(enum verdict_coverage c)
{
	static const char *const words[] = { "nothing", "part", "whole" };

	return c <= COVERS_WHOLE ? words[c] : "unknown";
}

/* ---- the whole ---- */

static const char *
integrity_sentence(const struct verdict *v)
{
	if (v->replayed)
		return "It was NOT opened: the same encrypted content came "
		    "before, from another sender.";
	if (v->former)
		return "It was NOT opened: it is encrypted to a key of the "
		    "council that is retired; `sekisho mail text' opens it.";
	if (v->failed)
		return "It could NOT be opened; it is kept as it came.";
	if (!v->encrypted)
		return "";
	return v->integrity ? "It was opened, and nobody changed it on the "
	    "way." : "It was opened, but it may have been CHANGED on the "
	    "way.";
}

static const char *
coverage_sentence(const struct verdict *v)
{
	if (v->signature == SIGNATURE_NONE)
		return "";
	return v->coverage == COVERS_WHOLE ? "The signature is over all that "
	    "is shown." : v->coverage == COVERS_PART ? "The signature is "
	    "over a PART only." : "The signature is over nothing that is "
	    "shown.";
}

const char *
verdict_sentence(const struct verdict *v, unsigned line)
{
	if (v == NULL)
		return line == 0 ? "Nothing was opened or checked." :
		    line < 4 ? "" : NULL;
	switch (line) {
	case 0:
		return v->outer_form < FORMS ?
		    forms[v->outer_form].sentence : "";
	case 1:
		return integrity_sentence(v);
	case 2:
		/* What was never opened is not called unsigned. */
		if (v->failed && v->signature == SIGNATURE_NONE)
			return "";
		return v->signature == SIGNATURE_GOOD && v->whose < SIGNERS ?
		    signers[v->whose].sentence : v->signature < SIGNATURES ?
		    signatures[v->signature].sentence : "";
	case 3:
		return coverage_sentence(v);
	default:
		return NULL;
	}
}

/* ---- layers ---- */

static void
take_signature(struct verdict *all, const struct verdict *layer)
{
	all->signature = layer->signature;
	all->whose = layer->whose;
	all->signed_at = layer->signed_at;
	memcpy(all->signer, layer->signer, sizeof(all->signer));
	memcpy(all->owner, layer->owner, sizeof(all->owner));
}

static void
drop_signer(struct verdict *all)
{
	all->whose = SIGNER_NOBODY;
	all->signer[0] = all->owner[0] = '\0';
}

/* The worst of them counts, whatever their order; two good ones by different
 * keys leave open whose word it is. */
static void
join_signature(struct verdict *all, const struct verdict *layer)
{
	if (layer->signature == SIGNATURE_NONE)
		return;
	if (all->signature == SIGNATURE_NONE ||
	    (all->signature == SIGNATURE_GOOD &&
	    layer->signature != SIGNATURE_GOOD)) {
		take_signature(all, layer);
	} else if (all->signature == SIGNATURE_GOOD &&
	    strcmp(all->signer, layer->signer) != 0) {
		all->signature = SIGNATURE_SEVERAL;
		drop_signer(all);
	} else if (layer->signed_at < all->signed_at) {
		all->signed_at = layer->signed_at;
	}
}

void
verdict_join(struct verdict *all, enum fact_form form, bool outside,
    const struct verdict *layer)
{
	if (all->outer_form == FORM_PLAIN)
		all->outer_form = form;
	all->outside |= outside;
	if (layer->encrypted) {
		all->integrity = (!all->encrypted || all->integrity) &&
		    layer->integrity;
		all->encrypted = true;
	}
	all->failed |= layer->failed;
	all->replayed |= layer->replayed;
	all->former |= layer->former;
	all->again |= layer->again;
	join_signature(all, layer);
	/* The innermost one stands nearest to the content. A clear-signed text
	 * is never the whole: programs disagree about what it leaves out. */
	if (layer->signature != SIGNATURE_NONE)
		all->coverage = all->outside ||
		    form == FORM_PGP_INLINE_SIGNED ? COVERS_PART :
		    COVERS_WHOLE;
	else if (all->coverage == COVERS_WHOLE &&
	    (all->outside || layer->encrypted))
		all->coverage = COVERS_PART;
	if (all->encrypted && form_smime(form) && all->coverage ==
	    COVERS_WHOLE && all->signature == SIGNATURE_GOOD)
		all->integrity = true;
}

bool
verdict_signer_is_from(const struct verdict *v)
{
	return v->signature == SIGNATURE_GOOD &&
	    v->coverage == COVERS_WHOLE && !v->failed &&
	    (v->whose == SIGNER_PERSON || v->whose == SIGNER_CASE);
}

bool
verdict_is_malleable(const struct verdict *v)
{
	return v->encrypted && !v->integrity && !v->failed;
}
