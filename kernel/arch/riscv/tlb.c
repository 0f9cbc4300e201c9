/* tlb.c - see tlb.h. */

#include "arch/riscv/tlb.h"

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "lib/describe.h"

/* Longer ranges are not flushed page by page: one fence for everything is cheaper. */
#define FLUSH_PAGES_MAX 16

static bool pairs; /* (C) see tlb_set_pairs() */

/* (A) Each hart writes its own. */
static struct {
	struct tlb_counts n;
} __attribute__((aligned(64))) counts[MAX_HARTS];

void tlb_flush_page(va_t va)
{
	__asm__ volatile("sfence.vma %0, zero" : : "r"(va) : "memory");
}

void tlb_flush_all(void)
{
	__asm__ volatile("sfence.vma zero, zero" : : : "memory");
}

static u32 tlb_count_bits(u64 bits)
{
	u32 n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

static void tlb_flush_asid(u64 asid)
{
	__asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
}

void tlb_flush_space(const struct tlb_space *s)
{
	u64 asid = tlb_asid(s);

	tlb_flush_asid(asid);
	if (pairs)
		tlb_flush_asid(asid + 1);
}

u32 tlb_asid_bits(void)
{
	u64 satp = csr_read(satp), ones;

	csr_write(satp, satp | SATP_ASID);
	ones = (csr_read(satp) & SATP_ASID) >> SATP_ASID_SHIFT;
	csr_write(satp, satp);
	tlb_flush_all();
	return tlb_count_bits(ones);
}

void tlb_set_pairs(void)
{
	pairs = true;
}

static void tlb_flush_pages(va_t lo, va_t hi, u64 asid)
{
	for (va_t va = lo; va < hi; va += PAGE_SIZE)
		__asm__ volatile("sfence.vma %0, %1" : : "r"(va), "r"(asid) : "memory");
}

static void tlb_flush_local(const struct tlb_space *s, va_t lo, va_t hi)
{
	u64 asid = tlb_asid(s);

	if (hi - lo > FLUSH_PAGES_MAX * PAGE_SIZE) {
		if (asid)
			tlb_flush_space(s);
		else
			tlb_flush_all();
		return;
	}
	tlb_flush_pages(lo, hi, asid);
	if (pairs && asid)
		tlb_flush_pages(lo, hi, asid + 1);
}

static void tlb_flush_remote(const struct tlb_space *s, u64 harts, va_t lo, va_t hi)
{
	u64 asid = tlb_asid(s);

	if (asid && !pairs)
		sbi_remote_sfence_asid(harts, lo, hi - lo, asid);
	else
		sbi_remote_sfence(harts, lo, hi - lo);
}

static void tlb_count_shootdown(u64 others)
{
	struct tlb_counts *n = &counts[cpu_current()->index].n;

	__atomic_fetch_add(&n->shootdowns, 1, __ATOMIC_RELAXED);
	if (others) {
		__atomic_fetch_add(&n->remote, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&n->remote_harts, tlb_count_bits(others),
				   __ATOMIC_RELAXED);
	}
}

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	u64 self, harts;

	fence_all();
	harts = tlb_targets(s);
	if (!harts)
		return; /* no hart has it loaded, as when it is destroyed */
	self = BIT(cpu_current()->index);
	tlb_count_shootdown(harts & ~self);
	if (harts & self)
		tlb_flush_local(s, lo, hi);
	if (harts & ~self)
		tlb_flush_remote(s, harts & ~self, lo, hi);
}

struct tlb_counts tlb_count(void)
{
	struct tlb_counts sum = { 0 };

	for (unsigned i = 0; i < MAX_HARTS; i++) {
		sum.shootdowns +=
			__atomic_load_n(&counts[i].n.shootdowns, __ATOMIC_RELAXED);
		sum.remote += __atomic_load_n(&counts[i].n.remote, __ATOMIC_RELAXED);
		sum.remote_harts +=
			__atomic_load_n(&counts[i].n.remote_harts, __ATOMIC_RELAXED);
	}
	return sum;
}

void icache_dirty(void)
{
	for (unsigned i = 0; i < MAX_HARTS; i++) {
		struct cpu *cpu = __atomic_load_n(&cpu_ready[i], __ATOMIC_RELAXED);

		if (cpu)
			cpu_exit_set(cpu, CPU_ICACHE_STALE);
	}
}

void icache_sync_harts(u64 harts)
{
	harts &= ~BIT(cpu_current()->index);
	fence_all();
	if (harts)
		sbi_remote_fence_i(harts);
}

void icache_sync(void)
{
	cpu_exit_clear(cpu_current(), CPU_ICACHE_STALE);
	__asm__ volatile("fence.i" ::: "memory");
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_ARRAY("tlb_counts", counts);
DESCRIBE_FIELD(tlb_counts, shootdowns);
DESCRIBE_FIELD(tlb_counts, remote);
DESCRIBE_FIELD(tlb_counts, remote_harts);
