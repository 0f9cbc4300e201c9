/* stats_locks.h - the text of the device `statistics` in the lock labs (stats=lock) */
#pragma once

#include "lib/types.h"

/* Writes the text into @to; returns its length.  It must fit into @size bytes. */
u32 stats_locks_text(char *to, u32 size);
