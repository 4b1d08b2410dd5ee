/* The relay's settings together (config_relay.c). */
#pragma once

#include <sekisho/config.h>

#include "checks.h"
#include "schema.h"

void config_relay(struct config *c, struct schema *s);
