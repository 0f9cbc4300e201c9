/* frame.c - see frame.h. */

#include "decode/frame.h"

#include "lib/string.h"
#include "uapi/snapshot.h"

va_t frame_page(const struct kernel *k, pa_t pa)
{
	u64 i = pa / PAGE_SIZE - k->frame_base;

	return i < k->frames ? k->frame_table + i * k->layout.item[LAYOUT_page].size : 0;
}

pa_t frame_of_page(const struct kernel *k, va_t page)
{
	u64 each = k->layout.item[LAYOUT_page].size;
	u64 i = (page - k->frame_table) / each;

	if (i >= k->frames || (page - k->frame_table) % each)
		return ~(pa_t)0;
	return (k->frame_base + i) * PAGE_SIZE;
}

bool frame_is_known(struct kernel *k, pa_t pa)
{
	u64 per_chunk = MAX(kernel_number(k, LAYOUT_CHUNK_FRAMES), (u64)1);
	u64 chunk = pa / PAGE_SIZE / per_chunk - k->frame_base / per_chunk;
	va_t frames = kernel_element(k, LAYOUT_frames, 0);

	return kernel_field_at(k, frames, LAYOUT_frames_opened, chunk / 64) >> chunk % 64 &
	       1;
}

/* The first frame of a block of 2^n frames lies at a multiple of 2^n, and says n. */
static u8 frame_block_order(struct kernel *k, pa_t pa)
{
	u64 is_free = kernel_number(k, LAYOUT_FRAME_ORDER_FREE);

	for (u8 order = 0; order <= FRAME_ORDER_MOST; order++) {
		va_t first = frame_page(k, ALIGN_DOWN(pa, PAGE_SIZE << order));
		u64 says;

		if (!first)
			break;
		says = kernel_field(k, first, LAYOUT_page_order);
		if (says == order || says == (is_free | order))
			return order;
	}
	return 0;
}

/* The page cache refers to its pages, and a process to its USYSCALL page, without using
 * them. */
static u32 frame_users(const struct kernel *k, const void *page, const struct frame *f)
{
	bool kept = f->kind == kernel_number(k, LAYOUT_FRAME_usyscall) ||
		    (f->kind == kernel_number(k, LAYOUT_FRAME_cache) &&
		     page_field(k, page, LAYOUT_page_object));

	return f->refs - (kept && f->refs ? 1 : 0);
}

static u8 frame_cached(const struct kernel *k, const void *page)
{
	u64 flags = page_field(k, page, LAYOUT_page_flags);
	u64 busy = kernel_number(k, LAYOUT_PG_BUSY) | kernel_number(k, LAYOUT_PG_WRITEBACK);

	return (u8)((flags & busy ? CACHED_BUSY : 0) |
		    (flags & kernel_number(k, LAYOUT_PG_TEXT) ? CACHED_TEXT : 0) |
		    (flags & kernel_number(k, LAYOUT_PG_DIRTY_ANY) ? CACHED_DIRTY : 0));
}

bool frame_brief(struct kernel *k, pa_t pa, struct frame *f)
{
	va_t at = frame_page(k, pa);
	const void *page;

	memset(f, 0, sizeof(*f));
	if (!at)
		return false;
	k->unreadable = false;
	f->pa = ALIGN_DOWN(pa, PAGE_SIZE);
	f->kind = (u8)kernel_number(k, LAYOUT_FRAME_free);
	f->order = f->head = FRAME_ORDER_MOST;
	f->known = frame_is_known(k, pa);
	if (!f->known)
		return !k->unreadable;
	page = kernel_bytes(k, at, k->layout.item[LAYOUT_page].size);
	f->kind = (u8)page_field(k, page, LAYOUT_page_kind);
	f->head = (u8)page_field(k, page, LAYOUT_page_order);
	f->order = 0;
	/* Each process maps the trampoline; nobody counts that. */
	if (f->kind != kernel_number(k, LAYOUT_FRAME_kernel))
		f->refs = (u32)page_field(k, page, LAYOUT_page_refs);
	f->users = frame_users(k, page, f);
	if (f->kind == kernel_number(k, LAYOUT_FRAME_cache))
		f->cached = frame_cached(k, page);
	if (f->kind == kernel_number(k, LAYOUT_FRAME_anon) ||
	    f->kind == kernel_number(k, LAYOUT_FRAME_cache) ||
	    f->kind == kernel_number(k, LAYOUT_FRAME_usyscall))
		f->heat = (u32)page_field(k, page, LAYOUT_page_heat);
	return !k->unreadable;
}

bool frame_look(struct kernel *k, pa_t pa, struct frame *f)
{
	if (!frame_brief(k, pa, f))
		return false;
	if (!f->known)
		return true;
	f->order = frame_block_order(k, f->pa);
	if (f->kind == kernel_number(k, LAYOUT_FRAME_cache))
		f->offset =
			kernel_field(k, frame_page(k, pa), LAYOUT_page_index) * PAGE_SIZE;
	return !k->unreadable;
}

/* --- heat -------------------------------------------------------------------- */

void heat_look(struct kernel *k, struct heat *h)
{
	va_t at = k->layout.item[LAYOUT_heat].value;

	h->ms = (u32)kernel_field(k, at, LAYOUT_heat_ms);
	h->first = (u32)kernel_field(k, at, LAYOUT_heat_first);
	h->round = (u32)kernel_field(k, at, LAYOUT_heat_round);
}

u8 frame_age(const struct heat *h, const struct frame *f)
{
	if (!h->ms || !f->heat || f->heat < h->first || f->heat > (u64)h->round + 1)
		return SNAP_AGE_NEVER;
	return f->heat > h->round ? 0 : (u8)MIN(h->round - f->heat, (u32)SNAP_AGE_OLDEST);
}
