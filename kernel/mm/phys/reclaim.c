/* reclaim.c - asks the registered caches for memory, in the order in which they
 * registered: those that are cheapest to fill again register first. */
#include "mm/phys/reclaim.h"

#include "lib/assert.h"
#include "mm/phys/frame.h"

/* (C) after boot. */
static struct shrinker *shrinkers;

void shrinker_register(struct shrinker *s)
{
	struct shrinker **end = &shrinkers;

	for (; *end; end = &(*end)->next)
		ASSERT(*end != s);
	s->next = NULL;
	*end = s;
}

u64 reclaim(u64 want)
{
	u64 got = 0;

	for (struct shrinker *s = shrinkers; s && got < want; s = s->next)
		got += s->scan(want - got);
	return got;
}

u64 mem_available(void)
{
	u64 n = frame_count(FRAME_free);

	for (struct shrinker *s = shrinkers; s; s = s->next)
		n += s->count();
	return n;
}

bool mem_has(u64 pages)
{
	return pages <= frame_count(FRAME_free) || pages <= mem_available();
}
