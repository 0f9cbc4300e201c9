/* uaccess.c - user memory from the kernel, through the MMU.
 *
 * The copies themselves are in arch/riscv/uaccess/uaccess.S.  This file checks the range
 * and sets the SUM bit, without which the kernel cannot access user pages at all
 * (privileged spec, "Memory Privilege in sstatus").
 *   uaccess=strict  SUM is set only while a copy runs
 *   uaccess=open    SUM is always set
 *   uaccess=walk    the MMU is not used: uaccess_walk.c
 *   uaccess=auto    open if changing SUM flushes the TLB (as in QEMU before 8.1),
 *                   which is measured at boot; otherwise strict */

#include "mm/uaccess.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/uaccess/uaccess_asm.h"
#include "core/coreup.h"
#include "core/option/options.h"
#include "core/report/klog.h"
#include "core/sched.h"
#include "core/trap.h"
#include "mm/space/aspace.h"
#include "mm/uaccess_walk.h"
#include "uapi/errno.h"

#define ROUNDS_MIN 2
#define ROUNDS_MAX 7
#define TOGGLES 16
#define PAGES 16

/* Each hart counts for itself, without atomics: a thread changes harts only when it
 * sleeps or yields, never while it counts. */
static struct {
	u64 copyin, copyinstr;
} __attribute__((aligned(64))) counts[MAX_HARTS];

/* --- choosing the mode ------------------------------------------------- */

/* The time of a round in which @bit of sstatus changes.  The bit to compare SUM with is
 * SPIE: it never costs a flush, and it is free to change, as only sret reads it and each
 * trap sets it anew. */
static u64 uaccess_time_round(const volatile u8 *pages, u64 bit)
{
	u64 start = time_now();

	for (unsigned i = 0; i < TOGGLES; i++) {
		csr_set(sstatus, bit);
		csr_clear(sstatus, bit);
		for (unsigned page = 0; page < PAGES; page++)
			(void)pages[page * PAGE_SIZE];
	}
	return time_now() - start;
}

/* Times page touches with SUM changing in between, and with another bit of the same
 * register changing: after a flush every touch needs a page walk.  Both loops write the
 * register, as that alone may take longer than the touches (in QEMU it does).  They take
 * turns and the best round of each counts, as the host may be busy with other work.  With
 * flushes QEMU 7.2 takes 80 times as long; a ratio that tells less calls for more
 * rounds. */
static bool uaccess_sum_flushes(void)
{
	extern char __kernel_start[];
	u64 other = ~0ul, sum = ~0ul;

	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		if (i >= ROUNDS_MIN && (sum <= 2 * other || sum > 16 * other))
			break;
		other = MIN(other, uaccess_time_round((u8 *)__kernel_start, SSTATUS_SPIE));
		sum = MIN(sum, uaccess_time_round((u8 *)__kernel_start, SSTATUS_SUM));
	}
	return sum > 4 * MAX(other, 1ul);
}

static inline bool sum_is_open(void)
{
	return opt(UACCESS) == UACCESS_OPEN;
}

static inline bool copies_walk(void)
{
	return opt(UACCESS) == UACCESS_WALK;
}

void uaccess_init(void)
{
	if (opt(UACCESS) == UACCESS_AUTO)
		option_put(UACCESS, uaccess_sum_flushes() ? UACCESS_OPEN : UACCESS_STRICT);
	if (opt(UACCESS) == UACCESS_STRICT)
		trap_close_user();
	printk("uaccess: %s\n", copies_walk()   ? "walk (page tables in software)"
				: sum_is_open() ? "open (SUM always set)"
						: "strict (SUM set in copies)");
}

void uaccess_init_hart(void)
{
	if (sum_is_open())
		csr_set(sstatus, SSTATUS_SUM);
	else
		csr_clear(sstatus, SSTATUS_SUM);
}

/* --- copies ------------------------------------------------------------ */

static inline struct aspace *uaccess_space(void)
{
	return thread_current()->as;
}

/* @n, or less: the range then ends where user memory ends. */
static inline u64 uaccess_clip(const struct aspace *as, va_t user, u64 n)
{
	va_t end = aspace_user_end(as);
	u64 room = user < end ? end - user : 0;

	return MIN(n, room);
}

/* The copies of a mode other than open.  Like all below they return how many bytes were
 * copied. */
static u64 uaccess_closed_in(struct aspace *as, void *dst, va_t user, u64 n)
{
	u64 left;

	if (copies_walk())
		return walk_copy_in(as, dst, user, n);
	csr_set(sstatus, SSTATUS_SUM);
	left = uaccess_copy(dst, (const void *)user, n);
	csr_clear(sstatus, SSTATUS_SUM);
	return n - left;
}

static u64 uaccess_closed_out(struct aspace *as, va_t user, const void *src, u64 n)
{
	u64 left;

	if (copies_walk())
		return walk_copy_out(as, user, src, n);
	csr_set(sstatus, SSTATUS_SUM);
	left = uaccess_copy((void *)user, src, n);
	csr_clear(sstatus, SSTATUS_SUM);
	return n - left;
}

