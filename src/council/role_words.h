#pragma once

#include <stdbool.h>

/* Is the whole of it one word for a function, as "info" or "support"? */
bool is_role_word(const char *word);
