/* snap_table.c - page tables as records: a whole one, or the way to an address. */

#include "mm/space/aspace.h"
#include "mm/phys/kmap.h"
#include "obs/snap/snap_priv.h"
#include "obs/snap/snap_what.h"
#include "uapi/layout.h"

extern char __kernel_start[], __text_end[], __rodata_end[], __kernel_end[];

static const u8 kind_of_vma[VMA_NKINDS] = {
	[VMA_image] = SNAP_AREA_IMAGE, [VMA_heap] = SNAP_AREA_HEAP,
	[VMA_stack] = SNAP_AREA_STACK, [VMA_anon] = SNAP_AREA_ANON,
	[VMA_file] = SNAP_AREA_FILE,   [VMA_usyscall] = SNAP_AREA_USYSCALL,
};

u8 snap_area_kind(u8 vma_kind)
{
	return kind_of_vma[vma_kind];
}

u32 snap_users(const struct page *pg)
{
	u32 refs = __atomic_load_n(&pg->refs, __ATOMIC_RELAXED);
	bool kept = pg->kind == FRAME_usyscall ||
		    (pg->kind == FRAME_cache &&
		     __atomic_load_n(&pg->object, __ATOMIC_RELAXED) != NULL);

	return refs - (kept && refs ? 1 : 0);
}

/* --- what an address is for ---------------------------------------------- */

static u8 snap_kernel_place(const struct snap_entry *r)
{
	if (r->what != SNAP_LEAF)
		return SNAP_AREA_NONE;
	if (r->frame == SNAP_NO_FRAME)
		return SNAP_AREA_DEVICE;
	if (r->va - DIRECT_BASE == r->pa)
		return SNAP_AREA_DIRECT;
	if (r->frame == FRAME_stack)
		return SNAP_AREA_KSTACK;
	if (r->va < (va_t)__kernel_start || r->va >= (va_t)__kernel_end)
		return SNAP_AREA_NONE;
	if (r->va < (va_t)__text_end)
		return SNAP_AREA_TEXT;
	return r->va < (va_t)__rodata_end ? SNAP_AREA_RODATA : SNAP_AREA_DATA;
}

/* Where the heap has grown over the USYSCALL page, it is heap. */
static u8 snap_user_place(const struct snap_entry *r, const struct vma *a, va_t va)
{
	if (a)
		return snap_area_kind(a->kind);
	if (r->what == SNAP_GUARD)
		return SNAP_AREA_GUARD;
	if (va >= TRAMPOLINE)
		return SNAP_AREA_TRAMPOLINE;
	if (va >= TRAPFRAME)
		return SNAP_AREA_TRAPFRAME;
	return SNAP_AREA_NONE;
}

/* --- one entry ----------------------------------------------------------- */

static void snap_add_frame(struct snap_entry *r, pte_t e)
{
	struct page *pg;

	r->frame = SNAP_NO_FRAME;
	if (r->what == SNAP_GUARD || r->what == SNAP_NOTE || !r->what)
		return;
	r->pa = pte_pa(e);
	pg = frame_of_pa(r->pa);
	if (!pg)
		return;
	r->frame = pg->kind;
	if (r->what != SNAP_TABLE && !pt_leaf_page(e))
		return; /* nobody counts references on it */
	r->refs = __atomic_load_n(&pg->refs, __ATOMIC_RELAXED);
	r->users = snap_users(pg);
}

/* @areas NULL: the kernel half. */
static void snap_add_entry(struct snap *s, struct vma_set *areas, const struct pt_cur *c,
			   pte_t e)
{
	struct snap_entry *r = snap_add(s);
	const struct vma *area;

	r->va = ALIGN_DOWN(c->va, level_size(c->level));
	r->pte = e.bits;
	r->level = c->level;
	r->what = snap_what_is(e, c->level);
	snap_add_frame(r, e);
	if (r->what == SNAP_TABLE)
		return;
	area = areas ? vma_find(areas, c->va) : NULL;
	r->area = areas ? snap_user_place(r, area, c->va) : snap_kernel_place(r);
	for (enum access access = ACCESS_READ; access < NACCESSES; access++)
		r->fate[access] = access_fate(area, e, r->level, access);
}

/* --- all of it ----------------------------------------------------------- */

/* Adds the tables whose range starts at @base, the highest first, and then the entry in
 * the slot.  At most SNAP_LEAST records. */
static void snap_add_slot(struct snap *s, struct vma_set *areas, const struct pt_cur *c,
			  va_t base)
{
	pte_t e = pte_load(c->slot);

	for (int level = PT_LEVELS - 1; level > c->level; level--) {
		struct pt_cur at = { .va = base, .level = level };

		if (IS_ALIGNED(base, level_size(level)))
			snap_add_entry(s, areas, &at, pt_entry(c->pt, base, level));
	}
	if (e.bits)
		snap_add_entry(s, areas, c, e);
}

static bool snap_has_records(const struct pt_cur *c, va_t base)
{
	return pte_load(c->slot).bits ||
	       (c->level < PT_LEVELS - 1 && IS_ALIGNED(base, level_size(c->level + 1)));
}

/* A table and the first entry in it have the same address, so a piece never
 * ends between them. */
void snap_table(struct snap *s, struct pt *pt, struct vma_set *areas)
{
	va_t end = areas ? MAXVA : -GIB;
	u32 looked = 0;

	pt_for_each(c, pt, s->start, end) {
		va_t base = ALIGN_DOWN(c.va, level_size(c.level));

		if (base < s->start || !snap_has_records(&c, base)) {
			if (++looked < SNAP_LOOK_MAX)
				continue;
			s->header->next = pt_end(&c) < end ? pt_end(&c) : SNAP_END;
			return;
		}
		if (s->room - s->header->count < SNAP_LEAST) {
			s->header->next = base;
			return;
		}
		snap_add_slot(s, areas, &c, base);
	}
}

void snap_path(struct snap *s, struct pt *pt, struct vma_set *areas)
{
	struct pt_cur last = pt_at(pt, s->start);

	for (int level = PT_LEVELS - 1; level >= last.level; level--) {
		struct pt_cur at = { .va = s->start, .level = level };

		snap_add_entry(s, areas, &at, pt_entry(pt, s->start, level));
	}
}
