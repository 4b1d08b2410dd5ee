/* The scan with its limits, for those who go on with what it found. */
#pragma once

#include "mail/scan.h"

int prescan(struct sk_arena *a, struct sk_span raw, unsigned layer,
    struct mail_scan *out, struct sk_error *e);
