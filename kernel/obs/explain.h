/* explain.h - why an access to user memory is refused, in plain words. */
#pragma once

#include "mm/aspace.h"

#define EXPLAIN_MAX 1024 /* bytes that always suffice */

/* At most eight lines: the access, the walk level by level with the bit that
 * decides, the area or its neighbours, the usual cause.  Bytes written, without
 * the NUL.  Takes the area lock; nothing is changed. */
u64 explain_access(struct aspace *as, va_t va, enum access access, char *buf, u64 size);

/* Makes killed programs say it. */
void explain_init(void);
