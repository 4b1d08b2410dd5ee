/*
 * Facts as they travel from the reader to sekishod, and as they lie sealed in
 * the database. Written by a process that a hostile mail may own: everything
 * that others rely on without looking again (addresses, counts, enum ranges,
 * bit sets, places in the payload) is checked here, once.
 */
#include <config.h>

#include <string.h>

#include <sekisho/limits.h>
#include <sekisho/messages.h>
#include <sekisho/text.h>
#include <sekisho/wire.h>

#include "wire/codec.h"

enum {
	FACTS_FORMAT = 3,		/* stored facts outlive the program */
	FACTS_FORMAT_2 = 2,		/* had no bounce, details, indicators */
	ANSWER_ALL = ANSWER_SECRECY | ANSWER_SCOPE | ANSWER_2X |
	    ANSWER_COORDINATION | ANSWER_READBACK | ANSWER_REQUEST |
	    ANSWER_4W | ANSWER_4C,
	ATTACH_ALL = (ATTACH_SIGNED << 1) - 1,
	INDICATOR_ALL = (INDICATOR_THEIRS << 1) - 1,
	AUTH_METHODS = 64,	/* in one field: dkim once a signature */
	AUTH_ABOVE = 1,		/* flags of one field */
	AUTH_BROKEN = 2,
	AUTH_ALL = AUTH_ABOVE | AUTH_BROKEN
};

static void
put_mailbox(struct sk_buf *b, const struct fact_mailbox *m)
{
	wire_put_str(b, m->address);
	wire_put_str(b, m->name);
}

static void
get_mailbox(struct wire_in *w, struct sk_arena *a, struct fact_mailbox *m)
{
	m->address = wire_str(w, a);
	m->name = wire_str(w, a);
	if (m->address != NULL && !sk_address_valid(m->address)) {
		w->bad = true;
		m->address = NULL;
	}
}

static void
put_authres(struct sk_buf *b, const struct fact_authres *r)
{
	wire_put_str(b, r->authserv_id);
	wire_put_u8(b, (r->above_received ? AUTH_ABOVE : 0) |
	    (r->broken ? AUTH_BROKEN : 0));
	wire_put_u32(b, (uint32_t)r->nmethods);
	for (size_t i = 0; i < r->nmethods; i++) {
		wire_put_str(b, r->methods[i].method);
		wire_put_str(b, r->methods[i].result);
		wire_put_str(b, r->methods[i].domain);
	}
}

static void
get_authres(struct wire_in *w, struct sk_arena *a, struct fact_authres *r)
{
	struct fact_auth_method *m;
	uint32_t flags;

	r->authserv_id = wire_need_str(w, a);
	flags = wire_enum(w, AUTH_ALL);
	r->above_received = flags & AUTH_ABOVE;
	r->broken = flags & AUTH_BROKEN;
	r->nmethods = wire_count(w, AUTH_METHODS);
	r->methods = m = wire_array(a, r->nmethods, sizeof(*m));
	for (size_t i = 0; i < r->nmethods; i++) {
		m[i].method = wire_need_str(w, a);
		m[i].result = wire_need_str(w, a);
		m[i].domain = wire_str(w, a);
	}
}

static void
put_answer(struct sk_buf *b, const struct answer *ans)
{
	wire_put_u32(b, ans->ticks);
	wire_put_u32(b, ans->unclear);
	wire_put_str(b, ans->parts);
	wire_put_str(b, ans->never);
	wire_put_str(b, ans->other);
	wire_put_u8(b, ans->yes_word);
	wire_put_str(b, ans->ref);
	wire_put_str(b, ans->ref_other);
	wire_put_str(b, ans->code);
}

static void
get_answer(struct wire_in *w, struct sk_arena *a, struct answer *ans)
{
	ans->ticks = wire_bits(w, ANSWER_ALL);
	ans->unclear = wire_bits(w, ANSWER_ALL);
	ans->parts = wire_str(w, a);
	ans->never = wire_str(w, a);
	ans->other = wire_str(w, a);
	ans->yes_word = wire_bool(w);
	ans->ref = wire_str(w, a);
	ans->ref_other = wire_str(w, a);
	ans->code = wire_str(w, a);
}

