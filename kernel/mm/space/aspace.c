/* aspace.c - the life of an address space: making it and giving it back. */

#include "mm/space/aspace.h"

#include "arch/riscv/switch.h"
#include "core/coreup.h"
#include "core/option/options.h"
#include "lib/describe.h"
#include "mm/phys/slab.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/watch.h"
#include "mm/xlate/kmap_init.h"
#include "mm/xlate/root.h"
#include "mm/xlate/tie.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "uapi/limits.h"

/* A space with more tables is not left to aspace_bury(), which may run with interrupts
 * off. */
#define BURY_TABLES 16

static struct slab_cache aspace_slab;

void aspace_init(u32 harts)
{
	slab_init(&aspace_slab, "aspace", sizeof(struct aspace));
	slab_keep(&aspace_slab, 2 * NPROC); /* exec has an old and a new one */
	vma_init();
	tie_init();
	root_init(opt(ISOLATE) == ISOLATE_ON, harts);
}

/* --- making ------------------------------------------------------------ */

/* Maps the two pages at the top, one after the other, that entering and leaving the kernel
 * needs. */
static int aspace_map_trap_pages(struct aspace *as, struct page *trapframe)
{
	struct pt_cur c = pt_at(&as->pt, TRAPFRAME);

	_Static_assert(TRAMPOLINE == TRAPFRAME + PAGE_SIZE, "both are in one table");
	if (pt_reach(&c, 0))
		return -ENOMEM;
	as->trap = c.slot;
	pte_put(&as->trap[0],
		pte_make(frame_pa(trapframe), PTE_V | PTE_R | PTE_W | PTE_A | PTE_D));
	pte_put(&as->trap[1],
		pte_make(trampoline_pa(), PTE_V | PTE_R | PTE_X | PTE_A | PTE_D));
	return 0;
}

/* The root, and with isolate=on its twin, while the user half is still empty. */
static int aspace_make_roots(struct aspace *as)
{
	int err = pt_init_user(&as->pt, &kernel_pt);

	if (!err && opt(ISOLATE) == ISOLATE_ON) {
		err = pt_init_twin(&as->pt);
		if (err)
			pt_fini(&as->pt);
	}
	return err;
}

int aspace_alloc(struct page *trapframe, struct aspace **out)
{
	struct aspace *as = slab_alloc(&aspace_slab, 0);
	int err = -ENOMEM;

	if (!as)
		return err;
	mutex_init(&as->lock, "aspace", RANK_area);
	vma_set_init(&as->areas, &aspace_area_hooks);
	as->top = USYSCALL;
	err = aspace_make_roots(as);
	if (err) {
		slab_free(&aspace_slab, as);
		return err;
	}
	root_set(&as->root, as->pt.root, as->pt.twin);
	err = aspace_map_trap_pages(as, trapframe);
	if (err)
		aspace_free(as);
	else
		*out = as;
	return err;
}

void aspace_share(struct aspace *as)
{
	as->shared = true;
}

/* --- giving back ------------------------------------------------------- */

void aspace_load(struct aspace *as)
{
	root_load(as ? &as->root : NULL);
}

void aspace_bury(struct aspace *as)
{
	if (as->trap) { /* the two frames belong to the process and to the image */
		pte_put(&as->trap[0], (pte_t){ 0 });
		pte_put(&as->trap[1], (pte_t){ 0 });
	}
	pt_fini(&as->pt);
	slab_free(&aspace_slab, as);
}

static void aspace_unmap_all(struct aspace *as)
{
	aspace_zap_all(as);
	vma_set_fini(&as->areas);
}

void aspace_free(struct aspace *as)
{
	aspace_unmap_all(as);
	aspace_bury(as);
}

void aspace_empty(struct aspace *as)
{
	aspace_unlist(as);
	aspace_unmap_all(as);
}

bool aspace_leave(struct aspace *as)
{
	if (as->pt.ntables <= BURY_TABLES && root_leave(&as->root))
		return true;
	root_evict(&as->root);
	aspace_bury(as);
	return false;
}

void aspace_destroy(struct aspace *as)
{
	aspace_unlist(as);
	root_evict(&as->root);
	aspace_free(as);
}

/* --- ranges ------------------------------------------------------------ */

bool aspace_range_ok(const struct aspace *as, va_t va, u64 n)
{
	va_t end = aspace_user_end(as);

	return va <= end && n <= end - va;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_FIELD(aspace, root);
DESCRIBE_FIELD(aspace, pt);
DESCRIBE_FIELD(aspace, areas);
DESCRIBE_FIELD(aspace, brk);
DESCRIBE_FIELD(aspace, top);
DESCRIBE_FIELD(aspace, resident);
DESCRIBE_FIELD(aspace, faults);
