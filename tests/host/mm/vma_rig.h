/* vma_rig.h - for tests: a set of areas, new for each test; objects that count their
 * references; and allocations that fail. */
#pragma once

#include "failing.h"
#include "rig.h"

#include <string.h>

#include "core/thread.h"
#include "mm/phys/frame.h"
#include "mm/phys/slab.h"
#include "mm/space/vma.h"
#include "shim.h"
#include "uapi/errno.h"

#define FRAMES 256
#define OBJECTS 3

static struct page table[FRAMES];
static struct vma_set set;
static u64 free_at_start;

/* --- references of objects --------------------------------------------- */

static int objects[OBJECTS];

static void area_copied(struct vma *v)
{
	if (v->object)
		++*(int *)v->object;
}

static void area_gone(struct vma *v)
{
	if (v->object)
		--*(int *)v->object;
}

static const struct vma_hooks hooks = { area_copied, area_gone };

void sched_point(void)
{
}

static bool killed;

bool thread_killed(void)
{
	return killed;
}

/* --- failing allocations ------------------------------------------------ */

static struct failing failing;

u32 __real_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n);
u32 __wrap_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n);

u32 __wrap_slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n)
{
	n = failing_allows(&failing, n);
	return n ? __real_slab_alloc_many(c, flags, out, n) : 0;
}

/* --- set-up ------------------------------------------------------------- */

static int set_up(void **state)
{
	(void)state;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	vma_init();
	free_at_start = frame_count(FRAME_free); /* vma_init() keeps some for areas */
	vma_set_init(&set, &hooks);
	memset(objects, 0, sizeof(objects));
	failing_end(&failing);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	vma_set_fini(&set);
	vma_check(&set);
	assert_null(set.root);
	for (unsigned i = 0; i < OBJECTS; i++)
		assert_int_equal(objects[i], 0);
	assert_int_equal(frame_count(FRAME_free), free_at_start);
	shim_ram_fini();
	return 0;
}

static unsigned depth(const struct vma *t)
{
	unsigned l, r;

	if (!t)
		return 0;
	l = depth(t->left);
	r = depth(t->right);
	return 1 + MAX(l, r);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
