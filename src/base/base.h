/* What the files of this folder share and nobody else sees. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Shown by a terminal as nothing, or changing what stands around it: C0, DEL,
 * C1, bidi controls, zero-width, fillers, tag characters. */
bool sk_uc_hidden(uint32_t c);
/* Valid UTF-8 without hidden characters and blanks of any kind. */
bool sk_utf8_printable(const char *s);
