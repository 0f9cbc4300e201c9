/* lockwait.c - see lockwait.h. */

#include "core/sync/lockwait.h"

static struct lockwait lockwaits[LOCKWAIT_KINDS][LOCKWAIT_MAX];

/* Whether @w counts locks called @name, perhaps from now on. */
static bool lockwait_is(struct lockwait *w, const char *name)
{
	const char *is = __atomic_load_n(&w->name, __ATOMIC_RELAXED);

	return is == name ||
	       (!is && (__atomic_compare_exchange_n(&w->name, &is, name, false,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
			is == name));
}

void lockwait_note(enum lockwait_kind kind, const char *name)
{
	for (u32 i = 0; i < LOCKWAIT_MAX; i++) {
		struct lockwait *w = &lockwaits[kind][i];

		if (!lockwait_is(w, name))
			continue;
		__atomic_fetch_add(&w->waits, 1, __ATOMIC_RELAXED);
		return;
	}
}

const struct lockwait *lockwait_at(enum lockwait_kind kind, u32 i)
{
	const struct lockwait *w = &lockwaits[kind][i];

	return i < LOCKWAIT_MAX && __atomic_load_n(&w->name, __ATOMIC_RELAXED) ? w : NULL;
}
