/* bootopt.h - options of the boot command line, `name=value` with blanks between. */
#pragma once

#include "lib/types.h"

/* The value of option @name, or NULL.  Lives for ever. */
const char *bootopt_get(const char *name);
