/* reclaim.h - caches that give memory back when it runs short. */
#pragma once

#include "lib/types.h"

struct shrinker {
	/* How many frames scan() could free now.  Thread context, no spin lock held;
	 * has scheduling points. */
	u64 (*count)(void);

	/* Frees up to @want frames, returns how many.  Thread context, no spin
	 * lock held; may sleep (write back).  It allocates with FRAME_NOWAIT
	 * only, so that it is never called from within itself. */
	u64 (*scan)(u64 want);
	struct shrinker *next;
};

/* At boot; @s stays for ever. */
void shrinker_register(struct shrinker *s);

/* Tries to free @want frames; returns how many it freed.  No spin lock held; may sleep. */
u64 reclaim(u64 want);

/* Free frames plus those that reclaim() can free now: what programs can get. */
u64 mem_available(void);

/* Called after an allocation has failed.  For process 1, without which nothing runs, it
 * sleeps for a while and returns true: the caller tries again, as often as it takes.  For
 * all others, and for a thread of process 1 that is to leave, it returns false, and the
 * caller fails.  No lock held. */
bool mem_wait(void) MUST_CHECK;

/* Whether @pages frames can be had.  A guess: others allocate, too.  Cheap while enough
 * frames are free. */
bool mem_has(u64 pages);
