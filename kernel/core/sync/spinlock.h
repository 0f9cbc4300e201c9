/* spinlock.h - locks that are held for a short time.
 *
 * A holder never sleeps, and no other thread runs on its hart meanwhile.  The rank says
 * whether interrupt handlers take the lock, too (lock_rank.h).  If so, taking it turns
 * interrupts off on this hart; releasing the last such lock that is held turns them on
 * again, if they were on before the first was taken.  Other locks leave interrupts as they
 * are. */
#pragma once

#include "core/sync/spin_type.h"

void spin_init(struct spinlock *lk, const char *name, enum lock_rank rank);

/* Whether this hart holds @lk; for assertions. */
bool spin_held(const struct spinlock *lk);

/* Turn interrupts off, and on again, without a lock.  Pairs may nest. */
void irq_push_off(void);
void irq_pop_off(void);

/* void spin_lock(struct spinlock *lk), void spin_unlock(struct spinlock *lk) */
#include "core/sync/spin_fast.h"
