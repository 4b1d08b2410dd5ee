/*
 * Restraint of automatic mail (design.md §8, standards.md B4 backscatter): a
 * forged From must not turn us into a source of mail to strangers.
 */
#include <sekisho/decide.h>

bool
restraint_allows(const struct restraint *r, enum authentication auth,
    const struct reply_counts *counts)
{
	switch (auth) {
	case AUTH_FAIL:
		return false;
	case AUTH_NONE:
		return counts->address_day < r->none_per_address_day &&
		    counts->domain_hour < r->none_per_domain_hour &&
		    counts->all_hour < r->none_per_hour;
	case AUTH_PASS:
		return counts->address_day < r->pass_per_address_day;
	}
	return false;
}
