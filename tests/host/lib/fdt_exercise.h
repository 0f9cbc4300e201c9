/* fdt_exercise.h - calls everything that the device tree reader offers, on a
 * tree that may be broken in any way; for test_fdt.c and fuzz_fdt.c. */
#pragma once

#include <string.h>

#include "lib/fdt.h"

/* Keeps the compiler from dropping reads. */
static volatile u64 fdt_sink;

static inline void fdt_exercise_node(const struct fdt *f, int node)
{
	static const char *const names[] = { "reg",        "compatible", "status",
					     "ranges",     "interrupts", "#address-cells",
					     "device_type" };
	const char *text;
	const u8 *bytes;
	u64 a, b;
	u32 len, cell;

	fdt_sink += strlen(fdt_node_name(f, node));
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bytes = fdt_prop(f, node, names[i], &len);
		for (u32 at = 0; bytes && at < len; at++)
			fdt_sink += bytes[at];
		text = fdt_prop_string(f, node, names[i]);
		fdt_sink += text ? strlen(text) : 0;
		(void)fdt_prop_number(f, node, names[i], &a);
		for (unsigned c = 0; fdt_prop_u32(f, node, names[i], c, &cell) == 0; c++)
			fdt_sink += cell;
	}
	for (unsigned i = 0; fdt_reg(f, node, i, &a, &b) == 0 && i < 64; i++)
		fdt_sink += a + b;
	(void)fdt_reg_pa(f, node, 0, &a, &b);
	fdt_sink += fdt_is_enabled(f, node) + fdt_parent(f, node);
	fdt_sink += fdt_is_compatible(f, node, "virtio,mmio");
}

/* Follows the first children and all siblings, no deeper than @depth. */
static inline unsigned fdt_exercise_below(const struct fdt *f, int node, int depth)
{
	unsigned n = 0;

	for (int c = fdt_first_child(f, node); c >= 0; c = fdt_next_sibling(f, c)) {
		fdt_exercise_node(f, c);
		n += 1 + (depth > 0 ? fdt_exercise_below(f, c, depth - 1) : 0);
	}
	return n;
}

/* The number of nodes seen below the root; 0 if this is no device tree. */
static inline unsigned fdt_exercise(const void *blob, u64 size)
{
	struct fdt f;
	unsigned n;
	u64 a, b;

	if (fdt_open(&f, blob, size) < 0)
		return 0;
	fdt_exercise_node(&f, fdt_node(&f, "/"));
	n = fdt_exercise_below(&f, fdt_node(&f, "/"), 4);
	fdt_sink += fdt_node(&f, "/soc/serial@10000000") + fdt_node(&f, "/memory");
	fdt_sink += fdt_by_phandle(&f, 1);
	for (int i = -1; (i = fdt_next_compatible(&f, i, "simple-bus")) >= 0;)
		fdt_sink += i;
	for (unsigned i = 0; fdt_reserved(&f, i, &a, &b) == 0; i++)
		fdt_sink += a + b;
	for (int off = -8; off < 64; off++) /* offsets that no node has */
		fdt_exercise_node(&f, off);
	return n;
}
