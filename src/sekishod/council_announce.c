/*
 * The announcement of the council's next key, and of its next certificate: one
 * mail to each whose own key is of that kind, since that is who writes to it
 * and who sees its signature; sealed like all others to that one person, signed
 * with the present key, which is the proof of the next one. Who has it is known
 * by the copy's own note, so that a second run makes what a first did not come
 * to, and reaches who was registered meanwhile. One that is sealed after the
 * day of change, or to a key of the other kind, would prove nothing: it is
 * dropped.
 */
#include "delivery.h"

#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/cms_certs.h>
#include <sekisho/text.h>

#define TEMPLATE "T-46"
#define WITHDRAWN " withdrawn"
#define COPIES_MAX 1000
#define CASES_MAX 100000

bool
announcement_text(const char *template)
{
	return strcmp(template, TEMPLATE) == 0;
}

/* ---- what it says ---- */

/* One that was taken back is of interest to who was told of it. */
static bool
taken_back(const struct daemon *d, struct sk_arena *a, enum key_scheme scheme,
    struct announced *x)
{
	x->next = (struct council_key){ .fpr = council_withdrawn(d, scheme) };
	x->withdrawn = *x->next.fpr && council_key(d, scheme, OWN_CURRENT,
	    &x->present) && x->present.block.len;
	if (x->withdrawn)
		x->about = sk_arena_printf(a, "%s" WITHDRAWN, x->next.fpr);
	return x->withdrawn;
}

static bool
ahead(const struct daemon *d, struct sk_arena *a, enum key_scheme scheme,
    struct announced *x)
{
	*x = (struct announced){ 0 };
	if (!council_key(d, scheme, OWN_NEXT, &x->next))
		return taken_back(d, a, scheme, x);
	if (!council_key(d, scheme, OWN_CURRENT, &x->present) ||
	    !x->next.block.len || !x->present.block.len)
		return false;
	x->about = sk_arena_printf(a, "%s %s %s", x->next.fpr, sk_time_iso(a,
	    x->next.since), sk_time_iso(a, x->present.until));
	return true;
}

/* Which kind it is of nothing but this says: each has its own days. */
static bool
is_about(const struct copy_record *c, const struct announced *x)
{
	return c->items && x->about && strcmp(c->items, x->about) == 0;
}

bool
announcement_over(const struct daemon *d, struct sk_arena *a,
    const struct copy_record *c)
{
	struct announced x;
	bool over = announcement_text(c->template) &&
	    *council_fpr(d, KEY_OPENPGP);	/* else no keyd told any yet */

	for (int s = 0; over && s < KEY_SCHEMES; s++)
		over = !(ahead(d, a, (enum key_scheme)s, &x) &&
		    is_about(c, &x));
	return over;
}

static void
attach(struct sk_arena *a, struct announcement_files *f, const char *name,
    const char *type, struct sk_span bytes)
{
	f->list[f->n++] = (struct compose_attachment){ name, type,
		sk_span_of(sk_arena_dup(a, bytes.p, bytes.len), bytes.len) };
}

/* The present key too, since its end is new; a certificate's never changes. */
static void
attach_keys(struct sk_arena *a, const struct announced *x,
    struct announcement_files *f)
{
	if (!x->withdrawn)
		attach(a, f, "council-key-next.asc", "application/pgp-keys",
		    x->next.block);
	attach(a, f, "council-key-present.asc", "application/pgp-keys",
	    x->present.block);
}

static void
attach_certificate(struct sk_arena *a, const struct announced *x,
    struct announcement_files *f)
{
	struct sk_buf b;

	sk_buf_init(&b, LIMIT_KEY_BYTES + CMS_CERTS_MORE);
	cms_certs_only(x->next.block, &b);
	attach(a, f, "council-certificate-next.p7c",
	    "application/pkcs7-mime; smime-type=certs-only", sk_buf_span(&b));
	sk_buf_free(&b);
}

/* What this one was told last, before this copy. */
static const struct copy_record *
told_last(struct daemon *d, struct sk_arena *a, const struct copy_record *c)
{
	const struct copy_record *last = NULL;
	struct copy_record *past = NULL;
	size_t n = 0;
	int r = c->person ? store_copies_marked(d->store, a, c->person,
	    COPIES_MAX, &past, &n) : store_copy_list(d->store, a, -1, 0,
	    c->case_row, COPIES_MAX, &past, &n);

	for (size_t i = 0; i < n && !r; i++)
		if (announcement_text(past[i].template) && past[i].items &&
		    past[i].state == COPY_SENT && past[i].row < c->row &&
		    (!last || past[i].row > last->row))
			last = &past[i];
	return last;
}

