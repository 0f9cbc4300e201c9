/* pgaccess.c - which pages were touched since the last call (number 30), and
 * the lab's two other ways to look at the caller's own table (33, 34).
 *
 * Decode, then perform: until the whole mask is known to be writable nothing
 * is cleared.  The walk costs what is mapped, holes are skipped; only the
 * mask itself costs n / 8 bytes. */

#include "core/sched.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/xlate/gather.h"
#include "mm/uaccess.h"
#include "obs/vmprint.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

#define BATCH_BITS (PAGE_SIZE * 8) /* pages that one frame of mask speaks of */

struct harvest {
	struct aspace *as;
	va_t va; /* of the page that bit 0 stands for */
	u64 n;   /* pages */
	uptr_t mask;
};

static int decode(const u64 *arg, struct harvest *h)
{
	s64 n = (int)arg[1];

	*h = (struct harvest){ proc_current()->as, ALIGN_DOWN(arg[0], PAGE_SIZE), (u64)n,
			       uptr(arg[2]) };
	if (n <= 0 || h->va >= MAXVA || h->n > (MAXVA - h->va) / PAGE_SIZE)
		return -EINVAL;
	if (!aspace_range_ok(h->as, h->mask.va, DIV_UP(h->n, 8)))
		return -EFAULT;
	return 0;
}

/* Makes the mask's pages writable, before anything is cleared. */
static int reach_mask(const struct harvest *h)
{
	va_t end = h->mask.va + DIV_UP(h->n, 8);
	int err = 0;

	for (va_t va = h->mask.va; va < end && !err;
	     va = ALIGN_DOWN(va, PAGE_SIZE) + PAGE_SIZE)
		err = sched_point_killed() ? -EINTR : uaccess_prepare(uptr(va), true);
	return err;
}

static void set_bits(u8 *mask, u64 from, u64 to)
{
	for (u64 i = from; i < to; i++)
		mask[i / 8] |= 1u << (i % 8);
}

/* Reports and clears the A bits of [lo, hi); bit 0 of @mask is page @lo. */
static void harvest_range(struct aspace *as, va_t lo, va_t hi, u8 *mask)
{
	struct gather g;

	gather_init(&g, &as->tlb);
	mutex_lock(&as->lock);
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);

		(void)pt_point(&c); /* what was cleared is reported */
		if (!pte_is_leaf(e) || !(e.bits & PTE_U) || !(e.bits & PTE_A))
			continue;
		pte_clear_bits(c.slot, PTE_A);
		gather_range(&g, ALIGN_DOWN(c.va, level_size(c.level)), pt_end(&c));
		set_bits(mask, (c.va - lo) / PAGE_SIZE,
			 (MIN(pt_end(&c), hi) - lo) / PAGE_SIZE);
	}
	gather_finish(&g);
	mutex_unlock(&as->lock);
}

static int perform(const struct harvest *h)
{
	struct page *frame = frame_alloc(FRAME_other, 0);
	u8 *bits;
	int err = 0;

	if (!frame)
		return -ENOMEM;
	bits = frame_va(frame);
	for (u64 done = 0; done < h->n && !err; done += BATCH_BITS) {
		u64 n = MIN(h->n - done, BATCH_BITS), bytes = DIV_UP(n, 8);
		va_t lo = h->va + done * PAGE_SIZE;

		memset(bits, 0, bytes);
		harvest_range(h->as, lo, lo + n * PAGE_SIZE, bits);
		err = copyout(uptr_add(h->mask, done / 8), bits, bytes);
		if (sched_point_killed())
			err = -EINTR;
	}
	frame_put(frame);
	return err;
}

s64 sys_pgaccess(const u64 arg[6])
{
	struct harvest h;
	int err = decode(arg, &h);

	if (!err)
		err = reach_mask(&h);
	return err ? err : perform(&h);
}

/* The leaf that covers an address of the caller; 0: nothing there. */
s64 sys_pgpte(const u64 arg[6])
{
	struct aspace *as = proc_current()->as;
	pte_t e;

	if (arg[0] >= MAXVA)
		return 0;
	mutex_lock(&as->lock);
	e = pte_load(pt_at(&as->pt, arg[0]).slot);
	mutex_unlock(&as->lock);
	return pte_is_valid(e) ? (s64)e.bits : 0;
}

s64 sys_kpgtbl(const u64 arg[6])
{
	struct aspace *as = proc_current()->as;

	(void)arg;
	mutex_lock(&as->lock);
	vmprint_addresses(&as->pt);
	mutex_unlock(&as->lock);
	return 0;
}
