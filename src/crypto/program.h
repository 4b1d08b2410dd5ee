/* Private to crypto. */
#pragma once

#include <stddef.h>

/* Runs a program to its end: 0, or -1. What it says on stdout is put into
 * line[size] with a NUL (line may be NULL). */
int program_run(const char *const argv[], char *line, size_t size);
