/* scope_rig.h - RAM of a small kernel that is made up here: all its fields have 8 bytes,
 * and what it has is given below.  Two processes: the table of the second borrows from that
 * of the first. */
#pragma once

#include <string.h>

#include "decode/space.h"
#include "decode/tally.h"
#include "view/view.h"

#define RIG_PAGES 64
#define RIG_BASE 0x80000000ul
#define RIG_DIRECT 0xffffffc000000000ul
#define RIG_SLOTS 4
#define RIG_OBJECT 1024 /* bytes of a variable, and of an element of an array */

/* Pages of this RAM. */
enum {
	RIG_HEAD,      /* the descriptor                        */
	RIG_ITEMS,     /* up to RIG_TABLE                       */
	RIG_TABLE = 8, /* struct pages, 64 bytes each          */
	RIG_OBJECTS,   /* up to RIG_SPACES                      */
	RIG_SPACES = 40,
	RIG_KERNEL_ROOT,
	RIG_ROOT, /* of process 1, and its tables             */
	RIG_ROOT1,
	RIG_ROOT0,
	RIG_ROOT_B, /* of process 2 */
	RIG_ROOT1_B,
	RIG_ROOT0_B,
	RIG_DATA,
	RIG_TEXT = RIG_DATA + 4,
};

struct rig {
	u8 ram[RIG_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
	bool absent[RIG_PAGES]; /* those that are not at hand */
	struct descriptor_item item[LAYOUT_COUNT];
};

static struct rig rig;

static inline pa_t rig_pa(unsigned page)
{
	return RIG_BASE + page * PAGE_SIZE;
}

static inline va_t rig_va(unsigned page)
{
	return RIG_DIRECT + rig_pa(page);
}

static inline void *rig_at(va_t va)
{
	return &rig.ram[0][0] + (va - RIG_DIRECT - RIG_BASE);
}

static inline void rig_word(va_t va, u64 value)
{
	memcpy(rig_at(va), &value, sizeof(value));
}

static inline void rig_set_at(va_t object, enum layout_id field, u64 i, u64 value)
{
	rig_word(object + rig.item[field].value + i * rig.item[field].size, value);
}

static inline void rig_set(va_t object, enum layout_id field, u64 value)
{
	rig_set_at(object, field, 0, value);
}

static inline va_t rig_object(enum layout_id object, u64 i)
{
	return rig.item[object].value + i * rig.item[object].size;
}

/* --- the descriptor ---------------------------------------------------------- */

/* An item of its own place: fields one after the other, variables likewise. */
static inline void rig_item(enum layout_id id, const char *name, u32 kind)
{
	static u64 number, offset;
	static va_t object;
	static char last[40];
	struct descriptor_item *item = &rig.item[id];
	size_t prefix = strcspn(name, ".");

	if (id == 0) {
		number = 0;
		object = rig_va(RIG_OBJECTS);
	}
	if (strncmp(name, last, prefix + 1) != 0)
		offset = 0;
	memset(item, 0, sizeof(*item));
	strcpy(item->name, name);
	strcpy(last, name);
	item->kind = kind;
	item->count = 1;
	item->size = 8;
	if (kind == DESCRIPTOR_NUMBER) {
		item->value = number++;
	} else if (kind == DESCRIPTOR_STRUCT) {
		item->size = 64;
	} else if (kind == DESCRIPTOR_OBJECT) {
		item->value = object;
		object += RIG_OBJECT;
	} else {
		item->value = offset;
		offset += 8;
	}
}

static inline void rig_array(enum layout_id id, u64 count, u32 size)
{
	rig.item[id].count = count;
	rig.item[id].size = size;
}

static inline void rig_items(void)
{
	va_t far;

#define X(id, name, kind) rig_item(LAYOUT_##id, name, DESCRIPTOR_##kind);
	LAYOUT_ITEMS(X)
#undef X
	/* A table has hash_next, memory has heat. */
	rig.item[LAYOUT_page_heat].value = rig.item[LAYOUT_page_hash_next].value;
	rig.item[LAYOUT_CHUNK_FRAMES].value = 4096;
	rig.item[LAYOUT_FRAME_ORDER_FREE].value = 0x80;
	rig.item[LAYOUT_PG_BUSY].value = 2;
	rig.item[LAYOUT_PG_WRITEBACK].value = 4;
	rig.item[LAYOUT_PG_TEXT].value = 8;
	rig.item[LAYOUT_PG_DIRTY_ANY].value = 0xf00;
	rig.item[LAYOUT_TIE_LENDS].value = 1;
	rig.item[LAYOUT_TIE_BORROWS].value = 2;
	/* Arrays in structs lie at the end of these. */
	rig.item[LAYOUT_frames_count].value = 256;
	rig_array(LAYOUT_frames_count, 16, 8);
	rig.item[LAYOUT_frames_nblocks].value = 512;
	rig_array(LAYOUT_frames_nblocks, 10, 8);
	rig.item[LAYOUT_panic_what].value = 256;
	rig_array(LAYOUT_panic_what, 160, 1);
	rig.item[LAYOUT_thread_name].value = 64;
	rig_array(LAYOUT_frame_kind_name, 16, 8);
	rig_array(LAYOUT_vma_kind_name, 6, 8);
	rig_array(LAYOUT_vmstat_name, 2, 8);
	rig_array(LAYOUT_vmstat_what, 2, 8);
	rig_array(LAYOUT_options, 2, 128);
	rig_array(LAYOUT_option_values, 2, 4);
	rig_array(LAYOUT_option_words, 8, 8);
	rig_array(LAYOUT_option_places, 2, 8);
	rig_array(LAYOUT_event_rings, RIG_SLOTS, 16);
	rig_array(LAYOUT_klog_kept, 1, 64);
	rig.item[LAYOUT_option_words].value = 64;
	rig.item[LAYOUT_proc_thread].value = 512;
	rig.item[LAYOUT_ksym_table].size = 16;
	/* Arrays of objects, after all other variables. */
	far = rig_va(RIG_SPACES) - 3 * RIG_SLOTS * RIG_OBJECT;
	rig.item[LAYOUT_procs].value = far;
	rig_array(LAYOUT_procs, RIG_SLOTS, RIG_OBJECT);
	rig.item[LAYOUT_harts].value = far + RIG_SLOTS * RIG_OBJECT;
	rig_array(LAYOUT_harts, RIG_SLOTS, RIG_OBJECT);
	rig.item[LAYOUT_frame_caches].value = far + 2 * RIG_SLOTS * RIG_OBJECT;
	rig_array(LAYOUT_frame_caches, RIG_SLOTS, RIG_OBJECT);
}

static inline void rig_descriptor(void)
{
	struct descriptor d = {
		.magic = DESCRIPTOR_MAGIC,
		.version = DESCRIPTOR_VERSION,
		.item_bytes = sizeof(struct descriptor_item),
		.self = rig_pa(RIG_HEAD),
		.items = rig_pa(RIG_ITEMS),
		.items_end = rig_pa(RIG_ITEMS) + sizeof(rig.item),
		.image = 0xffffffff80000000ul,
		.image_end = 0xffffffff80000000ul + RIG_PAGES * PAGE_SIZE,
		.image_offset = 0xffffffff00000000ul,
		.direct = RIG_DIRECT,
		.direct_end = RIG_DIRECT + 128 * GIB,
	};

	memcpy(rig.ram[RIG_HEAD], &d, sizeof(d));
	memcpy(rig.ram[RIG_ITEMS], rig.item, sizeof(rig.item));
}

/* --- frames, tables, areas ----------------------------------------------------- */

static inline va_t rig_page(unsigned page)
{
	return rig_va(RIG_TABLE) + page * 64;
}

static inline void rig_frame(unsigned page, enum layout_id kind, u64 refs)
{
	rig_set(rig_page(page), LAYOUT_page_kind, rig.item[kind].value);
	rig_set(rig_page(page), LAYOUT_page_refs, refs);
}

static inline void rig_entry(unsigned table, unsigned slot, unsigned page, u64 flags)
{
	rig_word(rig_va(table) + slot * 8, pte_make(rig_pa(page), flags).bits);
}

/* Root, level 1 and level 0 for address 0. */
static inline void rig_tables(unsigned root)
{
	rig_entry(root, 0, root + 1, PTE_V);
	rig_entry(root + 1, 0, root + 2, PTE_V);
	for (unsigned i = 0; i < 3; i++)
		rig_frame(root + i, LAYOUT_FRAME_table, 1);
}

#define RIG_AREA_BYTES 128

/* Area @i of the space at @as; the last one closes the list. */
static inline void rig_area(va_t as, unsigned i, va_t start, va_t end)
{
	va_t vma = as + 1024 + i * RIG_AREA_BYTES;
	u64 link = rig.item[LAYOUT_vma_link].value;
	va_t set = as + rig.item[LAYOUT_aspace_areas].value;
	va_t head = set + rig.item[LAYOUT_vma_set_areas].value;

	rig_set(vma, LAYOUT_vma_start, start);
	rig_set(vma, LAYOUT_vma_end, end);
	rig_set(vma, LAYOUT_vma_prot, VMA_R | VMA_W);
	rig_set(vma, LAYOUT_vma_kind, 3); /* anon */
	rig_word(vma + link, head);
	rig_word(i ? vma - RIG_AREA_BYTES + link : head, vma + link);
}

static inline va_t rig_space(unsigned slot)
{
	return rig_va(RIG_SPACES) + slot * 2048;
}

static inline void rig_process(unsigned slot, int pid, const char *name, unsigned root)
{
	va_t proc = rig_object(LAYOUT_procs, slot), as = rig_space(slot);
	va_t thread = proc + rig.item[LAYOUT_proc_thread].value;
	va_t pt = as + rig.item[LAYOUT_aspace_pt].value;
	va_t threads = proc + rig.item[LAYOUT_proc_threads].value;

	rig_set(proc, LAYOUT_proc_pid, (u64)pid);
	rig_set(proc, LAYOUT_proc_as, as);
	rig_set(proc, LAYOUT_proc_parent, rig_object(LAYOUT_procs, 0));
	strcpy(rig_at(thread + rig.item[LAYOUT_thread_name].value), name);
	rig_set(thread, LAYOUT_thread_state, rig.item[LAYOUT_THREAD_READY].value);
	rig_word(threads, proc + rig.item[LAYOUT_proc_peer_link].value);
	rig_set(proc, LAYOUT_proc_peer_link, threads);
	rig_set(pt, LAYOUT_pt_root, rig_pa(root));
	rig_set(pt, LAYOUT_pt_ntables, 2);
	rig_set(as, LAYOUT_aspace_top, USYSCALL);
	rig_area(as, 0, 0, 4 * PAGE_SIZE);
	rig_area(as, 1, 8 * PAGE_SIZE, 16 * PAGE_SIZE);
}

/* Process 1 lends slots 0 to 3 to process 2. */
static inline void rig_tie(void)
{
	va_t lender = rig_page(RIG_ROOT0), borrower = rig_page(RIG_ROOT0_B);
	u64 link = rig.item[LAYOUT_page_link].value;

	rig_set(lender, LAYOUT_page_flags, 1);
	rig_set(borrower, LAYOUT_page_flags, 2);
	rig_set(lender, LAYOUT_page_index, 4ul << 16 | 4ul << 32);
	rig_set(borrower, LAYOUT_page_index, 4ul << 16 | 4ul << 32);
	rig_word(lender + link, borrower + link);
	rig_word(borrower + link, lender + link);
	rig_set(borrower, LAYOUT_page_hash_next, lender);
}

static inline void rig_names(enum layout_id names, const char *const *name, u64 n)
{
	static u64 used;

	if (names == LAYOUT_frame_kind_name)
		used = 0;
	for (u64 i = 0; i < n; i++) {
		va_t at = rig_va(RIG_TEXT) + used;

		strcpy(rig_at(at), name[i]);
		rig_word(rig_object(names, 0) + i * 8, at);
		used += strlen(name[i]) + 1;
	}
}

static inline const void *rig_ram_page(void *arg, u64 index)
{
	(void)arg;
	return rig.absent[index] ? NULL : rig.ram[index];
}

/* All of it, as a kernel that is all right would leave it. */
static inline struct ram rig_make(void)
{
	static const char *const kinds[] = { "k0", "k1", "k2", "k3", "k4",  "k5",
					     "k6", "k7", "k8", "k9", "k10", "k11" };
	static const char *const areas[] = { "image", "heap", "stack",
					     "anon",  "file", "system" };
	va_t span, frames;

	memset(&rig, 0, sizeof(rig));
	rig_items();
	rig_descriptor();
	rig_names(LAYOUT_frame_kind_name, kinds, ARRAY_SIZE(kinds));
	rig_names(LAYOUT_vma_kind_name, areas, ARRAY_SIZE(areas));
	span = rig_object(LAYOUT_frame_span, 0);
	rig_set(span, LAYOUT_frame_span_table, rig_va(RIG_TABLE));
	rig_set(span, LAYOUT_frame_span_base, RIG_BASE / PAGE_SIZE);
	rig_set(span, LAYOUT_frame_span_total, RIG_PAGES);
	frames = rig_object(LAYOUT_frames, 0);
	rig_set(frames, LAYOUT_frames_opened, 1);
	rig_set(rig_object(LAYOUT_kernel_pt, 0), LAYOUT_pt_root, rig_pa(RIG_KERNEL_ROOT));
	rig_word(rig_object(LAYOUT_nharts, 0), 2);
	rig_tables(RIG_ROOT);
	rig_tables(RIG_ROOT_B);
	rig_process(0, 1, "init", RIG_ROOT);
	rig_process(1, 2, "child", RIG_ROOT_B);
	for (unsigned i = 0; i < 4; i++) {
		rig_frame(RIG_DATA + i, LAYOUT_FRAME_anon, 1);
		rig_entry(RIG_ROOT0, i, RIG_DATA + i,
			  PTE_V | PTE_R | PTE_U | PTE_A | PTE_D | PTE_COW);
	}
	rig_tie();
	return (struct ram){ .page = rig_ram_page, .pages = RIG_PAGES };
}

/* --- all views -------------------------------------------------------------------- */

static inline void rig_put(void *arg, const char *bytes, u64 n)
{
	(void)bytes;
	*(u64 *)arg += n;
}

/* Opens it and makes one view, with process @pid and its second page.  False: it cannot be
 * opened. */
static inline bool rig_view(struct ram *ram, enum view view, int pid)
{
	static struct cell cells[RIG_PAGES];
	struct view_request r = { view, pid, PAGE_SIZE, cells };
	static struct kernel k;
	u64 index, written = 0;
	struct text text = { .put = rig_put, .arg = &written };

	if (!layout_find(ram, &index) || !kernel_open(&k, ram, index))
		return false;
	if (view == VIEW_frame)
		r.address = rig_pa(RIG_DATA + 1);
	view_write(&k, &r, &text);
	return written > 0;
}
