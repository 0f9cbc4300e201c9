/* shim.c - see shim.h. */
#include "shim.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hart.h"
#include "core/report/event.h"
#include "core/report/klog.h"
#include "core/sync/lockcount.h"
#include "core/sync/mutex.h"
#include "core/poll.h"
#include "core/sync/spinlock.h"
#include "core/thread.h"
#include "ipc/pipe.h"
#include "lib/assert.h"
#include "mm/phys/kmap.h"
#include "net/port.h"

/* No test records events. */
bool events_on;

void event_record(enum event_kind kind, u64 va, u64 pages, u32 detail)
{
	fprintf(stderr, "event %d %lx %lu %u\n", kind, va, pages, detail);
	abort();
}

__thread u32 shim_hart;
uintptr_t shim_direct;
bool (*shim_sleep)(struct waitq *wq);
bool shim_quiet;

static void *ram;
static __thread struct spinlock *held[16]; /* innermost last */
static __thread unsigned spin_depth;
static __thread char self; /* its address names the thread */

/* --- memory ------------------------------------------------------------- */

void shim_ram_init(u64 bytes)
{
	shim_ram_fini();
	ram = aligned_alloc(2 * MIB, ALIGN_UP(bytes, 2 * MIB));
	if (!ram)
		abort();
	shim_direct = (uintptr_t)ram - SHIM_RAM_BASE;
}

void shim_ram_fini(void)
{
	free(ram);
	ram = NULL;
}

/* kernel/lib/string.c has these too; a test that links it gets that one. */
__attribute__((weak)) void page_zero(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

__attribute__((weak)) void page_copy(void *restrict dst, const void *restrict src)
{
	memcpy(dst, src, PAGE_SIZE);
}

__attribute__((weak)) size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src), n = len < size ? len : size - 1;

	memcpy(dst, src, n);
	dst[n] = '\0';
	return len;
}

/* --- assertions and messages -------------------------------------------- */

void mock_assert(int result, const char *what, const char *file, int line)
	__attribute__((weak));

void assert_fail(const char *file, int line, const char *what)
{
	if (mock_assert)
		mock_assert(0, what, file, line);
	fprintf(stderr, "%s:%d: ASSERT(%s)\n", file, line, what);
	abort();
}

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	assert_fail("panic", 0, format);
}

void vprintk(const char *format, va_list args)
{
	if (!shim_quiet)
		vprintf(format, args);
}

bool klog_admits(struct klog_limit *limit)
{
	(void)limit;
	return true;
}

void printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}

void klog_set_output(void (*put)(const char *text, size_t n))
{
	(void)put;
}

/* --- spin locks ---------------------------------------------------------- */

unsigned shim_spin_depth(void)
{
	return spin_depth;
}

void spin_init(struct spinlock *lk, const char *name, enum lock_rank rank)
{
	*lk = (struct spinlock){ .rank = rank, .irq = RANK_IS_IRQ(rank), .name = name };
}

/* What a lock's holder is when this hart holds it. */
static struct cpu *shim_holder(void)
{
	return (struct cpu *)(uintptr_t)(shim_hart + 1);
}

void spin_lock(struct spinlock *lk)
{
	struct cpu *nobody = NULL;

	ASSERT(!spin_held(lk));
	while (!__atomic_compare_exchange_n(&lk->holder, &nobody, shim_holder(), false,
					    __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		nobody = NULL;
		sched_yield();
	}
	ASSERT(spin_depth < sizeof(held) / sizeof(held[0]));
	held[spin_depth++] = lk;
}

void spin_unlock(struct spinlock *lk)
{
	ASSERT(spin_held(lk));
	for (unsigned i = 0, kept = 0; i < spin_depth; i++)
		if (held[i] != lk)
			held[kept++] = held[i];
	spin_depth--;
	__atomic_store_n(&lk->holder, NULL, __ATOMIC_RELEASE);
}

void spin_rank_fits(enum lock_rank rank)
{
	for (unsigned i = 0; i < spin_depth; i++)
		ASSERT(held[i]->rank == RANK_none || held[i]->rank < (u8)rank);
}

void shim_forget_locks(void)
{
	while (spin_depth)
		spin_unlock(held[spin_depth - 1]);
}

bool spin_held(const struct spinlock *lk)
{
	return __atomic_load_n(&lk->holder, __ATOMIC_RELAXED) == shim_holder();
}

void lockcount_register(struct spinlock *lk, const char *name)
{
	(void)lk;
	(void)name;
}

void irq_push_off(void)
{
}

void irq_pop_off(void)
{
}

/* --- wait queues -------------------------------------------------------- */

void waitq_init(struct waitq *wq)
{
	spin_init(&wq->lock, "waitq", RANK_waitq);
	list_init(&wq->waiters);
}

void waitq_wait_quiet(struct waitq *wq, struct spinlock *lk)
{
	spin_unlock(lk);
	ASSERT(!spin_depth);
	if (!shim_sleep || !shim_sleep(wq))
		assert_fail(__FILE__, __LINE__, "nothing will ever wake this sleeper");
	spin_lock(lk);
}

int waitq_wait(struct waitq *wq, struct spinlock *lk)
{
	waitq_wait_quiet(wq, lk);
	return 0;
}

/* No signal comes, unless a rig defines its own. */
__attribute__((weak)) bool thread_interrupted(bool restarts)
{
	(void)restarts;
	return false;
}

/* A rig in which time passes defines its own. */
__attribute__((weak)) int waitq_wait_until(struct waitq *wq, struct spinlock *lk,
					   u64 deadline)
{
	(void)deadline;
	return waitq_wait(wq, lk);
}

int waitq_wait_until_quiet(struct waitq *wq, struct spinlock *lk, u64 deadline)
{
	(void)deadline;
	return waitq_wait(wq, lk);
}

void waitq_wake_one(struct waitq *wq)
{
	(void)wq;
}

void waitq_wake_all(struct waitq *wq)
{
	(void)wq;
}

/* --- mutexes ------------------------------------------------------------ */

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
	*m = (struct mutex){ .rank = (u8)rank, .lock.name = name };
	spin_init(&m->lock, name, RANK_waitq);
	waitq_init(&m->wq);
}

static bool mutex_take(struct mutex *m)
{
	u64 nobody = 0;

	return __atomic_compare_exchange_n(&m->state, &nobody, (u64)&self, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void mutex_lock(struct mutex *m)
{
	ASSERT(!spin_depth && !mutex_held(m));
	while (!mutex_take(m))
		sched_yield();
}

bool mutex_trylock(struct mutex *m)
{
	return mutex_take(m);
}

void mutex_lock_nested(struct mutex *m)
{
	mutex_lock(m);
}

void mutex_unlock(struct mutex *m)
{
	ASSERT(mutex_held(m));
	__atomic_store_n(&m->state, 0, __ATOMIC_RELEASE);
}

bool mutex_held(const struct mutex *m)
{
	return __atomic_load_n(&m->state, __ATOMIC_RELAXED) == (u64)&self;
}

/* A rig that counts scheduling points defines its own. */
__attribute__((weak)) void sched_point(void)
{
}

/* --- poll: nobody does --------------------------------------------------- */

__attribute__((weak)) u32 poll_waiting;

__attribute__((weak)) void poll_wake_slowly(void)
{
}

/* Those of tests without pipes or ports. */
__attribute__((weak)) u32 pipe_poll(struct pipe *p, bool writer)
{
	(void)p;
	(void)writer;
	return 0;
}

__attribute__((weak)) bool port_ready(struct port *port)
{
	(void)port;
	return false;
}
