/* ktest.c - the runner for the tests inside the kernel.
 *
 * ktest=on runs the tests of core/ktest.h.  ktest=start makes all harts start at the entry
 * of the boot hart, as some firmware does at times.  The others end in a panic, whose
 * report is tested from outside: ktest=overflow runs past the end of a kernel stack, and
 * ktest=panic just panics.  The last two panic while all other harts print and wait for a
 * lock: ktest=lock holds that lock, ktest=print is in the middle of a message. */

#include "init/ktest.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "core/option/options.h"
#include "core/clock.h"
#include "core/hart.h"
#include "core/report/klog.h"
#include "core/ktest.h"
#include "core/sched.h"
#include "dev/testdev.h"
#include "dev/tty/uart.h"
#include "init/boot.h"

extern char _start[];
extern const struct ktest __ktests_start[], __ktests_end[];

static void ktest_run_all(void)
{
	ptrdiff_t tests = __ktests_end - __ktests_start;

	for (const struct ktest *t = __ktests_start; t < __ktests_end; t++) {
		t->fn();
		printk("ktest %s: ok\n", t->name);
	}
	printk("ktest: %ld passed\n", tests);
	if (!tests)
		stop_boot("ktest=on: without CHECK=1 a kernel has no tests");
	uart_flush();
	testdev_exit(0);
	sbi_shutdown();
}

static volatile unsigned bottom = ~0u; /* never reached: the stack is shorter */

/* Not inlined and not turned into a loop: each call takes stack. */
static __attribute__((noinline)) unsigned ktest_dig(unsigned depth)
{
	volatile char room[200];

	if (depth == bottom)
		return 0;
	room[0] = (char)depth;
	return ktest_dig(depth + 1) + (unsigned)room[0];
}

const void *ktest_hart_entry(const void *entry)
{
	return opt(KTEST) == KTEST_START ? _start : entry;
}

/* --- a panic while other harts print and wait for locks ------------------------- */

#define BUSY_THREADS 5 /* leaves room for the kernel's own threads */

static struct spinlock wanted = SPINLOCK_INIT("wanted", proc);
static u32 nbusy; /* (A) busy threads that have started */

static void ktest_let_pass(u64 us)
{
	u64 end = clock_now() + clock_from_ms(us) / 1000;

	while (clock_now() < end)
		cpu_relax();
}

static void ktest_keep_busy(void *arg)
{
	__atomic_fetch_add(&nbusy, 1, __ATOMIC_SEQ_CST);
	for (u64 i = 0;; i++) {
		printk("busy %lu %lu (one line, whatever happens)\n", (u64)arg, i);
		if ((u64)arg % 2) {
			spin_lock(&wanted);
			spin_unlock(&wanted);
		}
		sched_point();
		ktest_let_pass(20); /* these locks are not fair */
	}
}

/* When it returns, all other harts print, and every second thread also takes the lock. */
static void ktest_start_crowd(void)
{
	for (u64 i = 0; i < BUSY_THREADS; i++) {
		if (kthread_start("busy", ktest_keep_busy, (void *)i))
			panic("no thread to keep busy");
	}
	while (__atomic_load_n(&nbusy, __ATOMIC_SEQ_CST) < MIN(nharts - 1, BUSY_THREADS))
		thread_yield();
	ktest_let_pass(20000);
}

static void ktest_panic_with_lock(void)
{
	ktest_start_crowd();
	spin_lock(&wanted);
	ktest_let_pass(20000);
	panic("with a lock that others want");
}

/* The string is not mapped: printk() faults with its lock held. */
static void ktest_panic_in_message(void)
{
	ktest_start_crowd();
	printk("a message with %s in it\n", (const char *)-PAGE_SIZE);
}

void ktest_run(void)
{
	switch (opt(KTEST)) {
	case KTEST_ON:
		ktest_run_all();
		break;
	case KTEST_OVERFLOW:
		printk("%u\n", ktest_dig(0));
		break;
	case KTEST_PANIC:
		printk("half a line");
		panic("as asked for");
	case KTEST_LOCK:
		ktest_panic_with_lock();
		break;
	case KTEST_PRINT:
		ktest_panic_in_message();
		break;
	default:
		break;
	}
}
