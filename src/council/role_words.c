/*
 * Addresses that several people read: who receives a secret would not
 * be known, so such an address is refused with the mend. The local part is cut
 * into words; a word for a list anywhere, or a function in first place, makes
 * it one. A person's name beside a department ("sato-security") does not.
 */
#include "role_words.h"

#include <string.h>

#include <sekisho/roster.h>
#include <sekisho/text.h>

/* Anywhere in a local part. */
static const char *const list_words[] = {
	"ml", "list", "lists", "mailinglist", "maillist", "mailman",
	"majordomo", "listserv", "group", "groups", "all", "everyone",
	"members", "announce", "request", "bounces", "owner", "zenin",
	"メーリングリスト", "グループ", "全員",
};

/* First label of a host that carries lists; "acme-group.example" is none. */
static const char *const list_hosts[] = {
	"ml", "list", "lists", "mailman", "mailinglist", "listserv",
	"googlegroups",
};

/* In first place: the address is named after what is done there. */
static const char *const first_words[] = {
	"info", "contact", "csirt", "psirt", "sirt", "cirt", "cert", "soc",
	"noc", "isac", "ceptoar", "abuse", "admin", "admins", "administrator",
	"postmaster", "webmaster", "hostmaster", "root", "daemon", "mailer",
	"noreply", "support", "help", "helpdesk", "servicedesk", "desk",
	"office", "staff", "team", "security", "incident", "inquiry",
	"inquiries", "enquiry", "toiawase", "otoiawase", "madoguchi", "soumu",
	"somu", "kikaku", "koho", "kouhou", "jinji", "keiri", "eigyo",
	"joho", "jouhou", "johosys", "jimu", "jimukyoku", "kanri", "hisho",
	"secretariat", "reception", "uketsuke", "anken", "alert", "alerts",
	"notify", "monitor", "kanshi", "shared", "mailbox", "daihyo",
	"daihyou", "代表", "事務局", "窓口", "総務", "総務課", "広報", "情報",
	"情報システム部", "お問い合わせ", "問合せ", "セキュリティ",
};

/* A function only where no name stands beside it. */
static const char *const alone_words[] = {
	"system", "systems", "service", "services", "sales", "marketing",
	"legal", "audit", "press", "pr", "hr", "it", "is", "ict", "user",
	"users", "test", "mail", "email", "dept", "division", "section",
	"network", "server", "cloud", "dev", "ops", "qa", "no", "reply",
	"jp", "japan", "tokyo", "osaka", "hq", "honsha", "unit", "grp", "gr",
	"ka", "bu", "kakari", "han", "dai", "shitsu",
};

#define IN(word, n, table) in(word, n, table, \
	sizeof(table) / sizeof((table)[0]))

static bool
in(const char *word, size_t n, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(table[i]) == n && strncmp(table[i], word, n) == 0)
			return true;
	return false;
}

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* The next word of s, or length 0 at its end; digits part words. */
static size_t
next_word(const char **s)
{
	size_t n = 0;

	while (**s && !is_word_char(**s))
		(*s)++;
	while (is_word_char((*s)[n]))
		n++;
	return n;
}

bool
is_role_word(const char *word)
{
	struct sk_arena *a = sk_arena_new();
	const char *s = sk_nfkc_fold(a, word);
	size_t n = strlen(s);
	bool is = IN(s, n, list_words) || IN(s, n, first_words) ||
	    IN(s, n, alone_words);

	sk_arena_free(&a);
	return is;
}

/* Words of the organisation's own name say nothing about who reads. */
static bool
is_domain_word(const char *word, size_t n, const char *domain)
{
	const char *s = domain;
	size_t k;

	for (; (k = next_word(&s)) > 0; s += k)
		if (k == n && strncmp(s, word, n) == 0)
			return true;
	return false;
}

static const char *
judge_local(const char *local, const char *domain)
{
	bool first = true, named = false, said = false, function = false;
	const char *s = local;
	size_t n;

	for (; (n = next_word(&s)) > 0; s += n, said = true) {
		if (IN(s, n, list_words))
			return "its name is that of a mailing list";
		if (IN(s, n, first_words) && first)
			return "it is named after a function, not a person";
		if (IN(s, n, first_words) || IN(s, n, alone_words))
			function = true;
		else if (!is_domain_word(s, n, domain))
			named = true;
		first = first && is_domain_word(s, n, domain);
	}
	if (function && !named)
		return "it is named after a function, not a person";
	/* A number alone is somebody's at many places. */
	return named || !said ? "" : "it names the organisation, not a person";
}

static bool
is_list_domain(const char *domain)
{
	return IN(domain, strcspn(domain, "."), list_hosts);
}

const char *
roster_list_like(const char *address)
{
	struct sk_arena *a = sk_arena_new();
	char *key = sk_address_key(a, address ? address : "");
	char *at = strrchr(key, '@');
	const char *why = "it is no address";

	if (at) {
		*at = '\0';
		why = is_list_domain(at + 1) ?
		    "its domain is one of mailing lists" :
		    judge_local(key, at + 1);
	}
	sk_arena_free(&a);
	return why;
}
