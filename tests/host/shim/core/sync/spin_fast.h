/* spin_fast.h - for tests on the host: shim.c has spin locks of its own. */
#pragma once

#include "core/sync/spin_type.h"

void spin_lock(struct spinlock *lk);
void spin_unlock(struct spinlock *lk);

/* A lock of rank @rank may be taken now. */
void spin_rank_fits(enum lock_rank rank);
