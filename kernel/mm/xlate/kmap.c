/* kmap.c - the kernel half: direct map, image, devices, stacks.
 *
 * Everything is mapped at boot and never changes, so the kernel half needs no shootdowns.
 * No frame is both writable and executable at any address: the direct map shows the
 * kernel's text and rodata read-only, and leaves out the firmware.  Layout:
 * docs/design.md section 2. */

#include "mm/phys/kmap.h"

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/tlb.h"
#include "core/coreup.h"
#include "core/option/options.h"
#include "core/report/klog.h"
#include "lib/assert.h"
#include "lib/describe.h"
#include "mm/phys/frame.h"
#include "mm/xlate/kmap_init.h"

#define KERNEL_BASE 0xffffffff80000000ul
#define STACKS_BASE (DIRECT_BASE + DIRECT_BYTES)
#define STACK_STRIDE ((KSTACK_PAGES + 1) * PAGE_SIZE)

extern char __kernel_start[], __text_end[], __rodata_end[], __kernel_end[];
extern char boot_stack[];

struct pt kernel_pt;
static struct pt_half kernel_half;

/* PTE_G is added unless isolate=on: then user mode runs on roots without these entries, but
 * a hart would use a global translation there, too. */
static u64 kernel_bits = PTE_V | PTE_A | PTE_D;
static va_t next_stack = STACKS_BASE;

static pa_t kmap_image_pa(const void *va)
{
	return (pa_t)va - KERNEL_OFFSET;
}

pa_t kmap_pa(const void *va)
{
	if ((va_t)va >= KERNEL_BASE)
		return kmap_image_pa(va);
	ASSERT((va_t)va >= DIRECT_BASE && (va_t)va < STACKS_BASE);
	return (pa_t)va - DIRECT_BASE;
}

/* At boot: panics if there is no memory. */
static void kmap_map(va_t va, pa_t pa, u64 bytes, u64 rights)
{
	if (pt_map(&kernel_pt, va, pa, bytes, rights | kernel_bits))
		panic("no memory to map the kernel at %lx", va);
}

/* Makes the root entry of @va point at a table, for good: processes copy that entry. */
static void kmap_anchor(va_t va)
{
	struct pt_cur c = pt_at(&kernel_pt, va);

	if (pt_reach(&c, 1))
		panic("no memory for the kernel's page tables");
}

void kmap_init(void)
{
	if (opt(ISOLATE) == ISOLATE_OFF)
		kernel_bits |= PTE_G;
	if (pt_init(&kernel_pt, &kernel_half))
		panic("no memory for the boot root");
	kmap_anchor(STACKS_BASE);
	kmap_anchor(KERNEL_BASE);
}

/* The level of the largest leaf that maps @pa and nothing past @end. */
static int kmap_leaf_level(pa_t pa, pa_t end)
{
	int level = 2;

	while (level &&
	       (!IS_ALIGNED(pa, level_size(level)) || level_size(level) > end - pa))
		level--;
	return level;
}

void kmap_physical(pa_t start, pa_t end)
{
	if (start > end || end > DIRECT_BYTES)
		panic("the direct map has no room for %lx to %lx", start, end);
	while (start < end) {
		struct pt_cur c = pt_at(&kernel_pt, DIRECT_BASE + start);

		if (!pte_is_valid(pte_load(c.slot))) {
			if (pt_reach(&c, kmap_leaf_level(start, end)))
				panic("no memory for the direct map at %lx", start);
			pt_set_leaf(&c, pte_make(start, kernel_bits | PTE_R | PTE_W));
		}
		start = pt_end(&c) - DIRECT_BASE;
	}
}

static void kmap_image_part(const char *start, const char *end, u64 rights)
{
	kmap_map((va_t)start, kmap_image_pa(start), end - start, rights);
}

void kmap_image(void)
{
	kmap_image_part(__kernel_start, __text_end, PTE_R | PTE_X);
	kmap_image_part(__text_end, __rodata_end, PTE_R);
	/* All data but the guard page below the boot hart's stack. */
	kmap_image_part(__rodata_end, boot_stack, PTE_R | PTE_W);
	kmap_image_part(boot_stack + PAGE_SIZE, __kernel_end, PTE_R | PTE_W);
	/* The direct map, where text and rodata are read-only. */
	kmap_map(DIRECT_BASE + kmap_image_pa(__kernel_start), kmap_image_pa(__kernel_start),
		 __rodata_end - __kernel_start, PTE_R);
	kmap_physical(kmap_image_pa(__rodata_end), kmap_image_pa(__kernel_end));
}

void kmap_enable(void)
{
	kernel_satp = SATP_SV39 | kernel_pt.root >> PAGE_SHIFT;
	csr_write(satp, kernel_satp);
	tlb_flush_all();
}

void *kmap_device(pa_t pa, u64 bytes)
{
	kmap_physical(ALIGN_DOWN(pa, PAGE_SIZE), ALIGN_UP(pa + bytes, PAGE_SIZE));
	tlb_flush_all();
	return kmap_direct(pa);
}

u64 kstack_alloc(void)
{
	va_t base = next_stack;

	for (int i = 1; i <= KSTACK_PAGES; i++) {
		struct page *pg = frame_alloc(FRAME_stack, FRAME_ZERO | FRAME_NOWAIT);

		if (!pg)
			return 0; /* what is mapped stays: the boot fails anyway */
		kmap_map(base + i * PAGE_SIZE, frame_pa(pg), PAGE_SIZE, PTE_R | PTE_W);
	}
	next_stack += STACK_STRIDE;
	tlb_flush_all();
	return base + STACK_STRIDE;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("kernel_pt", kernel_pt);
DESCRIBE_OBJECT("kernel_text_end", __text_end[0]);
DESCRIBE_OBJECT("kernel_rodata_end", __rodata_end[0]);
DESCRIBE_FIELD(pt, root);
DESCRIBE_FIELD(pt, twin);
DESCRIBE_FIELD(pt, ntables);
DESCRIBE_FIELD(pt, reserve);