static void
put_header(struct sk_buf *b, const struct facts *f)
{
	put_mailbox(b, &f->from);
	put_mailbox(b, &f->reply_to);
	put_mailbox(b, &f->sender);
	wire_put_u32(b, (uint32_t)f->nto);
	for (size_t i = 0; i < f->nto; i++)
		put_mailbox(b, &f->to[i]);
	wire_put_str(b, f->subject);
	wire_put_str(b, f->message_id);
	wire_put_u32(b, (uint32_t)f->nrefs);
	for (size_t i = 0; i < f->nrefs; i++)
		wire_put_str(b, f->refs[i]);
	wire_put_i64(b, f->date);
	wire_put_u32(b, f->received_count);
	wire_put_u8(b, (uint8_t)f->automatic);
	wire_put_u8(b, f->no_reply_wanted);
	wire_put_u32(b, (uint32_t)f->nauthres);
	for (size_t i = 0; i < f->nauthres; i++)
		put_authres(b, &f->authres[i]);
	wire_put_bytes(b, sk_span_of(f->content_id, sizeof(f->content_id)));
}

static void
get_lists(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	struct fact_mailbox *to;
	const char **ref;

	f->nto = wire_count(w, LIMIT_ADDRESSES);
	f->to = to = wire_array(a, f->nto, sizeof(*to));
	for (size_t i = 0; i < f->nto; i++) {
		get_mailbox(w, a, &to[i]);
		if (to[i].address == NULL)
			w->bad = true;
	}
	f->subject = wire_str(w, a);
	f->message_id = wire_str(w, a);
	f->nrefs = wire_count(w, LIMIT_REFERENCES);
	f->refs = ref = wire_array(a, f->nrefs, sizeof(*ref));
	for (size_t i = 0; i < f->nrefs; i++)
		ref[i] = wire_need_str(w, a);
}

static void
get_header(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	struct fact_authres *res;

	get_mailbox(w, a, &f->from);
	get_mailbox(w, a, &f->reply_to);
	get_mailbox(w, a, &f->sender);
	get_lists(w, a, f);
	f->date = wire_i64(w);
	f->received_count = wire_u32(w);
	f->automatic = wire_enum(w, AUTO_OURS);
	f->no_reply_wanted = wire_bool(w);
	f->nauthres = wire_count(w, LIMIT_AUTHRES);
	f->authres = res = wire_array(a, f->nauthres, sizeof(*res));
	for (size_t i = 0; i < f->nauthres; i++)
		get_authres(w, a, &res[i]);
	wire_fixed(w, f->content_id, sizeof(f->content_id));
}

static void
put_content(struct sk_buf *b, const struct facts *f)
{
	wire_put_u8(b, (uint8_t)f->form);
	wire_put_u8(b, (uint8_t)f->protection);
	wire_put_str(b, f->outside);
	wire_put_str(b, f->text);
	wire_put_str(b, f->charset);
	wire_put_u8(b, f->kana);
	wire_put_u8(b, f->japanese_charset);
	put_answer(b, &f->answer);
	wire_put_u32(b, (uint32_t)f->nattachments);
	for (size_t i = 0; i < f->nattachments; i++) {
		wire_put_str(b, f->attachments[i].name);
		wire_put_str(b, f->attachments[i].type);
		wire_put_u64(b, f->attachments[i].bytes);
		wire_put_u32(b, f->attachments[i].part);
		wire_put_u32(b, f->attachments[i].flags);
	}
	wire_put_u32(b, (uint32_t)f->nkeys);
	for (size_t i = 0; i < f->nkeys; i++) {
		wire_put_bytes(b, f->keys[i].block);
		wire_put_u8(b, (uint8_t)f->keys[i].origin);
	}
}

static void
get_attachments(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	struct fact_attachment *att;

	f->nattachments = wire_count(w, LIMIT_MIME_PARTS);
	f->attachments = att = wire_array(a, f->nattachments, sizeof(*att));
	for (size_t i = 0; i < f->nattachments; i++) {
		att[i].name = wire_need_str(w, a);
		att[i].type = wire_need_str(w, a);
		att[i].bytes = wire_u64(w);
		att[i].part = wire_u32(w);
		att[i].flags = wire_bits(w, ATTACH_ALL);
	}
}

