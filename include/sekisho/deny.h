/*
 * Deny-list of a case (I6, R-075): what must not appear in anything rendered
 * from it. Matching is over NFKC-folded text with spacing, width, defanging
 * ("[.]", "hxxp") and zero-width characters taken out; domain names in both
 * forms of IDN; internet addresses and ranges by their bits. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sekisho/arena.h>
#include <sekisho/buf.h>
#include <sekisho/error.h>

struct deny_list {
	const char *const *words;	/* names, domains, addresses, hosts,
					 * products; "192.0.2.0/24" is a range */
	size_t nwords;
};

/* The words a case starts with: originator's address, its organisational
 * domain, display name and member organisation's name, these also without
 * their form of company and in parts (any may be NULL; words shorter than 3
 * letters, or 2 ideographs, names of functions and free-mail domains are left
 * out). */
void deny_from_originator(struct sk_arena *a, const char *address,
    const char *display_name, const char *org_name,
    const char *const *free_mail, size_t nfree_mail, struct deny_list *out);
/* May a person put this on a list? Too short to look for, a range of half the
 * internet, or something between a range and a word is SK_ERR_DATA. */
int deny_check(const char *word, struct sk_error *e);
/* The first word found, or NULL. where (may be NULL): byte offset in text. */
const char *deny_scan(struct sk_arena *a, const struct deny_list *list,
    const char *text, size_t *where);

/* ---- the finished mail (deny_mail.c) ---- */

/* One part of a mail as its reader gets it. An attachment is looked at by its
 * name and its bytes: text as text, anything else by what can be read in it,
 * and so the names of files in an archive or an office document. */
struct deny_part {
	const char *name;	/* "subject", "text", or that of a file */
	const char *type;	/* media type of a file; NULL: a text */
	struct sk_span bytes;
};
struct deny_hit {
	const char *part;	/* its name; "file name" for a file's own */
	unsigned line;		/* from 1 */
	size_t word;		/* place in the list */
	const char *kind;	/* "mail address", "network", "domain", "name":
				 * what a log may say instead of the word */
};
/* Does a word of the list stand in any part? What stands in the frame as well
 * (the same mail without its items: greeting, desk, law) names nobody and is
 * passed over. */
bool deny_find(const struct deny_list *list, const struct deny_part *parts,
    size_t n, const struct deny_part *frame, size_t nframe,
    struct deny_hit *out);
const char *deny_kind(const char *word);
