#include "milterd/message.h"

#include <stdlib.h>
#include <string.h>

#include <sekisho/compose.h>
#include <sekisho/limits.h>
#include <sekisho/mem.h>
#include <sekisho/text.h>

struct seen {			/* how often a name that may be forged came */
	const char *name;
	uint32_t count;
};

struct message {
	const struct message_rules *rules;	/* NULL: no mail */
	struct sk_arena *arena;
	bool ours, head_done, ended;
	enum refusal refusal;
	enum message_kind kind;
	const char *sender, *rcpt;
	uint32_t nrcpts, received;
	uint64_t bytes;
	const char **desks, **given;
	size_t ndesks;
	struct copy_hasher *hasher;
	struct seen seen[LIMIT_MILTER_FORGED];
	size_t nseen;
	struct message_forged *forged;
	size_t nforged, capforged;
	struct sk_buf head;
	size_t received_at;
	bool at_top;		/* only fields of the milters before us yet */
};

struct message *
message_new(void)
{
	struct message *m = sk_malloc(sizeof(*m));

	sk_buf_init(&m->head, LIMIT_HEADER_BYTES);
	return m;
}

void
message_reset(struct message *m)
{
	struct sk_buf head = m->head;

	if (m->hasher)
		copy_hash_done(&m->hasher, NULL);
	free(m->forged);
	sk_arena_free(&m->arena);
	sk_buf_clear(&head);
	*m = (struct message){ .head = head };
}

void
message_free(struct message **m)
{
	if (!*m)
		return;
	message_reset(*m);
	sk_buf_free(&(*m)->head);
	free(*m);
	*m = NULL;
}

/* ---- envelope ---- */

static struct sk_span
without_angles(struct sk_span path)
{
	if (path.len >= 2 && path.p[0] == '<' && path.p[path.len - 1] == '>')
		return sk_span_of(path.p + 1, path.len - 2);
	return path;
}

/* NULL for what no message between our programs could carry. */
static const char *
plain_text(struct message *m, struct sk_span s)
{
	if (s.len > LIMIT_LMTP_ADDRESS || !sk_utf8_valid(s))
		return NULL;
	return sk_arena_strn(m->arena, s.p, s.len);
}

void
message_from(struct message *m, const struct message_rules *r,
    struct sk_span path, uint64_t size)
{
	message_reset(m);
	m->rules = r;
	m->arena = sk_arena_new();
	m->bytes = size;
	m->at_top = true;
	m->hasher = copy_hash_new();
	m->ours = ours_is_sender(r->ours, path);
	m->sender = plain_text(m, without_angles(path));
}

static void
add_desk(struct message *m, const char *plain, struct sk_span path)
{
	if (!m->desks) {
		m->desks = sk_arena_array(m->arena, LIMIT_LMTP_RCPTS,
		    sizeof(*m->desks));
		m->given = sk_arena_array(m->arena, LIMIT_LMTP_RCPTS,
		    sizeof(*m->given));
	}
	if (m->ndesks == LIMIT_LMTP_RCPTS)
		return;		/* the transport takes these */
	m->desks[m->ndesks] = plain;
	m->given[m->ndesks++] = sk_arena_strn(m->arena, path.p, path.len);
}

void
message_rcpt(struct message *m, struct sk_span path)
{
	const char *desk;

	if (!m->rules || m->head_done)
		return;
	m->rcpt = m->nrcpts++ ? NULL : plain_text(m, without_angles(path));
	desk = ours_recipient(m->arena, m->rules->ours, path);
	if (desk)
		add_desk(m, desk, path);
}

/* ---- head ---- */

static uint32_t
count_name(struct message *m, struct sk_span name)
{
	struct seen *s = m->seen;

	for (; s < m->seen + m->nseen; s++)
		if (ours_name_is(name, s->name))
			return ++s->count;
	if (m->nseen == LIMIT_MILTER_FORGED) {
		m->refusal = REFUSAL_FORGED;
		return 0;
	}
	m->nseen++;
	s->name = sk_arena_strn(m->arena, name.p, name.len);
	return s->count = 1;
}

static const char *
name_of(const struct message *m, struct sk_span name)
{
	for (size_t i = 0; i < m->nseen; i++)
		if (ours_name_is(name, m->seen[i].name))
			return m->seen[i].name;
	return "";
}

static void
note_forged(struct message *m, struct sk_span name, uint32_t index)
{
	if (m->nforged == LIMIT_HEADER_COUNT) {
		m->refusal = REFUSAL_FORGED;
		return;
	}
	if (m->nforged == m->capforged) {
		m->capforged = m->capforged ? 2 * m->capforged : 8;
		m->forged = sk_realloc(m->forged,
		    m->capforged * sizeof(*m->forged));
	}
	m->forged[m->nforged++] = (struct message_forged){
		name_of(m, name), index };
}

