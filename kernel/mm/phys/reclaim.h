/* reclaim.h - caches that give memory back when it runs short. */
#pragma once

#include "lib/types.h"

struct shrinker {
	/* Frames that scan() could free right now.  Any context. */
	u64 (*count)(void);

	/* Frees up to @want frames, returns how many.  Thread context, no spin
	 * lock held; may sleep (write back).  What it allocates meanwhile it
	 * allocates with FRAME_NOWAIT: it must not come back to itself. */
	u64 (*scan)(u64 want);
	struct shrinker *next;
};

/* At boot; @s stays for ever. */
void shrinker_register(struct shrinker *s);

/* Tries to free @want frames; returns how many came free.  May sleep. */
u64 reclaim(u64 want);

/* Free frames plus what reclaim can hand out now: what programs can get. */
u64 mem_available(void);

/* An allocation has failed.  False: the caller fails.  True, after a while: it tries again;
 * without process 1 there is no system, so no lack of memory makes that one fail, and it
 * does not give up.  No lock held; sleeps. */
bool mem_wait(void) MUST_CHECK;

/* Whether @pages frames can be had, as far as one can tell now; cheap while
 * there are plenty. */
bool mem_has(u64 pages);
