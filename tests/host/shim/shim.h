/* shim.h - what tests on the host have instead of a machine.
 *
 * shim.c implements kernel/core's spin locks, mutexes, wait queues and
 * messages for a program of one or several threads, and checks their rules:
 * no lock is taken twice or released by another thread, and no thread sleeps under a spin
 * lock.  A failed ASSERT goes to cmocka's mock_assert(), so that
 * expect_assert_failure() works; without cmocka it aborts. */
#pragma once

#include "core/sync/waitq.h"
#include "lib/types.h"

#define SHIM_RAM_BASE 0x80000000ul

/* RAM of @bytes at SHIM_RAM_BASE, aligned to 2 MiB, not cleared. */
void shim_ram_init(u64 bytes);
void shim_ram_fini(void);

/* How many spin locks this thread holds. */
unsigned shim_spin_depth(void);

/* After expect_assert_failure() of a call that held locks: none is held now. */
void shim_forget_locks(void);

/* Called in place of sleeping, with the lock released.  It has to do what the sleeper waits
 * for.  If it is NULL or returns false, the test fails. */
extern bool (*shim_sleep)(struct waitq *wq);

/* Quiet: printk() says nothing. */
extern bool shim_quiet;
