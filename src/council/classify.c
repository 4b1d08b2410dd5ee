/*
 * What kind of mail is it? By the outer head, the envelope and the names of
 * files only: nothing here was decrypted to decide it, and nothing of it is
 * proof. Whoever writes to a desk is heard; a class other than
 * "consultation" needs a sign that a person's mail does not carry.
 */
#include <sekisho/decide.h>

#include <string.h>

#include <sekisho/text.h>

enum fact_auto
classify_automatic(const struct facts *f, bool null_sender)
{
	bool decided = f->automatic == AUTO_DSN ||
	    f->automatic == AUTO_REPLIED || f->automatic == AUTO_OURS;

	return null_sender && !decided && f->likely != AUTO_NO ? f->likely :
	    f->automatic;
}

/* The papers of R-113, as their names begin after the date. */
static bool
is_paper(struct sk_arena *a, const char *name)
{
	static const char *const papers[] = { "協議会加入申込書",
		"事務従事者登録届", "申込事項変更届" };
	char *s = sk_nfkc_fold(a, name), *to = s;

	for (const char *p = s; *p; p++)	/* blanks hide nothing */
		if (*p != ' ' && *p != '_' && *p != '\t')
			*to++ = *p;
	*to = '\0';
	for (size_t i = 0; i < sizeof(papers) / sizeof(*papers); i++)
		if (strstr(s, papers[i]))
			return true;
	return false;
}

bool
classify_paper(struct sk_arena *a, const struct facts *f)
{
	for (size_t i = 0; i < f->nattachments; i++)
		if (is_paper(a, f->attachments[i].name))
			return true;
	return false;
}

enum mail_class
classify_alone(struct sk_arena *a, const struct facts *f)
{
	switch (classify_automatic(f, false)) {
	case AUTO_DSN: return MAIL_BOUNCE;
	case AUTO_REPLIED: return MAIL_AUTO_REPLY;
	case AUTO_LIST: return MAIL_LIST;
	case AUTO_OURS: return MAIL_OPERATOR_LOOK;
	default: break;
	}
	if (answer_any(&f->answer))
		return MAIL_ANSWER;
	if (f->answer.nsightings)
		return MAIL_MEMBER_ANSWER;
	if (classify_paper(a, f))
		return MAIL_WRONG_DESK;
	return f->gives_password ? MAIL_PASSWORD : MAIL_CONSULTATION;
}
