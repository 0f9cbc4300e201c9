/* ktest.c - the runner for the tests inside the kernel.
 *
 * ktest=on runs what core/ktest.h gathers; ktest=overflow runs a kernel stack
 * over its end, ktest=panic panics: both have to be seen to print.  ktest=start
 * has all harts come by the boot hart's entry, as some firmware does at times. */

#include "init/ktest.h"

#include "arch/riscv/sbi.h"
#include "core/bootopt.h"
#include "core/klog.h"
#include "core/ktest.h"
#include "dev/testdev.h"
#include "init/options.h"
#include "lib/string.h"

extern char _start[];
extern const struct ktest __ktests_start[], __ktests_end[];

static void run_all(void)
{
	ptrdiff_t tests = __ktests_end - __ktests_start;

	for (const struct ktest *t = __ktests_start; t < __ktests_end; t++) {
		t->fn();
		printk("ktest %s: ok\n", t->name);
	}
	printk("ktest: %ld passed\n", tests);
	if (!tests)
		stop_boot("ktest=on: without CHECK=1 a kernel has no tests");
	testdev_exit(0);
	sbi_shutdown();
}

static volatile unsigned bottom = ~0u; /* never reached: the stack is shorter */

/* Not inlined, not a loop: each turn needs stack of its own. */
static __attribute__((noinline)) unsigned dig(unsigned depth)
{
	volatile char room[200];

	if (depth == bottom)
		return 0;
	room[0] = (char)depth;
	return dig(depth + 1) + (unsigned)room[0];
}

const void *ktest_hart_entry(const void *entry)
{
	const char *mode = bootopt_get("ktest");

	return mode && strcmp(mode, "start") == 0 ? _start : entry;
}

void ktest_run(void)
{
	const char *mode = bootopt_get("ktest");

	if (!mode)
		return;
	if (strcmp(mode, "on") == 0)
		run_all();
	if (strcmp(mode, "overflow") == 0)
		printk("%u\n", dig(0));
	if (strcmp(mode, "panic") == 0)
		panic("as asked for");
}
