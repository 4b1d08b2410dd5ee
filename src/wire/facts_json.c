/*
 * A mail's facts as the `read` document and `mail show` print them (design.md
 * §8). Claims stay claims: crypto says what keyd found, and where nothing was
 * opened it says so instead of leaving the question open.
 */
#include <config.h>

#include <sekisho/clock.h>
#include <sekisho/facts.h>
#include <sekisho/idn.h>
#include <sekisho/json.h>
#include <sekisho/text.h>

static void
codes(struct sk_json *o, const char *name, unsigned bits)
{
	struct sk_json *list = sk_json_set(o, name, sk_json_array());

	for (unsigned bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if ((bits & bit) != 0)
			sk_json_add_str(list, answer_code_name(bit));
}

static void
answers(struct sk_json *o, const struct answer *ans)
{
	struct sk_json *items;

	codes(o, "ticks", ans->ticks);
	codes(o, "unclear", ans->unclear);
	sk_json_set_str(o, "parts", ans->parts);
	sk_json_set_str(o, "never", ans->never);
	sk_json_set_str(o, "other", ans->other);
	sk_json_set_bool(o, "yes", ans->yes_word);
	items = sk_json_set(o, "items", sk_json_array());
	for (unsigned i = 0; i < ans->nsightings; i++) {
		const char letter[2] = { ans->sightings[i].letter, '\0' };
		struct sk_json *x = sk_json_add(items, sk_json_object());

		sk_json_set_str(x, "letter", *letter ? letter : NULL);
		sk_json_set_str(x, "answer",
		    answer_seen_word(ans->sightings[i].seen));
	}
	/* The token itself is a pass: it is not printed. */
	sk_json_set_bool(o, "ref", ans->ref != NULL);
}

struct mark {
	uint32_t flag;
	const char *word;
};

static void
add_marks(struct sk_json *list, uint32_t flags, const struct mark *words,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (flags & words[i].flag)
			sk_json_add_str(list, words[i].word);
}

/* Whatever somebody who opens it should know before. */
static void
attachment_marks(struct sk_json *list, uint32_t flags)
{
	static const struct mark words[] = {
		{ ATTACH_ENCRYPTED, "password" }, { ATTACH_SEALED, "sealed" },
		{ ATTACH_ENVELOPED, "sealed" },
		{ ATTACH_AUTH_ENVELOPED, "sealed" },
		{ ATTACH_SIGNED, "signed" }, { ATTACH_KEY, "key" },
		{ ATTACH_NAME_HOSTILE, "odd-name" },
		{ ATTACH_NAME_TWICE, "two-names" },
		{ ATTACH_BAD_ENCODING, "damaged" },
	};

	add_marks(list, flags, words, sizeof(words) / sizeof(*words));
}

static void
attachments(struct sk_json *list, const struct facts *f)
{
	for (size_t i = 0; i < f->nattachments; i++) {
		const struct fact_attachment *att = &f->attachments[i];
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_str(o, "name", att->name);
		sk_json_set_str(o, "type", att->type);
		sk_json_set_int(o, "bytes", (int64_t)att->bytes);
		sk_json_set_int(o, "part", att->part);
		attachment_marks(sk_json_set(o, "marks", sk_json_array()),
		    att->flags);
	}
}

/* Proposals only (L16). Whose key it is, keyd finds out: see `mail show`. */
static void
keys(struct sk_json *list, const struct facts *f)
{
	for (size_t i = 0; i < f->nkeys; i++) {
		struct sk_json *o = sk_json_add(list, sk_json_object());

		sk_json_set_str(o, "origin", key_origin_word(
		    f->keys[i].origin));
		sk_json_set_int(o, "bytes", (int64_t)f->keys[i].block.len);
	}
}

/* The words for people come from the one table, so that a terminal and a
 * program are told the same. */
static void
sentences(struct sk_json *o, const struct verdict *v)
{
	struct sk_json *ja = sk_json_set(o, "says_ja", sk_json_array());
	struct sk_json *en = sk_json_set(o, "says", sk_json_array());
	const char *s;

	for (unsigned i = 0; (s = verdict_sentence(v, i)) != NULL; i++)
		if (*s != '\0') {
			sk_json_add_str(ja, verdict_sentence_ja(v, i));
			sk_json_add_str(en, s);
		}
}

static void
crypto(struct sk_json *o, const struct facts *f, const struct verdict *v)
{
	bool good = v != NULL && v->signature == SIGNATURE_GOOD;

	sk_json_set_str(o, "form", form_word(v != NULL ? v->outer_form :
	    f->form));
	if (v != NULL && v->encrypted)
		sk_json_set_bool(o, "integrity", v->integrity);
	else
		sk_json_set_null(o, "integrity");
	sk_json_set_str(o, "signature", v != NULL ?
	    signature_word(v->signature) : NULL);
	sk_json_set_str(o, "signer", good ? v->signer : NULL);
	sk_json_set_str(o, "signed_by", good ? signer_word(v->whose) : NULL);
	sk_json_set_str(o, "owner", good && v->owner[0] != '\0' ? v->owner :
	    NULL);
	sk_json_set_str(o, "coverage", coverage_word(v != NULL ? v->coverage :
	    COVERS_NOTHING));
	sk_json_set_bool(o, "signer_is_from",
	    v != NULL && verdict_signer_is_from(v));
	sk_json_set_str(o, "protection", protection_word(f->protection));
	sentences(o, v);
}

static void
doubts(struct sk_json *o, uint32_t bits)
{
	struct sk_json *words = sk_json_set(o, "doubts", sk_json_array());
	struct sk_json *ja = sk_json_set(o, "doubt_texts_ja", sk_json_array());
	struct sk_json *en = sk_json_set(o, "doubt_texts", sk_json_array());

	for (uint32_t bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if ((bits & bit) != 0) {
			sk_json_add_str(words, doubt_word(bit));
			sk_json_add_str(ja, doubt_text_ja(bit));
			sk_json_add_str(en, doubt_text(bit));
		}
}

/* Why it is shown and not proposed, and how it was written. */
static void
marks(struct sk_json *list, uint32_t flags)
{
	static const struct mark words[] = {
		{ INDICATOR_THEIRS, "theirs" },
		{ INDICATOR_INTERNAL, "internal" },
		{ INDICATOR_SIGNATURE, "signature" },
		{ INDICATOR_DEFANGED, "defanged" },
	};

	add_marks(list, flags, words, sizeof(words) / sizeof(*words));
}

void
facts_json_indicators(struct sk_json *o, const struct facts *f)
{
	struct sk_json *list = sk_json_set(o, "indicators", sk_json_array());

	for (size_t i = 0; i < f->nindicators; i++) {
		const struct fact_indicator *x = &f->indicators[i];
		struct sk_json *row = sk_json_add(list, sk_json_object());

		sk_json_set_str(row, "type", indicator_word(x->type));
		sk_json_set_str(row, "value", x->value);
		sk_json_set_bool(row, "proposed",
		    (x->flags & INDICATOR_NOT_PROPOSED) == 0);
		marks(sk_json_set(row, "marks", sk_json_array()), x->flags);
	}
}

void
facts_json_details(struct sk_json *list, const struct facts *f, int64_t mail)
{
	for (size_t i = 0; i < f->ndetails; i++) {
		struct sk_json *row = sk_json_add(list, sk_json_object());

		sk_json_set_str(row, "field", detail_word(f->details[i].kind));
		sk_json_set_str(row, "value", f->details[i].value);
		if (mail)
			sk_json_set_int(row, "mail", mail);
	}
}

static void
bounce(struct sk_json *o, const struct fact_bounce *b)
{
	struct sk_json *x;

	if (b->fate == FATE_NONE) {
		sk_json_set_null(o, "bounce");
		return;
	}
	x = sk_json_set(o, "bounce", sk_json_object());
	sk_json_set_str(x, "fate", fate_word(b->fate));
	sk_json_set_str(x, "status", b->status);
	sk_json_set_str(x, "recipient", b->recipient);
}

static void
date(struct sk_json *into, int64_t t)
{
	struct sk_arena *a = sk_arena_new();

	sk_json_set_str(into, "date", t == 0 ? NULL : sk_time_iso(a, t));
	sk_arena_free(&a);
}

/* Letters of another script look like the ones they stand for: what a domain is
 * called in DNS tells them apart. Absent where it is what is written. */
static void
from(struct sk_json *o, const char *address)
{
	struct sk_arena *a = sk_arena_new();
	const char *label = address != NULL ?
	    sk_idn_ascii(a, sk_address_domain(address)) : NULL;

	sk_json_set_str(o, "from", address);
	if (label != NULL)
		sk_json_set_str(o, "from_domain_ascii", label);
	sk_arena_free(&a);
}

struct sk_json *
facts_json(const struct facts *f, const struct verdict *v)
{
	struct sk_json *o = sk_json_object(), *to;

	from(o, f->from.address);
	sk_json_set_str(o, "reply_to", f->reply_to.address);
	to = sk_json_set(o, "to", sk_json_array());
	for (size_t i = 0; i < f->nto; i++)
		sk_json_add_str(to, f->to[i].address);
	sk_json_set_str(o, "subject", f->subject);
	date(o, f->date);
	sk_json_set_str(o, "message_id", f->message_id);
	sk_json_set_str(o, "text", f->text != NULL ? f->text : "");
	sk_json_set_str(o, "outside", f->outside);
	answers(sk_json_set(o, "answers", sk_json_object()), &f->answer);
	attachments(sk_json_set(o, "attachments", sk_json_array()), f);
	keys(sk_json_set(o, "keys", sk_json_array()), f);
	crypto(sk_json_set(o, "crypto", sk_json_object()), f, v);
	bounce(o, &f->bounce);
	facts_json_indicators(o, f);
	facts_json_details(sk_json_set(o, "details", sk_json_array()), f, 0);
	doubts(o, f->doubts);
	return o;
}
