/* root.c - loading the root of an address space, and making harts let go of one.
 *
 * A hart borrows: it keeps the last root loaded while it idles or runs kernel threads.
 * hart.loaded says whose root that is.  The mask of a space names only harts that run
 * its thread; tlb_space.h has the rule that makes shootdowns safe. */

#include "mm/xlate/root.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/tlb.h"
#include "core/coreup.h"
#include "core/hart.h"
#include "core/report/klog.h"
#include "core/option/options.h"
#include "lib/assert.h"
#include "mm/xlate/asid.h"
#include "mm/phys/vmstat.h"

/* How many bits of ASIDs to use: with asid=on all that the hardware has, with a number at
 * most that many, with asid=off none. */
static u32 root_asid_bits(void)
{
	u32 have = tlb_asid_bits();

	if (opt(ASID) == ASID_ON)
		return have;
	if (opt(ASID) == ASID_OFF)
		return 0;
	return MIN((u32)opt_number(ASID), have);
}

void root_init(bool pairs, u32 harts)
{
	u32 bits = root_asid_bits(), spaces = asid_init(bits, pairs, harts);

	if (pairs)
		tlb_set_pairs();
	if (spaces) {
		printk("asid: %u bits (%u spaces)\n", bits, spaces);
	} else {
		option_put(ASID, ASID_OFF);
		printk("asid: off (%u bits)\n", bits);
	}
}

/* Puts the ASID into satp's value.  It stays the same while the space is loaded. */
static void root_set_asid(struct root *r)
{
	u64 asid = tlb_asid(&r->tlb);

	if (asid == (r->satp & SATP_ASID) >> SATP_ASID_SHIFT)
		return;
	r->satp = (r->satp & ~SATP_ASID) | asid << SATP_ASID_SHIFT;
}

/* From the ASID, not stored next to satp: another hart that loads @r at the same time
 * could have stored the one and not yet the other. */
u64 root_user_satp(const struct root *r)
{
	u64 asid = tlb_asid(&r->tlb);

	return r->user_root | (asid ? asid + 1 : 0) << SATP_ASID_SHIFT;
}

void root_set(struct root *r, pa_t kernel, pa_t user)
{
	r->satp = SATP_SV39 | kernel >> PAGE_SHIFT;
	r->user_root = user ? SATP_SV39 | user >> PAGE_SHIFT : 0;
}

static void root_flush(const struct root *r, enum asid_flush how)
{
	if (how == ASID_FLUSH_NONE)
		return;
	vmstat_inc(how == ASID_FLUSH_ALL ? VM_space_flush_all : VM_space_flush);
	if (how == ASID_FLUSH_ALL)
		tlb_flush_all();
	else
		tlb_flush_space(&r->tlb);
}

/* Loads @r; NULL: the boot root, which has an empty user half and an ASID of
 * its own.  Interrupts off.  The flush may come after satp is written: only the kernel
 * half is touched in between, and that is the same in all roots. */
static void root_switch(struct hart *h, struct root *r)
{
	enum asid_flush how = ASID_FLUSH_NONE;
	struct root *old = h->loaded;

	if (r) {
		vmstat_inc(VM_space_load);
		how = asid_enter(&r->tlb, h->cpu.index);
		root_set_asid(r);
	} else if (opt(ASID) == ASID_OFF) {
		how = ASID_FLUSH_ALL;
	}
	csr_write(satp, r ? r->satp : kernel_satp);
	root_flush(r, how);
	if (old)
		asid_leave(&old->tlb, h->cpu.index);
	/* From here on the old space may be freed: see root_evict(). */
	__atomic_store_n(&h->loaded, r, __ATOMIC_RELEASE);
}

void root_load(struct root *r)
{
	struct hart *h = hart_current();

	if (h->loaded != r)
		root_switch(h, r);
	else if (r && !(tlb_users(&r->tlb) & BIT(h->cpu.index)))
		root_flush(r, asid_resume(&r->tlb, h->cpu.index));
}

void root_rest(void)
{
	struct hart *h = hart_current();

	if (h->loaded && tlb_users(&h->loaded->tlb) & BIT(h->cpu.index))
		asid_rest(&h->loaded->tlb, h->cpu.index);
}

void root_unload(void)
{
	root_load(NULL);
}

/* No thread runs in the space, so no hart loads it any more. */
bool root_leave(const struct root *r)
{
	bool here = true;

	ASSERT(irq_enabled());
	irq_disable();
	for (u32 i = 0; i < nharts; i++)
		here &= i == hart_index() ||
			__atomic_load_n(&harts[i].loaded, __ATOMIC_ACQUIRE) != r;
	if (!here)
		irq_enable();
	return here;
}

/* The caller's own hart may be one of those asked: the thread may have slept since it gave
 * up the space, and gone on where the space is still borrowed.  Interrupts stay on, so
 * that two harts that ask each other can both answer. */
void root_evict(struct root *r)
{
	ASSERT(irq_enabled());
	for (u32 i = 0; i < nharts; i++) {
		struct hart *h = &harts[i];

		if (__atomic_load_n(&h->loaded, __ATOMIC_ACQUIRE) != r)
			continue;
		hart_ipi(h, HART_IPI_DROP);
		while (__atomic_load_n(&h->loaded, __ATOMIC_ACQUIRE) == r)
			;
	}
}