/* It was another key, which is none of ours, and that was not said yet. */
static bool
is_corrected(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c)
{
	const struct copy_record *last = told_last(d, a, c);
	size_t n = last ? strcspn(last->items, " ") : 0;

	return last && strcmp(last->items + n, WITHDRAWN) != 0 &&
	    !council_key_is(d, sk_arena_strn(a, last->items, n));
}

bool
announcement_fill(struct daemon *d, struct sk_arena *a,
    const struct copy_record *c, enum key_scheme scheme, struct tvalues *v,
    struct announcement_files *files)
{
	struct announced x;

	*files = (struct announcement_files){ .n = 0 };
	if (!ahead(d, a, scheme, &x) || !is_about(c, &x))
		return false;
	tv_flag(v, "withdrawn", x.withdrawn);
	tv_flag(v, "corrected", !x.withdrawn && is_corrected(d, a, c));
	tv_flag(v, "certificate", scheme == KEY_SMIME);
	tv_str(v, "council_fpr", values_own_fpr(a, scheme, &x.present));
	tv_str(v, "key_fpr", x.withdrawn ? "" : values_own_fpr(a, scheme,
	    &x.next));
	tv_str(v, "date", sk_date_local(a, x.next.since));
	/* The last day is the one before which it ends. */
	tv_str(v, "key_until", sk_date_local(a, x.present.until - 1));
	if (scheme == KEY_OPENPGP)
		attach_keys(a, &x, files);
	else if (!x.withdrawn)
		attach_certificate(a, &x, files);
	return true;
}

/* ---- to whom ---- */

struct round {
	struct daemon *d;
	struct sk_arena *a;
	bool make;
	int64_t now;
	struct announcement *x;
	struct round_case {		/* had it, or gets it now */
		const char *address;
		enum key_scheme scheme;
	} *addresses;
	size_t naddresses;
};

/* Whose T-46 begins so? */
static bool
has_one(const char *about, const struct copy_record *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (announcement_text(c[i].template) && c[i].items &&
		    c[i].state != COPY_DROPPED &&
		    strncmp(c[i].items, about, strlen(about)) == 0)
			return true;
	return false;
}

/* Of one that was taken back hears who was told of it. */
static bool
is_told(const struct announced *x, const struct copy_record *c, size_t n)
{
	return has_one(x->about, c, n) || (x->withdrawn && !has_one(
	    x->next.fpr, c, n));
}

/* The copies of one person at a time: there may be thousands of people. */
static int
person_told(const struct round *r, const char *person,
    const struct announced *x, bool *told)
{
	struct sk_arena *a = sk_arena_new();
	struct copy_record *past = NULL;
	size_t n = 0;
	int ret = store_copies_marked(r->d->store, a, person, COPIES_MAX,
	    &past, &n);

	*told = !ret && is_told(x, past, n);
	sk_arena_free(&a);
	return ret;
}

static int
to_person(struct round *r, const struct person *p)
{
	struct announced *x;
	struct key_record k;
	bool told, keyless;
	int ret;

	if (!p->active || !p->account)
		return SK_OK;
	keyless = store_key_pinned(r->d->store, r->a, p->id, 0, &k) != SK_OK;
	x = &r->x->of[keyless ? p->scheme : (int)k.facts.scheme];
	if (!x->about)
		return SK_OK;
	ret = person_told(r, p->id, x, &told);
	if (ret)
		return ret;
	if (told) {
		x->told++;
		return SK_OK;
	}
	x->copies++;
	if (keyless)
		r->x->no_key[r->x->nno_key++] = p->id;
	return r->make ? letter_send(r->d, r->a, p, TEMPLATE, x->about, NULL,
	    r->now) : SK_OK;
}

static int
to_persons(struct round *r)
{
	struct roster_known k;
	int ret = store_roster(r->d->store, r->a, true, &k);

	if (ret)
		return ret;
	r->x->no_key = sk_arena_array(r->a, k.npersons + 1,
	    sizeof(*r->x->no_key));
	for (size_t i = 0; i < k.npersons && !ret; i++)
		ret = to_person(r, &k.persons[i]);
	return ret;
}

