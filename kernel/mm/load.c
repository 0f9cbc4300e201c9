/* load.c - which root a hart has loaded, and making harts let go of one.
 *
 * A hart keeps a root loaded while it idles or runs kernel threads
 * (borrowing).  The mask of a space and hart.loaded say the same from two
 * sides; tlb.h has the rule that makes shootdowns safe. */

#include "arch/riscv/csr.h"
#include "core/coreup.h"
#include "core/hart.h"
#include "lib/assert.h"
#include "mm/aspace.h"
#include "mm/load.h"

/* Interrupts off.  @as NULL: the boot root. */
static void load(struct hart *h, struct aspace *as)
{
	u64 satp = as ? as->satp : kernel_satp;
	struct aspace *old = h->loaded;
	u64 self = BIT(h->cpu.index);

	if (as)
		__atomic_fetch_or(&as->tlb.harts, self, __ATOMIC_SEQ_CST);
	csr_write(satp, satp);
	tlb_flush_all(); /* all spaces share ASID 0 */
	if (old)
		__atomic_fetch_and(&old->tlb.harts, ~self, __ATOMIC_SEQ_CST);
	/* From here on aspace_evict() may free the old one. */
	__atomic_store_n(&h->loaded, as, __ATOMIC_RELEASE);
}

void aspace_load(struct aspace *as)
{
	struct hart *h = hart_current();

	if (h->loaded != as)
		load(h, as);
}

void aspace_unload(void)
{
	aspace_load(NULL);
}

/* The caller may move from hart to hart in here, even to the one that it just
 * looked at: that is why nothing is said of hart_current().  It waits with
 * interrupts on (two that evict from each other's hart must both answer). */
void aspace_evict(struct aspace *as)
{
	ASSERT(irq_enabled());
	for (u32 i = 0; i < nharts; i++) {
		struct hart *h = &harts[i];

		if (__atomic_load_n(&h->loaded, __ATOMIC_ACQUIRE) != as)
			continue;
		hart_ipi(h, HART_IPI_DROP);
		while (__atomic_load_n(&h->loaded, __ATOMIC_ACQUIRE) == as)
			;
	}
}
