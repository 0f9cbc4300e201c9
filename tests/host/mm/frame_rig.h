/* frame_rig.h - RAM and a frame allocator for tests; each test gets new ones. */
#pragma once

#include "rig.h"

#include "core/hart.h"
#include "mm/phys/frame.h"
#include "shim.h"

#define FRAMES 3000 /* no power of two, no whole number of the largest block */
#define FIRST 5     /* frames of the "kernel" at the start                   */
#define FREE (FRAMES - FIRST)

static struct page table[FRAMES];

static int set_up(void **state)
{
	(void)state;
	shim_hart = 0;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE + FIRST * PAGE_SIZE,
			SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	frame_check();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_check();
	shim_ram_fini();
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
