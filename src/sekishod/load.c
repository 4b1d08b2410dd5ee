/*
 * Loading: configuration, policy, templates, keys, store. Everything is checked
 * before anything is opened; `-t` stops there. A reload that finds a fault
 * keeps what was in force.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sekisho/clock.h>
#include <sekisho/files.h>
#include <sekisho/log.h>
#include <sekisho/vault.h>

static int
load_rules(const char *file, struct config **c, struct policy **p,
    struct template_set **t, struct sk_buf *faults)
{
	struct sk_error e = { 0 };
	int r = config_load(file, c, faults);

	if (r)
		return r;
	r = policy_load((*c)->policy, p, faults);
	if (policy_templates((*c)->templates, t, faults, &e))
		r = SK_ERR_CONFIG;
	if (!r && matrix_lint(*p, faults))
		r = SK_ERR_CONFIG;
	if (!r && !sk_timezone((*c)->timezone)) {
		sk_buf_addf(faults, "%s: council.timezone: unknown zone "
		    "\"%s\": use a name like Asia/Tokyo\n", file,
		    (*c)->timezone);
		r = SK_ERR_CONFIG;
	}
	return r;
}

static void
say_faults(struct sk_buf *faults)
{
	char *line = sk_buf_str(faults), *save = NULL;

	for (line = strtok_r(line, "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save))
		fprintf(stderr, "sekishod: %s\n", line);
}

int
load_files(struct daemon *d, const char *file)
{
	struct sk_buf faults;
	int r;

	sk_buf_init(&faults, LIMIT_CONFIG_FILE);
	r = load_rules(file, &d->config, &d->policy, &d->templates, &faults);
	say_faults(&faults);
	sk_buf_free(&faults);
	return r;
}

/* Policy and templates only: sockets and keys stay as they are. */
int
load_again(struct daemon *d)
{
	struct config *c = NULL;
	struct policy *p = NULL;
	struct template_set *t = NULL;
	struct sk_buf faults;
	int r;

	sk_buf_init(&faults, LIMIT_CONFIG_FILE);
	r = load_rules(d->config->file, &c, &p, &t, &faults);
	if (r) {
		say_faults(&faults);
		sk_log(SK_ERROR, "reload", "result=kept-the-old mend=\"see "
		    "sekishod -t\"");
		policy_free(&p);
		template_set_free(&t);
	} else {
		policy_free(&d->policy);
		template_set_free(&d->templates);
		d->policy = p;
		d->templates = t;
		sk_log(SK_INFO, "reload", "result=ok");
	}
	config_free(&c);
	sk_buf_free(&faults);
	return r;
}

static int
load_vault(struct daemon *d, struct sk_error *e)
{
	unsigned char pk[VAULT_KEY];
	char path[4096];
	int r;

	/* sekishod seals and never opens: the public half is all it reads. */
	snprintf(path, sizeof(path), "%s.pub", d->config->vault_key);
	r = vault_key_read(path, pk, e);
	if (!r)
		d->wrapper = vault_wrapper_new(pk);
	return r;
}

int
load_keys(struct daemon *d, struct sk_error *e)
{
	int r = vault_init();

	if (!r)
		r = vault_key_read(d->config->store_key, d->store_key, e);
	if (!r)
		r = load_vault(d, e);
	snprintf(d->spool, sizeof(d->spool), "%s-spool",
	    d->config->store_path);
	return r ? r : sk_dir_make(d->spool, 0700, e);
}

int
load_store(struct daemon *d, struct sk_error *e)
{
	int r = store_open(d->config->store_path, d->store_key, false,
	    &d->store, e);

	if (!r)
		council_keys_load(d);
	return r;
}
