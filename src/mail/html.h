/* Private to html.c and html_clean.c. */
#pragma once

#include <sekisho/buf.h>

/* Writes html again so that libxml2 meets plain tags only; what passes the
 * buffer's maximum is left out. */
void html_clean(struct sk_buf *out, const char *html, size_t len);