static void
get_content(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	struct fact_key *key;

	f->form = wire_enum(w, FORMS - 1);
	f->protection = wire_enum(w, PROTECTION_WRAPPED);
	f->outside = wire_str(w, a);
	f->text = wire_str(w, a);
	f->charset = wire_str(w, a);
	f->kana = wire_bool(w);
	f->japanese_charset = wire_bool(w);
	get_answer(w, a, &f->answer);
	get_attachments(w, a, f);
	f->nkeys = wire_count(w, LIMIT_KEYS_PER_MAIL);
	f->keys = key = wire_array(a, f->nkeys, sizeof(*key));
	for (size_t i = 0; i < f->nkeys; i++) {
		key[i].block = wire_copy(w, a, LIMIT_KEY_BYTES);
		key[i].origin = wire_enum(w, KEY_IN_SIGNATURE);
	}
}

static void
put_bounce(struct sk_buf *b, const struct fact_bounce *x)
{
	wire_put_u8(b, (uint8_t)x->fate);
	wire_put_str(b, x->status);
	wire_put_str(b, x->recipient);
	wire_put_u32(b, (uint32_t)x->nreturned);
	for (size_t i = 0; i < x->nreturned; i++)
		wire_put_str(b, x->returned[i]);
}

/* It goes into the log and the audit chain: nothing but an enhanced status code
 * (RFC 3463 2), whatever a reader says. */
static bool
is_status(const char *s)
{
	size_t n;

	if (*s != '2' && *s != '4' && *s != '5')
		return false;
	s++;
	for (int part = 0; part < 2; part++) {
		if (*s++ != '.')
			return false;
		n = strspn(s, "0123456789");
		if (n < 1 || n > 3)
			return false;
		s += n;
	}
	return *s == '\0';
}

static void
get_bounce(struct wire_in *w, struct sk_arena *a, struct fact_bounce *x)
{
	const char **returned;

	x->fate = wire_enum(w, FATE_UNCLEAR);
	x->status = wire_str(w, a);
	if (x->status != NULL && !is_status(x->status))
		w->bad = true;
	x->recipient = wire_str(w, a);
	x->nreturned = wire_count(w, LIMIT_RETURNED);
	x->returned = returned = wire_array(a, x->nreturned,
	    sizeof(*returned));
	for (size_t i = 0; i < x->nreturned; i++)
		returned[i] = wire_need_str(w, a);
}

static void
put_sightings(struct sk_buf *b, const struct answer *ans)
{
	wire_put_u32(b, ans->nsightings);
	for (unsigned i = 0; i < ans->nsightings; i++) {
		wire_put_u8(b, (uint8_t)ans->sightings[i].letter);
		wire_put_u8(b, (uint8_t)ans->sightings[i].seen);
	}
}

static void
get_sightings(struct wire_in *w, struct answer *ans)
{
	ans->nsightings = wire_count(w, ANSWER_SIGHTINGS);
	for (unsigned i = 0; i < ans->nsightings; i++) {
		uint8_t letter = wire_u8(w);

		if (letter != 0 && (letter < 'A' || letter > 'Z'))
			w->bad = true;
		ans->sightings[i].letter = (char)letter;
		ans->sightings[i].seen = wire_enum(w, SEEN_UNKNOWN);
	}
}

static void
put_found(struct sk_buf *b, const struct facts *f)
{
	wire_put_u8(b, (uint8_t)f->likely);
	put_sightings(b, &f->answer);
	put_bounce(b, &f->bounce);
	wire_put_u8(b, f->gives_password);
	wire_put_u32(b, (uint32_t)f->nindicators);
	for (size_t i = 0; i < f->nindicators; i++) {
		wire_put_u8(b, (uint8_t)f->indicators[i].type);
		wire_put_str(b, f->indicators[i].value);
		wire_put_u32(b, f->indicators[i].flags);
	}
	wire_put_u32(b, (uint32_t)f->ndetails);
	for (size_t i = 0; i < f->ndetails; i++) {
		wire_put_u8(b, (uint8_t)f->details[i].kind);
		wire_put_str(b, f->details[i].value);
	}
	wire_put_u32(b, (uint32_t)f->npassages);
	for (size_t i = 0; i < f->npassages; i++) {
		wire_put_u32(b, f->passages[i].at);
		wire_put_u32(b, f->passages[i].len);
		wire_put_u8(b, f->passages[i].technical);
	}
}

