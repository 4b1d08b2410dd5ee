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
	const char *sentence, *ja;
} forms[FORMS] = {
	[FORM_PLAIN] = { "plain", false, false, false,
	    "The mail is neither encrypted nor signed.",
	    "暗号化も署名もされていないメールです。" },
	[FORM_PGP_ENCRYPTED] = { "pgp-mime-encrypted", true, false, false,
	    "The mail is encrypted (OpenPGP).",
	    "暗号化されたメールです（OpenPGP）。" },
	[FORM_PGP_ENCRYPTED_MANGLED] = { "pgp-mime-encrypted-mangled", true,
	    false, false, "The mail is encrypted (OpenPGP); a mail server "
	    "changed its shape on the way.",
	    "暗号化されたメールです（OpenPGP）。途中のメールサーバーが形を"
	    "変えています。" },
	[FORM_PGP_SIGNED] = { "pgp-mime-signed", false, true, false,
	    "The mail is not encrypted; it is signed (OpenPGP).",
	    "暗号化されていません。署名の付いたメールです（OpenPGP）。" },
	[FORM_PGP_INLINE_ENCRYPTED] = { "pgp-inline-encrypted", true, false,
	    false, "The text of the mail is encrypted (inline OpenPGP).",
	    "本文が暗号化されています（インライン形式の OpenPGP）。" },
	[FORM_PGP_INLINE_SIGNED] = { "pgp-inline-signed", false, true, false,
	    "The mail is not encrypted; its text is signed (inline "
	    "OpenPGP).",
	    "暗号化されていません。本文に署名があります（インライン形式の "
	    "OpenPGP）。" },
	[FORM_SMIME_ENVELOPED] = { "smime-enveloped", true, false, true,
	    "The mail is encrypted (S/MIME).",
	    "暗号化されたメールです（S/MIME）。" },
	[FORM_SMIME_SIGNED_OPAQUE] = { "smime-signed-opaque", false, true,
	    true, "The mail is not encrypted; it is signed (S/MIME).",
	    "暗号化されていません。署名の付いたメールです（S/MIME）。" },
	[FORM_SMIME_SIGNED] = { "smime-signed", false, true, true,
	    "The mail is not encrypted; it is signed (S/MIME).",
	    "暗号化されていません。署名の付いたメールです（S/MIME）。" },
	[FORM_PGP_ATTACHED] = { "pgp-attached-encrypted", true, false, false,
	    "The mail is an encrypted file (OpenPGP).",
	    "暗号化されたファイルだけのメールです（OpenPGP）。" },
	[FORM_SMIME_AUTH_ENVELOPED] = { "smime-auth-enveloped", true, false,
	    true, "The mail is encrypted (S/MIME, in the newer form "
	    "AuthEnvelopedData).",
	    "暗号化されたメールです（S/MIME の新しい形式 "
	    "AuthEnvelopedData）。" },
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
	const char *word, *sentence, *ja;
} signatures[SIGNATURES] = {
	[SIGNATURE_NONE] = { "none", "It is not signed.",
	    "署名はありません。" },
	[SIGNATURE_GOOD] = { "good", "It is signed.",
	    "署名があります。" },
	[SIGNATURE_BAD] = { "bad", "The signature is BAD: what was signed "
	    "was changed afterwards.",
	    "署名が【合いません】。署名されたあとに書き換えられています。" },
	[SIGNATURE_UNKNOWN_KEY] = { "unknown-key", "It is signed by a key "
	    "that nobody has approved here: anybody could have made it.",
	    "こちらで承認していない鍵の署名です。誰にでも作れます。" },
	[SIGNATURE_KEY_EXPIRED] = { "key-expired", "It is signed by a key "
	    "that has expired.",
	    "有効期限の切れた鍵の署名です。" },
	[SIGNATURE_KEY_REVOKED] = { "key-revoked", "It is signed by a key "
	    "that its owner REVOKED.",
	    "持ち主が【失効させた】鍵の署名です。" },
	[SIGNATURE_EXPIRED] = { "expired", "The signature itself has "
	    "expired.",
	    "署名そのものの有効期限が切れています。" },
	[SIGNATURE_ERROR] = { "error", "The signature cannot be checked.",
	    "署名を確かめられません。" },
	[SIGNATURE_WEAK] = { "weak-hash", "The signature is made over a hash "
	    "that can be forged.",
	    "偽造できる古いハッシュによる署名です。" },
	[SIGNATURE_SEVERAL] = { "several", "There are several signatures; "
	    "none of them counts.",
	    "署名がいくつもあり、どれも署名とは認めません。" },
	[SIGNATURE_USAGE] = { "wrong-usage", "It is signed by a key that is "
	    "not made for signing.",
	    "署名用に作られていない鍵の署名です。" },
	[SIGNATURE_ADDRESS] = { "other-address", "It is signed by an approved "
	    "certificate that names ANOTHER address than From.",
	    "承認済みの証明書の署名ですが、証明書のアドレスが差出人と"
	    "【異なります】。" },
	[SIGNATURE_EMPTY] = { "no-signer", "It has the form of a signature, "
	    "and nobody signed it.",
	    "署名の形をしていますが、誰も署名していません。" },
};

