/* virtio_rig.h - the disk driver with a fake device: a device tree that names it, and
 * requests that note when they are done.  It defines its functions, so one file of a test
 * program includes it. */
#pragma once

#include "rig.h"

#include <string.h>

#include "core/clock.h"
#include "core/irq.h"
#include "core/machine.h"
#include "core/thread.h"
#include "dev/block.h"
#include "dev/plic.h"
#include "dev/virtio/virtio_blk.h"
#include "fake_virtio.h"
#include "mm/phys/frame_priv.h"
#include "mm/phys/kmap.h"
#include "shim.h"
#include "tree.h"
#include "uapi/errno.h"

#define NBIOS 64

/* --- the rest of the kernel ------------------------------------------------ */

struct machine machine;
static u64 now;
static struct page pages[16 * MIB / PAGE_SIZE];
struct frame_span frame_span;
static u64 ram_used;
static void (*irq_fn)(void *), (*thread_fn)(void *);
static void *irq_arg, *thread_arg;
static u32 ndone;
static bool allow_memory;

u64 clock_now(void)
{
	return now;
}

u64 clock_from_ms(u64 ms)
{
	return ms;
}

void irq_register(u32 irq, void (*fn)(void *), void *arg)
{
	assert_int_equal(irq, 5);
	irq_fn = fn;
	irq_arg = arg;
}

int plic_irq_of(int node, u32 *irq)
{
	return fdt_prop_u32(&machine.fdt, node, "interrupts", 0, irq);
}

int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	(void)name;
	thread_fn = fn;
	thread_arg = arg;
	return 0;
}

static void *ram_alloc(u64 bytes)
{
	void *p = kmap_direct(SHIM_RAM_BASE + ram_used);

	ram_used += ALIGN_UP(bytes, PAGE_SIZE);
	assert_true(ram_used <= 16 * MIB);
	return p;
}

struct page *frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags)
{
	void *p = allow_memory ? ram_alloc(PAGE_SIZE << order) : NULL;

	assert_int_equal(kind, FRAME_pool);
	assert_int_equal(flags, FRAME_ZERO);
	if (p)
		memset(p, 0, PAGE_SIZE << order);
	return p ? frame_of_va(p) : NULL;
}

void fake_interrupt(void)
{
	assert_int_equal(shim_spin_depth(), 0);
	irq_fn(irq_arg);
}

/* --- help ------------------------------------------------------------------ */

static struct bio bios[NBIOS];
static u8 *data[NBIOS]; /* BIO_MAX_SEGS * 1024 bytes each */
static bool is_done[NBIOS];

/* A device tree with one virtio slot: registers at 0x10001000, interrupt 5. */
static void make_tree(void)
{
	static const char strings[] = "compatible\0reg\0interrupts";
	u32 end;

	memset(tree, 0, sizeof(tree));
	tree_size = 56; /* header, and one empty memory reservation */
	tree_put(1), tree_text("", 1);
	tree_put(1), tree_text("virtio@10001000", 16);
	tree_put(3), tree_put(12), tree_put(0), tree_text("virtio,mmio", 12);
	tree_put(3), tree_put(12), tree_put(11);
	tree_put(0), tree_put(0x10001000), tree_put(0x1000);
	tree_put(3), tree_put(4), tree_put(15), tree_put(5);
	tree_put(2), tree_put(2), tree_put(9);
	end = tree_size;
	memcpy(tree + end, strings, sizeof(strings));
	tree_size = 0;
	tree_put(0xd00dfeed), tree_put(end + sizeof(strings)), tree_put(56), tree_put(end);
	tree_put(40), tree_put(17), tree_put(16), tree_put(0);
	tree_put(sizeof(strings)), tree_put(end - 56);
	assert_int_equal(fdt_open(&machine.fdt, tree, sizeof(tree)), 0);
}

static struct blkdev *disk;

/* block.c keeps the first disk only; each test wants its own. */
static struct blkdev *probe(void)
{
	irq_arg = thread_arg = NULL;
	virtio_blk_init();
	/* The driver's own struct begins with its blkdev. */
	disk = irq_arg;
	return disk;
}

static void start(bool legacy)
{
	shim_ram_init(16 * MIB);
	frame_span_init(SHIM_RAM_BASE, 16 * MIB, pages);
	shim_quiet = true;
	shim_sleep = NULL;
	allow_memory = true;
	ram_used = ndone = 0;
	now = 1000000;
	make_tree();
	fake_init(legacy);
	for (int i = 0; i < NBIOS; i++)
		data[i] = ram_alloc(BIO_MAX_SEGS * 1024);
}

static int begin(void **state)
{
	start(*state != NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(shim_spin_depth(), 0);
	shim_ram_fini();
	return 0;
}

static void on_done(struct bio *bio)
{
	u32 i = bio - bios;

	assert_int_equal(shim_spin_depth(), 0);
	assert_false(is_done[i]);
	is_done[i] = true;
	ndone++;
}

/* Bio @i: @nsegs segments of @bytes at @sector. */
static struct bio *prepare(u32 i, enum bio_op op, u64 sector, u32 nsegs, u32 bytes)
{
	struct bio *bio = &bios[i];

	*bio = (struct bio){ .op = op, .sector = sector, .nsegs = nsegs, .done = on_done };
	for (u32 s = 0; s < nsegs; s++)
		bio->seg[s] = (struct bio_seg){ data[i] + s * bytes, bytes };
	is_done[i] = false;
	return bio;
}

static void answer_all(void)
{
	while (fake_answer(1 + rig_below(8)))
		;
}

#define BOTH(fn)                                                        \
	cmocka_unit_test_prestate_setup_teardown(fn, begin, end, NULL), \
		cmocka_unit_test_prestate_setup_teardown(fn, begin, end, (void *)"legacy")
