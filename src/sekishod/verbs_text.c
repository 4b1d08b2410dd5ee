/*
 * The texts, for people who want to read them without sending one: what the
 * council says in its name should be read by more eyes than those that get it.
 */
#include <string.h>

#include <sekisho/text.h>

#include "command.h"

static const char *
form_of(const struct command *c, const char *lang, const char *id)
{
	return template_form(c->d->templates, lang, id) == TEMPLATE_P ?
	    "plain" : "encrypted";
}

static int
render(struct command *c, const char *lang, const char *id, bool flags,
    struct sk_buf *subject, struct sk_buf *text)
{
	struct tvalues *v = values_common(c->d, c->arena, lang);

	tv_str(v, "contact", c->d->config->desks[0].address);
	tv_str(v, "desk_address", c->d->config->desks[0].address);
	tv_samples(v, flags);
	return template_render(c->d->templates, lang, id, v, subject, text,
	    &c->e);
}

static int
add_text(struct command *c, const char *lang, const char *id,
    struct sk_json *list)
{
	struct sk_buf subject, text;
	struct sk_json *o;
	int r;

	if (template_form(c->d->templates, lang, id) == TEMPLATE_BLOCK)
		return SK_OK;
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	r = render(c, lang, id, false, &subject, &text);
	o = sk_json_add(list, sk_json_object());
	sk_json_set_str(o, "text", id);
	sk_json_set_str(o, "form", form_of(c, lang, id));
	sk_json_set_str(o, "subject", sk_buf_str(&subject));
	sk_buf_free(&subject);
	sk_buf_free(&text);
	return r;
}

int
verb_text_list(struct command *c)
{
	const char *lang = c->d->config->language, *id;
	struct sk_json *list;
	int r = SK_OK;

	c->out = sk_json_document("texts");
	list = sk_json_set(c->out, "texts", sk_json_array());
	for (size_t i = 0; !r && (id = template_at(c->d->templates, lang, i));
	    i++)
		r = add_text(c, lang, id, list);
	return r;
}

/* Both alternatives of a text stand in the two ways of showing it. */
int
verb_text_show(struct command *c)
{
	const char *lang = command_str(c, "lang"), *id = command_str(c,
	    "text");
	struct sk_buf subject, text;
	int r;

	if (!lang)
		lang = c->d->config->language;
	if (!template_has(c->d->templates, lang, id))
		return sk_fail(&c->e, SK_ERR_NOINPUT, id, "no such text: see "
		    "`sekisho text list`");
	sk_buf_init(&subject, LIMIT_SUBJECT);
	sk_buf_init(&text, LIMIT_OUT_MESSAGE);
	r = render(c, lang, id, !command_flag(c, "bare"), &subject, &text);
	if (!r) {
		c->out = sk_json_document("text");
		sk_json_set_str(c->out, "id", id);
		sk_json_set_str(c->out, "lang", lang);
		sk_json_set_str(c->out, "form", form_of(c, lang, id));
		sk_json_set_str(c->out, "subject", sk_buf_str(&subject));
		sk_json_set_str(c->out, "text", sk_buf_str(&text));
	}
	sk_buf_free(&subject);
	sk_buf_free(&text);
	return r;
}
