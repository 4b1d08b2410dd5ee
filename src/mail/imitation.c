/*
 * Does the mail imitate what this program, gpg or a gateway would say about it
 * (SEPPmail CVE-2026-29141: a forged "[signed OK]" in the subject)? Nothing
 * here is ever decided by such words; the flag is for the people who read them.
 */
#include <config.h>

#include <sekisho/text.h>

#include "mail/bytes.h"
#include "mail/read.h"

/* Within brackets in a subject, full-width ones and letters folded. */
static const char *const tags[] = { "signed", "encrypted", "decrypted",
	"verified", "pgp", "gpg", "s/mime", "smime", "secure", "trusted",
	"署名", "暗号", "復号", "検証", "認証済" };

/* Anywhere in a line of the text. */
static const char *const lines[] = { "[gnupg:]", "gpg: good signature",
	"gpg: 正しい署名", "it is signed by the registered person",
	"it is signed by the key approved", "the signature is over all that" };

static bool
has_one(struct sk_span s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (memmem(s.p, s.len, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

static const char *
closing(const char *open)
{
	return *open == '[' ? "]" :
	    strncmp(open, "【", strlen("【")) == 0 ? "】" :
	    strncmp(open, "〔", strlen("〔")) == 0 ? "〕" : NULL;
}

static bool
has_tag(const char *folded)
{
	for (const char *p = folded; *p != '\0'; p++) {
		const char *close = closing(p);
		const char *end = close != NULL ? strstr(p, close) : NULL;

		if (end != NULL && has_one(sk_span_of(p, (size_t)(end - p)),
		    tags, sizeof(tags) / sizeof(*tags)))
			return true;
	}
	return false;
}

void
read_imitation(struct mail_work *w)
{
	const struct facts *f = w->out;

	if ((f->subject != NULL && has_tag(sk_nfkc_fold(w->a,
	    f->subject))) ||
	    (f->text != NULL && has_one(sk_span_str(sk_ascii_lower(w->a,
	    f->text)), lines, sizeof(lines) / sizeof(*lines))))
		w->out->doubts |= DOUBT_IMITATION;
}
