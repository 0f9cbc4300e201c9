/* lockwait.h - counts how often somebody had to wait for a lock, by the lock's name.
 *
 * A lock that is found free executes no instruction for it.  Locks of one name count as
 * one; a name that comes when there is no room for more is not counted. */
#pragma once

#include "lib/types.h"

#define LOCKWAIT_MAX 48 /* names that can be counted */

enum lockwait_kind { LOCKWAIT_SPIN, LOCKWAIT_MUTEX, LOCKWAIT_SPUN, LOCKWAIT_KINDS };

struct lockwait {
	const char *name; /* (A) NULL: no lock yet.  Constant after that */
	u64 waits;        /* (A) */
};

/* Counts one wait for a lock of that kind.  @name: of the lock, never freed.  Any
 * context. */
void lockwait_note(enum lockwait_kind kind, const char *name);

/* The @i-th lock of that kind that somebody has waited for, in the order of their first
 * waits; NULL after the last. */
const struct lockwait *lockwait_at(enum lockwait_kind kind, u32 i);
