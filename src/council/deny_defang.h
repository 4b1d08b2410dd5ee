#pragma once

#include "deny_text.h"

/* Turns "[.]", "(dot)", " at ", "\.", "hxxp" back, in place. */
void deny_defang(struct deny_text *t);
