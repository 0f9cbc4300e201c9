/* pgaccess.c - the labs' looks at page tables: which pages the caller has touched since
 * the last call, one entry of its table, all of it as text; and how the kernel is mapped.
 *
 * Decode, then perform: nothing is cleared until the whole mask is known to be writable.
 * The walk skips holes, so it costs what is mapped; the mask costs n / 8 bytes. */

#include "core/sched.h"
#include "lib/string.h"
#include "mm/phys/kmap.h"
#include "mm/space/aspace.h"
#include "mm/uaccess.h"
#include "mm/xlate/kmap_init.h"
#include "obs/touched.h"
#include "obs/vmprint.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "uapi/snapshot.h"

#define BATCH_PAGES (PAGE_SIZE * 8) /* one frame of mask has a bit for each */

struct request {
	struct aspace *as;
	va_t va; /* of the page that bit 0 stands for */
	u64 n;   /* pages */
	uptr_t mask;
};

static int pgaccess_decode(const u64 *arg, struct request *r)
{
	s64 n = (int)arg[1];

	*r = (struct request){ proc_current()->as, ALIGN_DOWN(arg[0], PAGE_SIZE), (u64)n,
			       uptr(arg[2]) };
	if (n <= 0 || r->va >= MAXVA || r->n > (MAXVA - r->va) / PAGE_SIZE)
		return -EINVAL;
	if (!aspace_range_ok(r->as, r->mask.va, DIV_UP(r->n, 8)))
		return -EFAULT;
	return 0;
}

/* Whether each page of the range is in an area, or has an entry, as a guard has.  -EFAULT,
 * -EINTR. */
static int pgaccess_check_mapped(const struct request *r)
{
	va_t va = r->va, end = r->va + r->n * PAGE_SIZE;
	int err = 0;

	mutex_lock(&r->as->lock);
	while (va < end && !err) {
		const struct vma *v = vma_find(&r->as->areas, va);

		if (!v && !pte_is_valid(pte_load(pt_at(&r->as->pt, va).slot)))
			err = -EFAULT;
		else if (sched_point_killed())
			err = -EINTR;
		va = v ? v->end : va + PAGE_SIZE;
	}
	mutex_unlock(&r->as->lock);
	return err;
}

/* Makes the pages of the mask present and writable.  -EFAULT, -ENOMEM, -EINTR. */
static int pgaccess_reach_mask(const struct request *r)
{
	va_t end = r->mask.va + DIV_UP(r->n, 8);
	int err = 0;

	for (va_t va = r->mask.va; va < end && !err;
	     va = ALIGN_DOWN(va, PAGE_SIZE) + PAGE_SIZE)
		err = sched_point_killed() ? -EINTR : uaccess_prepare(uptr(va), true);
	return err;
}

/* A frame full of mask: bit 0 stands for the page at lo. */
struct batch {
	va_t lo, hi;
	u8 *bits;
};

static bool pgaccess_report(void *arg, const struct pt_cur *c, u32 flags)
{
	struct batch *b = arg;
	u64 page = (c->va - b->lo) / PAGE_SIZE;
	u64 end = (MIN(pt_end(c), b->hi) - b->lo) / PAGE_SIZE;

	for (; flags & SNAP_RUN_TOUCHED && page < end; page++)
		b->bits[page / 8] |= 1u << (page % 8);
	return true;
}

static void pgaccess_batch(struct aspace *as, struct batch *b)
{
	for (va_t va = b->lo; va < b->hi;) {
		mutex_lock(&as->lock);
		va = touched_visit(as, va, b->hi, pgaccess_report, b);
		mutex_unlock(&as->lock);
	}
}

static int pgaccess_perform(const struct request *r)
{
	struct page *frame = frame_alloc(FRAME_other, 0);
	int err = 0;

	if (!frame)
		return -ENOMEM;
	for (u64 done = 0; done < r->n && !err; done += BATCH_PAGES) {
		u64 n = MIN(r->n - done, BATCH_PAGES), bytes = DIV_UP(n, 8);
		va_t lo = r->va + done * PAGE_SIZE;
		struct batch b = { lo, lo + n * PAGE_SIZE, frame_va(frame) };

		memset(b.bits, 0, bytes);
		pgaccess_batch(r->as, &b);
		err = copyout(uptr_add(r->mask, done / 8), b.bits, bytes);
		if (sched_point_killed())
			err = -EINTR;
	}
	frame_put(frame);
	return err;
}

s64 sys_pgaccess(const u64 arg[6])
{
	struct request r;
	int err = pgaccess_decode(arg, &r);

	if (!err)
		err = pgaccess_reach_mask(&r);
	return err ? err : pgaccess_perform(&r);
}

/* As the labs of 2026 have it: an error if a page is not mapped. */
s64 sys_pgaccess2026(const u64 arg[6])
{
	struct request r;
	int err = pgaccess_decode(arg, &r);

	if (!err)
		err = pgaccess_check_mapped(&r);
	return err ? err : sys_pgaccess(arg);
}

/* The entry that ends the walk to an address of the caller, or 0 if that is not valid.  The
 * labs' tests want a 2 MiB leaf to be whole and writable in a child, too: hence the leaf
 * ceases to be shared. */
s64 sys_pgpte(const u64 arg[6])
{
	struct aspace *as = proc_current()->as;
	pte_t e;

	if (arg[0] >= MAXVA)
		return 0;
	mutex_lock(&as->lock);
	aspace_own_large(as, arg[0]);
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

s64 sys_vmprint(const u64 arg[6])
{
	struct aspace *as = proc_current()->as;

	(void)arg;
	mutex_lock(&as->lock);
	vmprint_rights(&as->pt);
	mutex_unlock(&as->lock);
	return 0;
}

/* Makes the 8 bytes at @p writable. */
static int ksupernpte_reach(uptr_t p)
{
	int err = uaccess_prepare(p, true);

	return err ? err : uaccess_prepare(uptr_add(p, sizeof(u64) - 1), true);
}

/* Counts the leaves of the kernel's half, which all roots share: those of 2 MiB and 1 GiB,
 * and the entries for 4 KiB. */
s64 sys_ksupernpte(const u64 arg[6])
{
	uptr_t to_large = uptr(arg[0]), to_small = uptr(arg[1]);
	u64 large = 0, small = 0;

	if (ksupernpte_reach(to_large) || ksupernpte_reach(to_small))
		return -EFAULT;
	pt_for_each(c, &kernel_pt, DIRECT_BASE, -GIB) {
		bool there = pte_is_valid(pte_load(c.slot));

		if (pt_point(&c))
			return -EINTR;
		large += there && c.level > 0;
		small += there && c.level == 0;
	}
	if (copyout(to_large, &large, sizeof(large)) ||
	    copyout(to_small, &small, sizeof(small)))
		return -EFAULT;
	return 0;
}