static bool
is_listed(const struct round *r, const char *address, enum key_scheme scheme)
{
	for (size_t i = 0; i < r->naddresses; i++)
		if (r->addresses[i].scheme == scheme &&
		    sk_ascii_ieq(r->addresses[i].address, address))
			return true;
	return false;
}

static void
list(struct round *r, const char *address, enum key_scheme scheme)
{
	r->addresses[r->naddresses++] = (struct round_case){ address, scheme };
}

/* Whom nobody can write to encrypted does not write so to us. A registered
 * person has a mail of their own. */
static bool
concerned(const struct round *r, const struct case_record *c,
    enum key_scheme *scheme)
{
	struct key_record k;
	struct person p;

	if (!c->originator || store_key_pinned(r->d->store, r->a, NULL,
	    c->row, &k) != SK_OK || !r->x->of[k.facts.scheme].about)
		return false;
	*scheme = k.facts.scheme;
	return !(store_person_by_address(r->d->store, r->a, c->originator,
	    &p) == SK_OK && p.active && p.account);
}

static bool
case_heard(const struct round *r, const struct case_record *c,
    const char *about)
{
	struct copy_record *past = NULL;
	size_t n = 0;

	return store_copy_list(r->d->store, r->a, -1, 0, c->row, COPIES_MAX,
	    &past, &n) == SK_OK && has_one(about, past, n);
}

static void
case_told(struct round *r, const struct case_record *c,
    enum key_scheme scheme)
{
	struct announced *x = &r->x->of[scheme];

	if (case_heard(r, c, x->about) && !is_listed(r, c->originator,
	    scheme)) {
		list(r, c->originator, scheme);
		x->told++;
	}
}

static int
to_case(struct round *r, const struct case_record *c, enum key_scheme scheme)
{
	struct announced *x = &r->x->of[scheme];
	const struct letter l = { .of_case = c, .address = c->originator,
		.language = c->language, .template = TEMPLATE,
		.about = x->about, .now = r->now };

	if (is_listed(r, c->originator, scheme))
		return SK_OK;
	if (x->withdrawn && !case_heard(r, c, x->next.fpr))
		return SK_OK;
	list(r, c->originator, scheme);
	x->copies++;
	return r->make ? letter_post(r->d, r->a, &l) : SK_OK;
}

/* One mail to an address, however many cases it has. */
static int
to_cases(struct round *r)
{
	struct case_record *c = NULL;
	enum key_scheme *schemes;
	size_t n = 0, m = 0;
	int ret = store_case_list(r->d->store, r->a, true, CASES_MAX, &c, &n);

	r->addresses = sk_arena_array(r->a, n + 1, sizeof(*r->addresses));
	schemes = sk_arena_array(r->a, n + 1, sizeof(*schemes));
	for (size_t i = 0; i < n && !ret; i++)
		if (concerned(r, &c[i], &schemes[m]))
			c[m++] = c[i];
	for (size_t i = 0; i < m; i++)
		case_told(r, &c[i], schemes[i]);
	for (size_t i = 0; i < m && !ret; i++)
		ret = to_case(r, &c[i], schemes[i]);
	return ret;
}

int
announcement_send(struct daemon *d, struct sk_arena *a, bool make,
    struct announcement *out, struct sk_error *e)
{
	struct round r = { .d = d, .a = a, .make = make, .now = sk_now(),
		.x = out };
	const char *differ = council_keys_differ(d);
	bool any = false;
	int ret;

	*out = (struct announcement){ 0 };
	if (differ)
		return sk_fail(e, SK_ERR_REFUSED, "keyd", "%s", differ);
	for (int s = 0; s < KEY_SCHEMES; s++)
		any |= ahead(d, a, (enum key_scheme)s, &out->of[s]);
	if (!any)
		return sk_fail(e, SK_ERR_NOINPUT, "key", "no other key "
		    "follows the present one, and no other certificate: make "
		    "it with `sekisho setup key --next' or `sekisho setup "
		    "smime', and start sekishod anew");
	ret = to_persons(&r);
	if (!ret)
		ret = to_cases(&r);
	return ret ? sk_fail(e, ret, "key", "the store refused a copy") :
	    SK_OK;
}