/* The range has been checked. */
static inline u64 uaccess_copy_in(struct aspace *as, void *dst, va_t user, u64 n)
{
	u64 done;

	if (!n)
		return 0;
	if (sum_is_open())
		done = n - uaccess_copy(dst, (const void *)user, n);
	else
		done = uaccess_closed_in(as, dst, user, n);
	counts[hart_index()].copyin += done == n;
	return done;
}

static inline u64 uaccess_copy_out(struct aspace *as, va_t user, const void *src, u64 n)
{
	if (!sum_is_open())
		return uaccess_closed_out(as, user, src, n);
	return n - uaccess_copy((void *)user, src, n);
}

u64 copyin_partial(void *dst, uptr_t src, u64 n)
{
	struct aspace *as = uaccess_space();

	thread_may_sleep();
	return uaccess_copy_in(as, dst, src.va, uaccess_clip(as, src.va, n));
}

int copyin(void *dst, uptr_t src, u64 n)
{
	struct aspace *as = uaccess_space();

	thread_may_sleep();
	if (uaccess_clip(as, src.va, n) != n)
		return -EFAULT;
	return uaccess_copy_in(as, dst, src.va, n) == n ? 0 : -EFAULT;
}

int copyout(uptr_t dst, const void *src, u64 n)
{
	struct aspace *as = uaccess_space();

	thread_may_sleep();
	if (uaccess_clip(as, dst.va, n) != n)
		return -EFAULT;
	return uaccess_copy_out(as, dst.va, src, n) == n ? 0 : -EFAULT;
}

u64 copyin_nofault(void *dst, uptr_t src, u64 n)
{
	struct thread *t = thread_current();
	u64 done;

	t->no_fault++;
	done = uaccess_copy_in(t->as, dst, src.va, uaccess_clip(t->as, src.va, n));
	t->no_fault--;
	return done;
}

u64 copyout_nofault(uptr_t dst, const void *src, u64 n)
{
	struct thread *t = thread_current();
	u64 done;

	t->no_fault++;
	done = uaccess_copy_out(t->as, dst.va, src, uaccess_clip(t->as, dst.va, n));
	t->no_fault--;
	return done;
}

static s64 uaccess_copy_string(char *dst, va_t user, u64 max)
{
	s64 len;

	if (sum_is_open())
		return uaccess_string(dst, (const char *)user, max);
	if (copies_walk())
		return walk_string(uaccess_space(), dst, user, max);
	csr_set(sstatus, SSTATUS_SUM);
	len = uaccess_string(dst, (const char *)user, max);
	csr_clear(sstatus, SSTATUS_SUM);
	return len;
}

s64 copyinstr(char *dst, uptr_t src, u64 max)
{
	u64 room = uaccess_clip(uaccess_space(), src.va, max);
	s64 len;

	thread_may_sleep();
	if (room == 0)
		return -EFAULT;
	len = uaccess_copy_string(dst, src.va, room);
	if (len < 0)
		return -EFAULT;
	if ((u64)len < room) {
		counts[hart_index()].copyinstr++;
		return len;
	}
	return room < max ? -EFAULT : -ENAMETOOLONG;
}

int uaccess_fault_in(uptr_t p, bool write)
{
	struct aspace *as = uaccess_space();

	thread_may_sleep();
	if (!aspace_range_ok(as, p.va, 1))
		return -EFAULT;
	return aspace_fault(as, p.va, write ? ACCESS_WRITE : ACCESS_READ);
}

int uaccess_prepare(uptr_t p, bool write)
{
	struct aspace *as = uaccess_space();

	if (aspace_range_ok(as, p.va, 1) &&
	    aspace_permits(as, p.va, write ? ACCESS_WRITE : ACCESS_READ))
		return 0;
	return uaccess_fault_in(p, write);
}

/* --- counts ------------------------------------------------------------ */

void uaccess_count_more(u64 n)
{
	counts[hart_index()].copyin += n;
}

void uaccess_count_less(u64 copyins, u64 strings)
{
	counts[hart_index()].copyin -= copyins;
	counts[hart_index()].copyinstr -= strings;
}

u64 uaccess_count_copyin(void)
{
	u64 sum = 0;

	for (unsigned i = 0; i < MAX_HARTS; i++)
		sum += counts[i].copyin;
	return sum;
}

u64 uaccess_count_copyinstr(void)
{
	u64 sum = 0;

	for (unsigned i = 0; i < MAX_HARTS; i++)
		sum += counts[i].copyinstr;
	return sum;
}

/* --- faults ------------------------------------------------------------ */

int user_fault_in_kernel(va_t va, u64 cause)
{
	struct aspace *as = uaccess_space();

	if (!as)
		return -EFAULT;
	return aspace_fault(as, va, access_of_cause(cause));
}
