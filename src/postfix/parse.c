/* What postconf(1) prints, as records. Its output is one entry a line: it
 * unfolds and trims what people wrote. */
#include <sekisho/postfix.h>

#include <string.h>

#include <sekisho/text.h>

struct lines {
	struct sk_arena *a;
	char *at;
};

static char *
next_line(struct lines *l)
{
	char *line;

	do {
		line = strsep(&l->at, "\n");
	} while (line && !*line);
	return line;
}

static size_t
count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* "name = value", "name =": cut in two. false: no such line. */
static bool
assignment(char *line, const char **name, const char **value)
{
	char *eq = strchr(line, '='), *end;

	if (!eq)
		return false;
	for (end = eq; end > line && (end[-1] == ' ' || end[-1] == '\t');)
		end--;
	*end = '\0';
	for (eq++; *eq == ' ' || *eq == '\t';)
		eq++;
	*name = line;
	*value = eq;
	return *line != '\0';
}

static struct postfix_param *
find(const struct postfix *p, const char *name)
{
	for (size_t i = 0; i < p->nparams; i++)
		if (strcmp(p->params[i].name, name) == 0)
			return &p->params[i];
	return NULL;
}

/* Lines of `text` for parameters that are known: their raw value, or that
 * they are set. */
static void
mark(struct postfix *p, const char *text, bool set)
{
	struct lines l = { p->arena, sk_arena_str(p->arena, text) };
	const char *name, *value;

	for (char *line = next_line(&l); line; line = next_line(&l)) {
		struct postfix_param *x;

		if (!assignment(line, &name, &value) ||
		    (x = find(p, name)) == NULL)
			continue;
		if (set)
			x->set = true;
		else
			x->raw = value;
	}
}

void
postfix_parse_params(struct postfix *p, const char *expanded,
    const char *raw, const char *set)
{
	struct lines l = { p->arena, sk_arena_str(p->arena, expanded) };
	const char *name, *value;

	p->params = sk_arena_array(p->arena, count_lines(expanded),
	    sizeof(*p->params));
	for (char *line = next_line(&l); line; line = next_line(&l))
		if (assignment(line, &name, &value))
			p->params[p->nparams++] = (struct postfix_param){
			    name, value, value, false };
	mark(p, raw, false);
	mark(p, set, true);
}

static char *
word(char **at)
{
	char *s = *at;

	while (*s == ' ' || *s == '\t')
		s++;
	*at = s + strcspn(s, " \t");
	if (**at)
		*(*at)++ = '\0';
	return s;
}

/* name type private unpriv chroot wakeup maxproc command ... */
void
postfix_parse_services(struct postfix *p, const char *text)
{
	struct lines l = { p->arena, sk_arena_str(p->arena, text) };

	p->services = sk_arena_array(p->arena, count_lines(text),
	    sizeof(*p->services));
	for (char *line = next_line(&l); line; line = next_line(&l)) {
		char *f[8];

		for (size_t i = 0; i < 8; i++)
			f[i] = word(&line);
		if (!*f[7])
			continue;
		/* "-" is "n" since compatibility level 1, which is as old as
		 * the oldest Postfix that is served here. */
		p->services[p->nservices++] = (struct postfix_service){
			.name = f[0], .type = f[1],
			.chroot = strcmp(f[4], "y") == 0, .program = f[7] };
	}
}

/* "smtp/inet/smtpd_milters = ..." */
void
postfix_parse_options(struct postfix *p, const char *text)
{
	struct lines l = { p->arena, sk_arena_str(p->arena, text) };
	const char *name, *value;

	p->options = sk_arena_array(p->arena, count_lines(text),
	    sizeof(*p->options));
	for (char *line = next_line(&l); line; line = next_line(&l)) {
		char *slash;

		if (!assignment(line, &name, &value) ||
		    !(slash = strrchr(line, '/')))
			continue;
		*slash = '\0';
		p->options[p->noptions++] = (struct postfix_option){
		    line, slash + 1, value };
	}
}

const char *
postfix_param(const struct postfix *p, const char *name)
{
	const struct postfix_param *x = find(p, name);

	return x ? x->value : "";
}

const char *
postfix_raw(const struct postfix *p, const char *name)
{
	const struct postfix_param *x = find(p, name);

	return x ? x->raw : "";
}

bool
postfix_is_set(const struct postfix *p, const char *name)
{
	const struct postfix_param *x = find(p, name);

	return x && x->set;
}

const char *
postfix_service_id(const struct postfix *p, const struct postfix_service *s)
{
	return sk_arena_printf(p->arena, "%s/%s", s->name, s->type);
}

const char *
postfix_option(const struct postfix *p, const char *service, const char *name)
{
	for (size_t i = 0; i < p->noptions; i++)
		if (strcmp(p->options[i].service, service) == 0 &&
		    strcmp(p->options[i].name, name) == 0)
			return p->options[i].value;
	return NULL;
}

const char *
postfix_for(const struct postfix *p, const struct postfix_service *s,
    const char *name)
{
	const char *own = postfix_option(p, postfix_service_id(p, s), name);

	return own ? own : postfix_param(p, name);
}

const struct postfix_service *
postfix_service(const struct postfix *p, const char *name, const char *type)
{
	for (size_t i = 0; i < p->nservices; i++)
		if (strcmp(p->services[i].name, name) == 0 &&
		    strcmp(p->services[i].type, type) == 0)
			return &p->services[i];
	return NULL;
}
