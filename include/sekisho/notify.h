/* Tells the service manager about us (notify.c: the only libsystemd user). */
#pragma once

void notify_state(const char *state);