static void
get_indicators(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	struct fact_indicator *x;
	struct fact_detail *d;

	f->nindicators = wire_count(w, LIMIT_INDICATORS);
	f->indicators = x = wire_array(a, f->nindicators, sizeof(*x));
	for (size_t i = 0; i < f->nindicators; i++) {
		x[i].type = wire_enum(w, INDICATOR_CVE);
		x[i].value = wire_need_str(w, a);
		x[i].flags = wire_bits(w, INDICATOR_ALL);
	}
	f->ndetails = wire_count(w, LIMIT_DETAILS);
	f->details = d = wire_array(a, f->ndetails, sizeof(*d));
	for (size_t i = 0; i < f->ndetails; i++) {
		d[i].kind = wire_enum(w, DETAIL_CONSULTED);
		d[i].value = wire_need_str(w, a);
	}
}

/* In order, without gaps, and no further than the text. */
static void
get_passages(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	size_t at = 0, end = f->text != NULL ? strlen(f->text) : 0;
	struct fact_passage *p;

	f->npassages = wire_count(w, LIMIT_PASSAGES);
	f->passages = p = wire_array(a, f->npassages, sizeof(*p));
	for (size_t i = 0; i < f->npassages; i++) {
		p[i].at = wire_u32(w);
		p[i].len = wire_u32(w);
		p[i].technical = wire_bool(w);
		if (p[i].at != at || p[i].len > end - at)
			w->bad = true;
		if (w->bad)
			return;
		at += p[i].len;
	}
}

static void
get_found(struct wire_in *w, struct sk_arena *a, struct facts *f)
{
	f->likely = wire_enum(w, AUTO_OURS);
	get_sightings(w, &f->answer);
	get_bounce(w, a, &f->bounce);
	f->gives_password = wire_bool(w);
	get_indicators(w, a, f);
	get_passages(w, a, f);
}

/* Each place lies within a payload of LIMIT_MESSAGE_MAX; whether it lies in
 * this mail's payload is for whoever holds that descriptor. */
static void
get_places(struct wire_in *w, struct facts *f)
{
	uint64_t *const place[] = {
		&f->data_at, &f->data_len, &f->sig_at, &f->sig_len
	};

	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		*place[i] = wire_u64(w);
		if (*place[i] > LIMIT_MESSAGE_MAX)
			w->bad = true;
	}
	if (f->data_at + f->data_len > LIMIT_MESSAGE_MAX ||
	    f->sig_at + f->sig_len > LIMIT_MESSAGE_MAX)
		w->bad = true;
}

void
facts_put(struct sk_buf *b, const struct facts *f)
{
	wire_put_u8(b, FACTS_FORMAT);
	put_header(b, f);
	put_content(b, f);
	put_found(b, f);
	wire_put_u32(b, f->doubts);
	wire_put_u64(b, f->data_at);
	wire_put_u64(b, f->data_len);
	wire_put_u64(b, f->sig_at);
	wire_put_u64(b, f->sig_len);
}

int
facts_get(struct sk_arena *a, struct sk_span s, struct facts *f)
{
	struct wire_in w = wire_open(s);
	uint8_t format = wire_u8(&w);

	*f = (struct facts){ 0 };
	if (format != FACTS_FORMAT && format != FACTS_FORMAT_2)
		w.bad = true;
	get_header(&w, a, f);
	get_content(&w, a, f);
	if (format != FACTS_FORMAT_2)
		get_found(&w, a, f);
	f->doubts = wire_bits(&w, DOUBT_ALL | DOUBT_RETIRED);
	get_places(&w, f);
	return wire_end(&w);
}
