/* backtrace.c - see backtrace.h. */

#include "core/report/backtrace.h"

#include "core/report/klog.h"
#include "core/report/ksym.h"
#include "core/sched.h"

#define KERNEL_HALF 0xffffffc000000000ul

bool backtrace_frame_ok(u64 fp)
{
	return IS_ALIGNED(fp, 8) && fp >= KERNEL_HALF && ((fp - 8) >> 12 & 3) != 0;
}

bool backtrace_step(u64 *fp, u64 *ra)
{
	const u64 *frame = (const u64 *)*fp;
	u64 next;

	if (!backtrace_frame_ok(*fp) || !frame[-1])
		return false;
	*ra = frame[-1];
	next = frame[-2];
	*fp = next > *fp && next - *fp <= KSTACK_SIZE ? next : 0;
	return true;
}

/* One line for each, so that `addr2line -e kernel/kernel` can read them.  The byte before
 * the return address is always within the call. */
void backtrace(void)
{
	u64 fp = (u64)__builtin_frame_address(0), top = thread_current()->stack_top;
	u64 ra, offset;

	printk("backtrace:\n");
	while (fp != top && backtrace_step(&fp, &ra)) {
		const char *name = ksym_find(ra - 1, &offset);

		printk("0x%016lx %s+0x%lx\n", ra, name ? name : "?", name ? offset + 1 : 0);
	}
}
