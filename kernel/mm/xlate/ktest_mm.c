/* ktest_mm.c - tests of the kernel's own mappings and of the count of frames. */

#ifdef PAGODA_CHECK

#include "arch/riscv/csr.h"
#include "core/hart.h"
#include "core/ktest.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"
#include "mm/xlate/kmap_init.h"
#include "mm/phys/reclaim.h"
#include "mm/xlate/asid.h"
#include "mm/xlate/root.h"

#define KERNEL_HALF DIRECT_BASE
#define KERNEL_HALF_END 0xffffffffc0000000ul

extern char __kernel_start[], __text_end[], __rodata_end[], boot_stack[];

static pte_t ktest_entry_of(va_t va)
{
	return pte_load(pt_at(&kernel_pt, va).slot);
}

KTEST(no_kernel_page_is_writable_and_executable)
{
	pt_for_each(c, &kernel_pt, KERNEL_HALF, KERNEL_HALF_END) {
		pte_t e = pte_load(c.slot);

		if (!pte_is_leaf(e))
			continue;
		ASSERT((e.bits & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
		ASSERT(!(e.bits & PTE_U));
	}
}

/* No second mapping makes a frame of text or rodata writable. */
KTEST(kernel_text_is_not_writable_anywhere)
{
	pa_t lo = kmap_pa(__kernel_start), hi = kmap_pa(__rodata_end);

	pt_for_each(c, &kernel_pt, KERNEL_HALF, KERNEL_HALF_END) {
		pte_t e = pte_load(c.slot);
		pa_t pa = pte_pa(e);

		if (pte_is_leaf(e) && pa < hi && pa + level_size(c.level) > lo)
			ASSERT(!(e.bits & PTE_W) || pa >= hi);
	}
	ASSERT(!(ktest_entry_of((va_t)__rodata_end - 1).bits & (PTE_W | PTE_X)));
	ASSERT(ktest_entry_of((va_t)__kernel_start).bits & PTE_X);
}

KTEST(firmware_is_not_in_the_direct_map)
{
	pa_t firmware = ALIGN_DOWN(kmap_pa(__kernel_start), 2 * MIB) - PAGE_SIZE;

	ASSERT(!pte_is_valid(ktest_entry_of((va_t)kmap_direct(firmware))));
}

KTEST(boot_stack_has_a_guard)
{
	ASSERT(!pte_is_valid(ktest_entry_of((va_t)boot_stack)));
	ASSERT(pte_is_valid(ktest_entry_of((va_t)boot_stack + PAGE_SIZE)));
}

/* Two harts load a space at the same time.  Here one of them has written satp of the root
 * and no more when the other one comes. */
KTEST(user_mode_has_the_asid_next_to_the_kernels)
{
	pa_t table = (kernel_satp & (BIT(SATP_ASID_SHIFT) - 1)) << PAGE_SHIFT;
	struct root r = { .satp = 0 };
	u64 asid;

	root_set(&r, table, table);
	irq_disable();
	(void)asid_enter(&r.tlb, hart_index());
	asid = tlb_asid(&r.tlb);
	r.satp |= asid << SATP_ASID_SHIFT;
	root_load(&r);
	ASSERT(csr_read(satp) == r.satp);
	ASSERT(root_user_satp(&r) == r.satp + (asid ? BIT(SATP_ASID_SHIFT) : 0));
	root_load(NULL);
	irq_enable();
}

KTEST(frames_add_up)
{
	u64 sum = 0;

	for (int kind = 0; kind < FRAME_NKINDS; kind++)
		sum += frame_count(kind);
	ASSERT(sum == frame_total());
}

KTEST(a_frame_taken_and_given_back_changes_nothing)
{
	u64 before = mem_available();
	struct page *pg = frame_alloc(FRAME_other, FRAME_ZERO);

	ASSERT(pg && mem_available() == before - 1);
	for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
		ASSERT(((u64 *)frame_va(pg))[i] == 0);
	frame_put(pg);
	ASSERT(mem_available() == before);
}

#endif
