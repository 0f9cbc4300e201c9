/* pt_rig.h - for tests: the kernel's page table, and a user's with a twin, both new for
 * each test; and allocations that fail. */
#pragma once

#include "failing.h"
#include "rig.h"

#include <string.h>

#include "mm/xlate/gather.h"
#include "mm/phys/kmap.h"
#include "mm/xlate/pt.h"
#include "shim.h"
#include "uapi/errno.h"
#include "unmap.h"

#define FRAMES 16384
#define DIRECT (-BIT(38))

static struct page table[FRAMES];
static struct pt kernel_pt, pt;
static struct pt_half kernel_half;
static struct tlb_space space;

static struct failing failing;

struct page *__real_frame_alloc(enum frame_kind kind, unsigned flags);
struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags);

struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags)
{
	return failing_now(&failing) ? NULL : __real_frame_alloc(kind, flags);
}

static int tables_set_up(void **state)
{
	(void)state;
	failing_set(&failing, 0, false);
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + (FRAMES - 1) * PAGE_SIZE);
	assert_int_equal(pt_init(&kernel_pt, &kernel_half), 0);
	assert_int_equal(pt_map(&kernel_pt, DIRECT, 0, 4 * GIB, PTE_R | PTE_W | PT_LARGE),
			 0);
	assert_int_equal(pt_init_user(&pt, &kernel_pt), 0);
	assert_int_equal(pt_init_twin(&pt), 0);
	return 0;
}

static pte_t *root_of(pa_t root)
{
	return kmap_direct(root);
}

/* The twin has the same user half and nothing else.  The kernel half of the root has the
 * entries that the kernel's root had when it was copied. */
static void check_roots(void)
{
	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		u64 bits = root_of(pt.root)[i].bits;

		assert_int_equal(root_of(pt.twin)[i].bits, i < 256 ? bits : 0);
		if (i >= 256 && bits)
			assert_int_equal(bits, root_of(kernel_pt.root)[i].bits);
	}
}

/* Every frame has come back. */
static int tables_tear_down(void **state)
{
	struct gather g;

	(void)state;
	check_roots();
	gather_init(&g, &space);
	unmap(&pt, 0, BIT(38), &g);
	gather_finish(&g);
	pt_fini(&pt);
	for (va_t va = DIRECT; va < DIRECT + 4 * GIB; va += GIB) {
		struct pt_cur c = pt_at(&kernel_pt, va);

		assert_int_equal(c.level, 2);
		assert_true(pte_is_leaf(pt_set_leaf(&c, (pte_t){ 0 })));
	}
	pt_fini(&kernel_pt);
	frame_check();
	assert_int_equal(frame_count(FRAME_free), FRAMES - 1);
	shim_ram_fini();
	return 0;
}
