/* memory.c - finds out which RAM is free: all that is not on a list of taken ranges. */

#include "core/report/klog.h"
#include "core/machine.h"
#include "init/boot.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"
#include "mm/xlate/kmap_init.h"

#define TAKEN_MAX 32
#define RESERVE_FRAMES 64 /* for the kernel alone: 256 KiB */

extern char __kernel_start[], __kernel_end[];

struct range {
	pa_t start, end; /* page-aligned */
	enum frame_kind kind;
	bool mapped; /* in the direct map, though taken */
};

static struct range taken[TAKEN_MAX]; /* by start; may overlap */
static unsigned ntaken;

static void memory_take(pa_t start, pa_t end, enum frame_kind kind, bool mapped)
{
	unsigned i = ntaken;

	if (start >= end)
		return;
	if (ntaken == TAKEN_MAX)
		panic("the device tree reserves more than %d ranges", TAKEN_MAX);
	for (; i > 0 && taken[i - 1].start > start; i--)
		taken[i] = taken[i - 1];
	taken[i] = (struct range){ ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE),
				   kind, mapped };
	ntaken++;
}

static void memory_take_reserved(const struct fdt *f)
{
	int node = fdt_node(f, "/reserved-memory");
	u64 addr, size;

	for (unsigned i = 0; fdt_reserved(f, i, &addr, &size) == 0; i++)
		memory_take(addr, addr + size, FRAME_firmware, false);
	if (node < 0)
		return;
	for (int n = fdt_first_child(f, node); n >= 0; n = fdt_next_sibling(f, n)) {
		for (unsigned i = 0; fdt_reg(f, n, i, &addr, &size) == 0; i++)
			memory_take(addr, addr + size, FRAME_firmware, false);
	}
}

/* The first address from which @bytes of RAM are free. */
static pa_t memory_find_room(u64 bytes)
{
	pa_t at = machine.ram_base;

	for (unsigned i = 0; i < ntaken; i++) {
		if (taken[i].start > at && taken[i].start - at >= bytes)
			return at;
		at = MAX(at, taken[i].end);
	}
	if (machine.ram_base + machine.ram_bytes - at < bytes)
		panic("%lu MiB of memory is too little", machine.ram_bytes / MIB);
	return at;
}

/* Calls @fn for every range of RAM that is free; unless @skip_mapped, taken ranges that are
 * in the direct map count as free, too. */
static void memory_for_free(void (*fn)(pa_t start, pa_t end), bool skip_mapped)
{
	pa_t at = machine.ram_base, end = machine.ram_base + machine.ram_bytes;

	for (unsigned i = 0; i < ntaken; i++) {
		if (!skip_mapped && taken[i].mapped)
			continue;
		if (taken[i].start > at)
			fn(at, MIN(taken[i].start, end));
		at = MAX(at, taken[i].end);
	}
	if (at < end)
		fn(at, end);
}

void memory_init(pa_t fdt)
{
	pa_t kernel = kmap_pa(__kernel_start), kernel_end = kmap_pa(__kernel_end);
	u64 table =
		ALIGN_UP(machine.ram_bytes / PAGE_SIZE * sizeof(struct page), PAGE_SIZE);
	pa_t at;

	machine.ram_bytes = ALIGN_DOWN(machine.ram_bytes, PAGE_SIZE);
	/* The firmware is below the kernel, even if the tree does not say so. */
	memory_take(machine.ram_base, kernel, FRAME_firmware, false);
	memory_take(kernel, kernel_end, FRAME_kernel, false); /* kmap_image() maps it */
	memory_take(fdt, fdt + machine.fdt.size, FRAME_boot, true);
	memory_take(machine.initrd_start, machine.initrd_end, FRAME_boot, true);
	memory_take_reserved(&machine.fdt);
	at = memory_find_room(table);
	memory_take(at, at + table, FRAME_frames, true);
	frame_init(machine.ram_base, machine.ram_bytes, kmap_direct(at));
	for (unsigned i = 0; i < ntaken; i++) {
		if (taken[i].start >= machine.ram_base)
			frame_boot_kind(taken[i].start, taken[i].end, taken[i].kind);
	}
	memory_for_free(frame_boot_free, true);
	kmap_init();
	memory_for_free(kmap_physical, false);
	kmap_image();
	kmap_enable();
	frame_boot_reserve(RESERVE_FRAMES);
}
