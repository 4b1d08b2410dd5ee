/*
 * A mail's facts as the `read` document and `mail show` print them (design.md
 * §8). Claims stay claims: crypto says what keyd found, and where nothing was
 * opened it says so instead of leaving the question open.
 */
#include <config.h>

#include <sekisho/clock.h>
#include <sekisho/facts.h>
#include <sekisho/json.h>

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
	codes(o, "ticks", ans->ticks);
	codes(o, "unclear", ans->unclear);
	sk_json_set_str(o, "parts", ans->parts);
	sk_json_set_str(o, "never", ans->never);
	sk_json_set_str(o, "other", ans->other);
	sk_json_set_bool(o, "yes", ans->yes_word);
	/* The token itself is a pass: it is not printed. */
	sk_json_set_bool(o, "ref", ans->ref != NULL);
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
	}
}

/* Whether the signer is whom From names is known to whoever knows the key's
 * owner; facts and a verdict do not. */
static void
crypto(struct sk_json *o, const struct facts *f, const struct verdict *v)
{
	if (v == NULL) {
		sk_json_set_str(o, "form", form_word(f->form));
		sk_json_set_null(o, "integrity");
		sk_json_set_null(o, "signature");
		sk_json_set_null(o, "signer");
		sk_json_set_str(o, "coverage", coverage_word(COVERS_NOTHING));
		sk_json_set_bool(o, "signer_is_from", false);
		return;
	}
	sk_json_set_str(o, "form", form_word(v->outer_form));
	if (v->encrypted)
		sk_json_set_bool(o, "integrity", v->integrity);
	else
		sk_json_set_null(o, "integrity");
	sk_json_set_str(o, "signature", signature_word(v->signature));
	sk_json_set_str(o, "signer", v->signature == SIGNATURE_GOOD ?
	    v->signer : NULL);
	sk_json_set_str(o, "coverage", coverage_word(v->coverage));
	sk_json_set_bool(o, "signer_is_from", false);
}

static void
doubts(struct sk_json *list, uint32_t bits)
{
	for (uint32_t bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if ((bits & bit) != 0)
			sk_json_add_str(list, doubt_word(bit));
}

static void
date(struct sk_json *into, int64_t t)
{
	struct sk_arena *a = sk_arena_new();

	sk_json_set_str(into, "date", t == 0 ? NULL : sk_time_iso(a, t));
	sk_arena_free(&a);
}

struct sk_json *
facts_json(const struct facts *f, const struct verdict *v)
{
	struct sk_json *o = sk_json_object(), *to;

	sk_json_set_str(o, "from", f->from.address);
	to = sk_json_set(o, "to", sk_json_array());
	for (size_t i = 0; i < f->nto; i++)
		sk_json_add_str(to, f->to[i].address);
	sk_json_set_str(o, "subject", f->subject);
	date(o, f->date);
	sk_json_set_str(o, "message_id", f->message_id);
	sk_json_set_str(o, "text", f->text != NULL ? f->text : "");
	answers(sk_json_set(o, "answers", sk_json_object()), &f->answer);
	attachments(sk_json_set(o, "attachments", sk_json_array()), f);
	crypto(sk_json_set(o, "crypto", sk_json_object()), f, v);
	sk_json_set(o, "indicators", sk_json_array());
	doubts(sk_json_set(o, "doubts", sk_json_array()), f->doubts);
	return o;
}
