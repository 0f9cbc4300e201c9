/* space.c - areas, and what entries mean; see space.h. */

#include "decode/space.h"

#include "lib/string.h"

bool space_open(struct kernel *k, const struct process *p, struct space *s)
{
	va_t pt = kernel_place(k, p->as, LAYOUT_aspace_pt);
	va_t areas = kernel_place(k, p->as, LAYOUT_aspace_areas);

	memset(s, 0, sizeof(*s));
	if (!p->as)
		return false;
	k->unreadable = false;
	s->k = k;
	s->as = p->as;
	s->root = kernel_field(k, pt, LAYOUT_pt_root);
	s->twin = kernel_field(k, pt, LAYOUT_pt_twin);
	s->tables = kernel_field(k, pt, LAYOUT_pt_ntables);
	s->top = kernel_field(k, p->as, LAYOUT_aspace_top);
	s->areas = kernel_place(k, areas, LAYOUT_vma_set_areas);
	return !k->unreadable;
}

void space_open_kernel(struct kernel *k, struct space *s)
{
	va_t pt = kernel_element(k, LAYOUT_kernel_pt, 0);

	*s = (struct space){
		.k = k,
		.root = k->root,
		.tables = kernel_field(k, pt, LAYOUT_pt_ntables),
	};
}

/* --- areas ------------------------------------------------------------------- */

/* The kernel's name of an area's kind, among those of all places. */
static u8 area_place(struct kernel *k, u8 kind)
{
	static const char *const names[] = {
#define X(id, name, what) name,
		SNAP_AREA_NAMES(X)
#undef X
	};
	char name[SCOPE_NAME];

	kernel_name(k, LAYOUT_vma_kind_name, kind, name, sizeof(name));
	for (u8 i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return SNAP_AREA_NONE;
}

static void area_read(struct kernel *k, va_t vma, struct area *a)
{
	*a = (struct area){
		.start = kernel_field(k, vma, LAYOUT_vma_start),
		.end = kernel_field(k, vma, LAYOUT_vma_end),
		.offset = kernel_field(k, vma, LAYOUT_vma_offset),
		.prot = (u32)kernel_field(k, vma, LAYOUT_vma_prot),
		.flags = (u8)kernel_field(k, vma, LAYOUT_vma_flags),
		.kind = (u8)kernel_field(k, vma, LAYOUT_vma_kind),
	};
	a->place = area_place(k, a->kind);
}

bool area_next(const struct space *s, struct areas *at, struct area *a)
{
	struct kernel *k = s->k;
	va_t link = 0;

	if (!s->as || at->broken)
		return false;
	k->unreadable = false;
	kernel_read(k, at->link ? at->link : s->areas, &link, sizeof(link));
	if (link == s->areas)
		return false;
	area_read(k, link - kernel_place(k, 0, LAYOUT_vma_link), a);
	if (k->unreadable || a->start >= a->end || a->end > MAXVA || a->start < at->end ||
	    !IS_ALIGNED(a->start | a->end, PAGE_SIZE)) {
		at->broken = true;
		return false;
	}
	at->link = link;
	at->end = a->end;
	return true;
}

bool area_find(const struct space *s, va_t va, struct area *a)
{
	struct areas at = { 0 };

	while (area_next(s, &at, a))
		if (va < a->end)
			return va >= a->start;
	return false;
}

/* --- what entries mean --------------------------------------------------------- */

bool entry_frame(struct kernel *k, const struct entry *e, struct frame *f)
{
	if ((e->what != SNAP_LEAF && e->what != SNAP_PARKED) ||
	    !frame_brief(k, pte_pa(e->pte), f) ||
	    f->kind == kernel_number(k, LAYOUT_FRAME_kernel) ||
	    f->kind == kernel_number(k, LAYOUT_FRAME_firmware))
		return false;
	f->users += e->ties;
	return true;
}

const u8 *entry_bytes(const struct space *s, const struct entry *e, va_t va)
{
	if (e->what != SNAP_LEAF && e->what != SNAP_PARKED)
		return NULL;
	return ram_page(s->k->ram, pte_pa(e->pte) + va % level_size(e->level));
}

static u8 entry_kernel_place(const struct space *s, const struct entry *e)
{
	struct kernel *k = s->k;
	pa_t pa = pte_pa(e->pte);
	struct frame f;

	if (e->what != SNAP_LEAF)
		return SNAP_AREA_NONE;
	if (!frame_brief(k, pa, &f))
		return SNAP_AREA_DEVICE;
	if (e->va - k->layout.head.direct == pa)
		return SNAP_AREA_DIRECT;
	if (f.kind == kernel_number(k, LAYOUT_FRAME_stack))
		return SNAP_AREA_KSTACK;
	if (e->va < k->layout.head.image || e->va >= k->layout.head.image_end)
		return SNAP_AREA_NONE;
	if (e->va < kernel_element(k, LAYOUT_kernel_text_end, 0))
		return SNAP_AREA_TEXT;
	return e->va < kernel_element(k, LAYOUT_kernel_rodata_end, 0) ? SNAP_AREA_RODATA
								      : SNAP_AREA_DATA;
}

/* Where the heap has grown over the USYSCALL page, it is heap. */
u8 entry_place(const struct space *s, const struct entry *e, const struct area *a)
{
	if (!s->as)
		return entry_kernel_place(s, e);
	if (a)
		return a->place;
	if (e->what == SNAP_GUARD)
		return SNAP_AREA_GUARD;
	if (e->va >= TRAMPOLINE)
		return SNAP_AREA_TRAMPOLINE;
	if (e->va >= TRAPFRAME)
		return SNAP_AREA_TRAPFRAME;
	return SNAP_AREA_NONE;
}

enum access_fate entry_fate(const struct entry *e, const struct area *a, enum access access)
{
	struct vma area = { 0 };

	if (a) {
		area.prot = a->prot;
		area.flags = a->flags;
	}
	return access_fate(a ? &area : NULL, e->pte, e->level, access);
}
