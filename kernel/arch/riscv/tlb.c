/* tlb.c - see tlb.h. */

#include "arch/riscv/tlb.h"

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"

/* Up to here page by page, beyond it everything: cheaper than many fences. */
#define FLUSH_PAGES_MAX 16

static u64 icache_pending; /* (A) harts that have to fence.i */

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

static void flush_local(va_t lo, va_t hi)
{
	if (hi - lo > FLUSH_PAGES_MAX * PAGE_SIZE) {
		tlb_flush_all();
		return;
	}
	for (va_t va = lo; va < hi; va += PAGE_SIZE)
		tlb_flush_page(va);
}

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	struct tlb_counts *n = &counts[cpu_current()->index].n;
	u64 self, harts;

	fence_all();
	self = BIT(cpu_current()->index);
	harts = __atomic_load_n(&s->harts, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&n->shootdowns, 1, __ATOMIC_RELAXED);
	if (harts & self)
		flush_local(lo, hi);
	if (harts & ~self) {
		__atomic_fetch_add(&n->remote, 1, __ATOMIC_RELAXED);
		sbi_remote_sfence(harts & ~self, lo, hi - lo);
	}
}

struct tlb_counts tlb_count(void)
{
	struct tlb_counts sum = { 0 };

	for (unsigned i = 0; i < MAX_HARTS; i++) {
		sum.shootdowns +=
			__atomic_load_n(&counts[i].n.shootdowns, __ATOMIC_RELAXED);
		sum.remote += __atomic_load_n(&counts[i].n.remote, __ATOMIC_RELAXED);
	}
	return sum;
}

void icache_dirty(void)
{
	__atomic_store_n(&icache_pending, ~0ul, __ATOMIC_SEQ_CST);
}

void icache_sync(void)
{
	u64 self = BIT(cpu_current()->index);

	if (!(__atomic_load_n(&icache_pending, __ATOMIC_RELAXED) & self))
		return;
	__atomic_fetch_and(&icache_pending, ~self, __ATOMIC_SEQ_CST);
	__asm__ volatile("fence.i" ::: "memory");
}
