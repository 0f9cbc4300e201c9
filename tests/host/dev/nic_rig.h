/* nic_rig.h - what the tests of network drivers have in common: frames of memory, a device
 * tree that is written node by node, and interrupts.  It defines its functions, so one file
 * of a test program includes it. */
#pragma once

#include "rig.h"

#include <string.h>

#include "core/irq.h"
#include "core/machine.h"
#include "core/thread.h"
#include "dev/mmio.h"
#include "dev/net/netdev.h"
#include "dev/net/packet.h"
#include "lib/assert.h"
#include "mm/phys/frame_priv.h"
#include "mm/phys/kmap.h"
#include "shim.h"
#include "tree.h"
#include "uapi/errno.h"

struct machine machine;

static u32 frames_left; /* that can be allocated   */
static u32 live;        /* packets that were given */
static struct page pages[8 * MIB / PAGE_SIZE];
struct frame_span frame_span;
static u64 ram_used;
static struct packet *spare; /* packets that were freed, by link.next */
static void (*irq_fn)(void *);
static void *irq_arg;
static u32 irq_number;

struct page *frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags)
{
	struct page *pg = &pages[ram_used >> PAGE_SHIFT];

	(void)flags;
	if (frames_left < 1u << order)
		return NULL;
	frames_left -= 1u << order;
	live += kind == FRAME_packet;
	if (kind == FRAME_packet && spare) {
		pg = frame_of_va(spare);
		spare = (struct packet *)spare->link.next;
		return pg;
	}
	ram_used += PAGE_SIZE << order;
	ASSERT(ram_used <= 8 * MIB);
	memset(frame_va(pg), 0, PAGE_SIZE << order);
	return pg;
}

struct page *frame_alloc(enum frame_kind kind, unsigned flags)
{
	return frame_alloc_order(kind, 0, flags);
}

void frame_put(struct page *pg)
{
	struct packet *p = frame_va(pg);

	memset(p, 0x5a, sizeof(*p));
	p->link.next = (struct list *)spare;
	spare = p;
	frames_left++;
	live--;
}

void irq_register(u32 irq, void (*fn)(void *), void *arg)
{
	irq_number = irq;
	irq_fn = fn;
	irq_arg = arg;
}

static void (*thread_fn)(void *);

int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	(void)name;
	(void)arg;
	thread_fn = fn;
	return 0;
}

void thread_yield(void)
{
}

static void rig_start(void)
{
	shim_ram_init(8 * MIB);
	frame_span_init(SHIM_RAM_BASE, 8 * MIB, pages);
	shim_quiet = true;
	frames_left = 1000;
	live = 0;
	ram_used = 0;
	spare = NULL;
	irq_fn = NULL;
	irq_number = 0;
}

/* --- device trees ------------------------------------------------------------ */

static char tree_names[512];
static u32 names_size;

static void tree_begin(void)
{
	memset(tree, 0, sizeof(tree));
	names_size = 0;
	tree_size = 56; /* header, and one empty memory reservation */
}

static void tree_node(const char *name)
{
	tree_put(1);
	tree_text(name, strlen(name) + 1);
}

static void tree_prop(const char *name, u32 bytes)
{
	tree_put(3);
	tree_put(bytes);
	tree_put(names_size);
	names_size += strlen(strcpy(tree_names + names_size, name)) + 1;
}

static void tree_string(const char *name, const char *text)
{
	tree_prop(name, strlen(text) + 1);
	tree_text(text, strlen(text) + 1);
}

static void tree_cells(const char *name, u32 n, const u32 *cells)
{
	tree_prop(name, 4 * n);
	for (u32 i = 0; i < n; i++)
		tree_put(cells[i]);
}

#define TREE_CELLS(name, ...)                                          \
	tree_cells(name, sizeof((u32[]){ __VA_ARGS__ }) / sizeof(u32), \
		   (const u32[]){ __VA_ARGS__ })

static void tree_end_node(void)
{
	tree_put(2);
}

static void tree_end(void)
{
	u32 end;

	tree_put(9);
	end = tree_size;
	memcpy(tree + end, tree_names, names_size);
	tree_size = 0;
	tree_put(0xd00dfeed), tree_put(end + names_size), tree_put(56), tree_put(end);
	tree_put(40), tree_put(17), tree_put(16), tree_put(0);
	tree_put(names_size), tree_put(end - 56);
	assert_int_equal(fdt_open(&machine.fdt, tree, sizeof(tree)), 0);
}