/* What only we write (L13), or what authenticates and stands behind us. */
static bool
is_forged(struct message *m, struct sk_span name, struct sk_span value)
{
	bool result = ours_name_is(name, "Authentication-Results");
	uint32_t index;

	if (!result && !ours_name_begins(name, "X-Sekisho-"))
		return false;
	index = count_name(m, ours_name(name));
	if (result && (m->rules->behind ||
	    !ours_is_result(value, m->rules->authserv_id)))
		return false;
	if (index)
		note_forged(m, name, index);
	return true;
}

/* What the milters before us put on top, so that our Received, which stands
 * for Postfix's, comes below it. */
static bool
of_a_milter(struct sk_span name)
{
	static const char *const names[] = { "Authentication-Results",
	    "DKIM-Filter", "DMARC-Filter", "Received-SPF",
	    "Authentication-Results-Original" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ours_name_is(name, names[i]))
			return true;
	return false;
}

/* Folds reach a milter as bare LF; they leave as CRLF. */
static void
keep_field(struct message *m, struct sk_span name, struct sk_span value)
{
	if (m->at_top && !(m->rules->behind && of_a_milter(name))) {
		m->at_top = false;
		m->received_at = m->head.len;
	}
	sk_buf_add(&m->head, name.p, name.len);
	sk_buf_addc(&m->head, ':');
	for (size_t i = 0; i < value.len; i++) {
		if (value.p[i] == '\n' && (!i || value.p[i - 1] != '\r'))
			sk_buf_addc(&m->head, '\r');
		sk_buf_addc(&m->head, value.p[i]);
	}
	sk_buf_adds(&m->head, "\r\n");
}

void
message_field(struct message *m, struct sk_span name, struct sk_span value)
{
	bool forged;

	if (!m->rules || m->head_done)
		return;
	copy_hash_field(m->hasher, name, value);
	m->ours = m->ours || ours_is_field(m->rules->ours, name, value);
	m->received += ours_name_is(name, "Received");
	if (!m->ndesks)
		return;
	forged = is_forged(m, name, value);
	if (m->rules->intake && !forged)
		keep_field(m, name, value);
}

static enum message_kind
refuse(struct message *m, enum refusal why)
{
	m->refusal = why;
	m->kind = MESSAGE_REFUSED;
	return m->kind;
}

enum message_kind
message_head_end(struct message *m)
{
	const struct message_rules *r = m->rules;

	if (!r || m->head_done)
		return m->kind;
	m->head_done = true;
	if (m->at_top)
		m->received_at = m->head.len;
	if (m->ours && r->guard)
		return m->kind = MESSAGE_OURS;
	if (!m->ndesks)
		return m->kind = MESSAGE_OTHERS;
	/* Without the guard nobody can tell, but we never write to us. */
	if (m->ours)
		return refuse(m, REFUSAL_OUR_NAME);
	if (m->received > LIMIT_MILTER_RECEIVED)
		return refuse(m, REFUSAL_LOOP);
	if (m->bytes > r->max_bytes || m->head.over)
		return refuse(m, REFUSAL_SIZE);
	if (m->refusal)
		return refuse(m, m->refusal);
	m->bytes = 0;		/* counted from here on, not declared */
	return m->kind = MESSAGE_DESK;
}

/* ---- body ---- */

void
message_body(struct message *m, const void *p, size_t n)
{
	if (!m->rules || !m->head_done || m->ended)
		return;
	if (m->kind == MESSAGE_OURS)
		copy_hash_body(m->hasher, p, n);
	m->bytes += n;
	if (m->kind == MESSAGE_DESK && m->bytes > m->rules->max_bytes)
		refuse(m, REFUSAL_SIZE);
}

enum message_kind
message_end(struct message *m, unsigned char hash[SK_HASH])
{
	memset(hash, 0, SK_HASH);
	if (!m->rules)
		return MESSAGE_OTHERS;
	message_head_end(m);
	if (m->hasher)
		copy_hash_done(&m->hasher, hash);
	m->ended = true;
	return m->kind;
}

/* ---- what is known ---- */

enum refusal
message_refusal(const struct message *m)
{
	return m->refusal;
}

bool
message_begun(const struct message *m)
{
	return m->rules != NULL;
}

const char *
message_sender(const struct message *m)
{
	return m->sender;
}

uint32_t
message_nrcpts(const struct message *m)
{
	return m->nrcpts;
}

const char *
message_only_rcpt(const struct message *m)
{
	return m->rcpt;
}

size_t
message_desks(const struct message *m, const char *const **plain,
    const char *const **given)
{
	*plain = m->desks;
	*given = m->given;
	return m->ndesks;
}

static int
later_first(const void *x, const void *y)
{
	const struct message_forged *a = x, *b = y;

	return (a->index < b->index) - (a->index > b->index);
}

const struct message_forged *
message_forged(const struct message *m, size_t *n)
{
	*n = m->nforged;
	if (m->nforged)
		qsort(m->forged, m->nforged, sizeof(*m->forged), later_first);
	return m->forged;
}

struct sk_span
message_head(const struct message *m, size_t *received_at)
{
	*received_at = m->received_at;
	return sk_buf_span(&m->head);
}
