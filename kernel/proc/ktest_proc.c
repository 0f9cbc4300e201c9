/* ktest_proc.c - one address space seen from both sides: what the kernel sees of it at
 * once, what it cannot touch by accident, and what user mode has of the kernel. */

#ifdef PAGODA_CHECK

#include "arch/riscv/csr.h"
#include "arch/riscv/uaccess_asm.h"
#include "core/coreup.h"
#include "core/hart.h"
#include "core/ktest.h"
#include "mm/aspace.h"
#include "mm/kmap.h"
#include "mm/map.h"
#include "mm/reclaim.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "uapi/layout.h"

#define USER_VA 0x10000ul

/* The test runs in process 1 before it has a program: it gets a space for a while. */
static struct aspace *space_enter(void)
{
	struct proc *p = proc_current();
	struct area_spec spec = {
		.start = USER_VA,
		.end = USER_VA + 4 * PAGE_SIZE,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
		.populate = true,
	};
	struct aspace *as;

	ASSERT(aspace_create(&p->pages, &as) == 0);
	ASSERT(aspace_add(as, &spec) == 0);
	irq_push_off();
	p->as = p->thread.as = as;
	aspace_load(as);
	irq_pop_off();
	return as;
}

static void space_leave(struct aspace *as)
{
	struct proc *p = proc_current();

	irq_push_off();
	p->as = p->thread.as = NULL;
	aspace_unload();
	irq_pop_off();
	aspace_destroy(as);
}

KTEST(every_page_of_a_space_comes_back)
{
	u64 before, tables = frame_count(FRAME_table);

	space_leave(space_enter()); /* slabs have what they keep after this */
	before = mem_available();
	ASSERT(frame_count(FRAME_table) == tables);
	space_leave(space_enter());
	ASSERT(mem_available() == before && frame_count(FRAME_table) == tables);
}

/* As when a process that ends waits for a watcher, and goes on where an idle hart
 * has borrowed its space. */
KTEST(a_space_is_evicted_from_the_hart_that_asks)
{
	struct proc *p = proc_current();
	struct aspace *as = space_enter();

	p->as = p->thread.as = NULL;
	ASSERT(hart_current()->loaded == as);
	aspace_destroy(as);
	ASSERT(hart_current()->loaded == NULL);
}

KTEST(kernel_sees_a_change_of_the_mapping_at_once)
{
	struct aspace *as = space_enter();
	u64 value = 42;

	ASSERT(copyout(uptr(USER_VA), &value, sizeof(value)) == 0);
	value = 0;
	ASSERT(copyin(&value, uptr(USER_VA), sizeof(value)) == 0 && value == 42);
	ASSERT(aspace_munmap(as, USER_VA, PAGE_SIZE) == 0);
	ASSERT(copyin(&value, uptr(USER_VA), sizeof(value)) != 0);
	ASSERT(copyout(uptr(USER_VA), &value, sizeof(value)) != 0);
	ASSERT(copyin(&value, uptr(USER_VA + PAGE_SIZE), sizeof(value)) == 0);
	space_leave(as);
}

/* uaccess=strict and walk: outside a copy the kernel has no way to a user page. */
KTEST(kernel_reads_no_user_page_by_accident)
{
	struct aspace *as = space_enter();
	struct thread *t = thread_current();
	bool open = csr_read(sstatus) & SSTATUS_SUM;
	u64 value, left;

	t->no_fault++;
	left = uaccess_copy(&value, (const void *)USER_VA, sizeof(value));
	t->no_fault--;
	ASSERT(left == (open ? 0 : sizeof(value)));
	space_leave(as);
}

static void check_user_root(struct aspace *as)
{
	const pte_t *root = kmap_direct(as->pt.twin);

	for (unsigned i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		ASSERT(root[i].bits == 0);
	for (unsigned i = 0; i < PT_ENTRIES / 2; i++)
		ASSERT(root[i].bits == pt_entry(&as->pt, i * GIB, 2).bits);
}

/* isolate=on: above the user half the root of user mode is empty, and in it only
 * trampoline and trap frame are the kernel's. */
KTEST(user_root_has_nothing_of_the_kernel)
{
	struct aspace *as = space_enter();

	if (as->pt.twin)
		check_user_root(as);
	pt_for_each(c, &as->pt, 0, MAXVA) {
		pte_t e = pte_load(c.slot);

		if (pte_is_leaf(e) && !(e.bits & PTE_U))
			ASSERT(c.va >= TRAPFRAME && (e.bits & PTE_RWX) != PTE_RWX);
	}
	space_leave(as);
}

/* As on a core that leaves A and D to software (Svade): the fault path sets them. */
KTEST(fault_path_sets_a_and_d)
{
	struct aspace *as = space_enter();
	struct pt_cur c = pt_at(&as->pt, USER_VA);

	pte_clear_bits(c.slot, PTE_A | PTE_D);
	tlb_flush_page(USER_VA);
	ASSERT(aspace_fault(as, USER_VA, ACCESS_READ) == 0);
	ASSERT((pte_load(c.slot).bits & (PTE_A | PTE_D)) == PTE_A);
	ASSERT(aspace_fault(as, USER_VA, ACCESS_WRITE) == 0);
	ASSERT((pte_load(c.slot).bits & (PTE_A | PTE_D)) == (PTE_A | PTE_D));
	ASSERT(aspace_fault(as, USER_VA, ACCESS_EXEC) != 0);
	space_leave(as);
}

/* A copy that ends in a page that is not there says exactly how far it came. */
KTEST(partial_copies_are_exact)
{
	struct aspace *as = space_enter();
	va_t end = USER_VA + 4 * PAGE_SIZE;
	static u8 bytes[300];

	for (u64 n = 0; n < 200; n += 7) {
		ASSERT(copyin_partial(bytes, uptr(end - n), sizeof(bytes)) == n);
		ASSERT(copyin_partial(bytes + 1, uptr(end - n), 250) == n);
		ASSERT(copyout_partial(uptr(end - n), bytes, sizeof(bytes)) == n);
		ASSERT(copyout_nofault(uptr(end - n), bytes + 3, 250) == n);
	}
	space_leave(as);
}

#endif