static const struct {
	const char *word, *sentence, *ja;	/* under a good signature */
} signers[SIGNERS] = {
	[SIGNER_NOBODY] = { "nobody", "It is signed by a key that nobody has "
	    "approved here: anybody could have made it.",
	    "こちらで承認していない鍵の署名です。誰にでも作れます。" },
	[SIGNER_PERSON] = { "person", "It is signed by the registered person "
	    "whom From names.",
	    "差出人として登録されたご本人の署名です。" },
	[SIGNER_CASE] = { "case", "It is signed by the key approved for a "
	    "case of the address in From.",
	    "差出人のアドレスの事案について承認した鍵の署名です。" },
	[SIGNER_OTHER] = { "other", "It is signed by OTHER: the key is "
	    "somebody else's, not that of the address in From.",
	    "【別人】の署名です。差出人のアドレスの鍵ではありません。" },
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

/* The same in both languages. */
struct says {
	const char *en, *ja;
};

static struct says
integrity_says(const struct verdict *v)
{
	if (v->replayed)
		return (struct says){ "It was NOT opened: the same encrypted "
		    "content came before, from another sender.",
		    "【開いていません】。同じ暗号文が、以前に別の送信者から"
		    "届いています。" };
	if (v->former)
		return (struct says){ "It was NOT opened: it is encrypted to a "
		    "key of the council that is retired; `sekisho mail text' "
		    "opens it.",
		    "【開いていません】。使わなくなった協議会の鍵で暗号化されて"
		    "います。sekisho mail text で開きます。" };
	if (v->untried)
		return (struct says){ "It was NOT opened: too many mails of "
		    "this sender could not be opened that day; `sekisho mail "
		    "read-again' opens it.",
		    "【開いていません】。この送信者からの開けないメールが、1日の"
		    "限度を超えました。sekisho mail read-again で開きます。" };
	if (v->failed)
		return (struct says){ "It could NOT be opened; it is kept as "
		    "it came.",
		    "【開けませんでした】。届いたままの形で保管しています。" };
	if (!v->encrypted)
		return (struct says){ "", "" };
	if (v->integrity)
		return (struct says){ "It was opened, and what was encrypted "
		    "is whole. Who wrote it, only a signature says.",
		    "開きました。暗号文は途中で書き換えられていません。誰が"
		    "書いたかは、署名だけが示します。" };
	return (struct says){ "It was opened, but it may have been CHANGED "
	    "on the way.",
	    "開きましたが、途中で【書き換えられた】おそれがあります。" };
}

static struct says
signature_says(const struct verdict *v)
{
	/* What was never opened is not called unsigned. */
	if (v->failed && v->signature == SIGNATURE_NONE)
		return (struct says){ "", "" };
	if (v->signature == SIGNATURE_GOOD && v->whose < SIGNERS)
		return (struct says){ signers[v->whose].sentence,
		    signers[v->whose].ja };
	if (v->signature < SIGNATURES)
		return (struct says){ signatures[v->signature].sentence,
		    signatures[v->signature].ja };
	return (struct says){ "", "" };
}

static struct says
coverage_says(const struct verdict *v)
{
	if (v->signature == SIGNATURE_NONE)
		return (struct says){ "", "" };
	if (v->coverage == COVERS_WHOLE)
		return (struct says){ "The signature is over the whole text "
		    "and all attachments; over subject and addresses only "
		    "where they are protected.",
		    "署名は、本文と添付のすべてに及びます。件名や宛先などには、"
		    "保護されている場合に限って及びます。" };
	if (v->coverage == COVERS_PART)
		return (struct says){ "The signature is over a PART only.",
		    "署名が及ぶのは【一部だけ】です。" };
	return (struct says){ "The signature is over nothing that is shown.",
	    "署名は、表示している内容のどこにも及びません。" };
}

static struct says
verdict_says(const struct verdict *v, unsigned line)
{
	if (line > 3)
		return (struct says){ NULL, NULL };
	if (v == NULL)
		return line > 0 ? (struct says){ "", "" } : (struct says){
		    "Nothing was opened or checked.",
		    "何も開いておらず、署名も確かめていません。" };
	if (line == 0 && v->outer_form < FORMS)
		return (struct says){ forms[v->outer_form].sentence,
		    forms[v->outer_form].ja };
	return line == 1 ? integrity_says(v) : line == 2 ?
	    signature_says(v) : line == 3 ? coverage_says(v) :
	    (struct says){ "", "" };
}

const char *
verdict_sentence(const struct verdict *v, unsigned line)
{
	return verdict_says(v, line).en;
}

const char *
verdict_sentence_ja(const struct verdict *v, unsigned line)
{
	return verdict_says(v, line).ja;
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
	all->untried |= layer->untried;
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
