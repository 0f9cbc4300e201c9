/* pages.h - the pages of a space: runs of neighbours in the same state. */
#pragma once

#include "decode/space.h"

struct page_run {
	va_t start, end; /* [start, end)                                          */
	va_t area;       /* where their area begins                               */
	u8 what;         /* enum snap_what; 0: no entry, but an area              */
	u8 place;        /* enum snap_area_kind                                   */
	u8 level;        /* of the entries                                        */
	u8 kind;         /* of the frames: index of the kernel's names; ~0: none  */
	u8 cached;       /* of pages of the cache: CACHED_*                       */
	u8 age;          /* frame_age() of the frames                             */
	bool borrowed;   /* as struct entry                                       */
	bool has_area;   /* prot and flags are those of the area                  */
	u8 flags;        /* VMA_SHARED ...                                        */
	u32 prot;        /* VMA_R | VMA_W | VMA_X                                 */
	u32 users;       /* of each frame; 0: they are not counted                */
	u64 bits;        /* PTE_FLAGS of the entries                              */
};

/* The runs from an address on, by address.  What has neither an area nor an entry is left
 * out. */
struct page_runs {
	const struct space *s;
	va_t at, end;
	struct heat heat;
	struct areas areas;
	struct area area;
	struct walk walk;
	struct entry entry;
	bool has_area, has_entry;
	struct page_run ahead; /* the start of the next run; ahead.end 0: none */
};

void page_runs_start(struct page_runs *at, const struct space *s, va_t start, va_t end);
bool page_runs_next(struct page_runs *at, struct page_run *run) MUST_CHECK;
