/* snap_memory.c - what frames are, and the bytes of memory. */

#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/space/aspace.h"
#include "obs/heat.h"
#include "obs/snap/snap_priv.h"
#include "uapi/layout.h"

/* s->start is in RAM. */
void snap_frame(struct snap *s)
{
	pa_t pa = ALIGN_DOWN(s->start, PAGE_SIZE);

	for (; frame_of_pa(pa); pa += PAGE_SIZE) {
		const struct page *pg = frame_of_pa(pa);
		struct snap_frame *r;

		if (s->header->count == s->room) {
			s->header->next = pa;
			return;
		}
		r = snap_add(s);
		r->pa = pa;
		r->order = frame_block_order(pg);
		r->age = HEAT_NEVER;
		if (!frame_is_known(pg))
			continue; /* free; nothing was written about it yet */
		r->frame = pg->kind;
		if (pg->kind == FRAME_kernel)
			continue; /* each process maps the trampoline; nobody counts that */
		r->refs = __atomic_load_n(&pg->refs, __ATOMIC_RELAXED);
		r->users = snap_users(pg);
		r->age = heat_age(pg);
		r->offset = pg->kind == FRAME_cache ? pg->index * PAGE_SIZE : 0;
	}
}

/* --- bytes --------------------------------------------------------------- */

/* The memory at @pa, or NULL: no RAM, or the firmware's. */
static const u8 *snap_ram_at(pa_t pa)
{
	const struct page *pg = frame_of_pa(pa);

	if (!pg || (frame_is_known(pg) && pg->kind == FRAME_firmware))
		return NULL;
	return (const u8 *)frame_va(pg) + pa % PAGE_SIZE;
}

/* Adds the bytes from @at on, which are at @from; returns where the next ones are. */
static u64 snap_add_bytes(struct snap *s, u64 at, const u8 *from)
{
	struct snap_bytes *r = snap_add(s);

	r->at = at;
	r->count = MIN((u64)SNAP_BYTES_MAX, PAGE_SIZE - at % PAGE_SIZE);
	r->is_there = from != NULL;
	if (from)
		memcpy(r->byte, from, r->count);
	return at + r->count;
}

void snap_ram(struct snap *s)
{
	pa_t pa = s->start;

	while (frame_of_pa(pa)) {
		if (s->header->count == s->room) {
			s->header->next = pa;
			return;
		}
		pa = snap_add_bytes(s, pa, snap_ram_at(pa));
	}
}

static const u8 *snap_user_at(struct aspace *as, va_t va)
{
	struct pt_cur c = pt_at(&as->pt, va);
	pte_t e = pte_load(c.slot);

	if (!pte_is_leaf(e) && !pte_is_parked(e, c.level))
		return NULL;
	return snap_ram_at(pte_pa(e) + va % level_size(c.level));
}

void snap_bytes(struct snap *s)
{
	va_t va = s->start;

	while (va < MAXVA) {
		if (s->header->count == s->room) {
			s->header->next = va;
			return;
		}
		va = snap_add_bytes(s, va, snap_user_at(s->as, va));
	}
}
