/* descriptor.c - the kernel's description of itself: see uapi/descriptor.h.
 *
 * kernel.ld puts it at the start of a page, and gathers the items from all files. */

#include "lib/describe.h"
#include "mm/phys/kmap.h"

extern const char __kernel_start[], __kernel_end[];
extern const char __descriptor_items_start[], __descriptor_items_end[];

#define IMAGE_PA(symbol) ((u64)(symbol)-KERNEL_OFFSET)

_Static_assert(sizeof(struct descriptor_item) == 64, "kernel.ld leaves no holes");

const struct descriptor descriptor __attribute__((used, section(".descriptor"))) = {
	.magic = DESCRIPTOR_MAGIC,
	.version = DESCRIPTOR_VERSION,
	.item_bytes = sizeof(struct descriptor_item),
	.self = IMAGE_PA(&descriptor),
	.items = IMAGE_PA(__descriptor_items_start),
	.items_end = IMAGE_PA(__descriptor_items_end),
	.image = (u64)__kernel_start,
	.image_end = (u64)__kernel_end,
	.image_offset = KERNEL_OFFSET,
	.direct = DIRECT_BASE,
	.direct_end = DIRECT_BASE + DIRECT_BYTES,
};
