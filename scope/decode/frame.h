/* frame.h - frames of RAM: what the kernel says of each. */
#pragma once

#include "ram/kernel.h"

struct frame {
	pa_t pa;
	bool known; /* false: free, and the kernel has written nothing about it so far */
	u8 kind;    /* index of the kernel's names of kinds                            */
	u8 head;    /* order of the block in use that begins here, or more than FRAME_MAX */
	u8 order;   /* it is in a block of 2^order frames                              */
	u32 refs;   /* references                                                      */
	u32 users;  /* of these, without the page cache and the owner                  */
	u8 cached;  /* of a page of the cache: CACHED_*                                */
	u64 offset; /* of a cached page in its file, bytes                             */
	u32 heat;   /* for frame_age()                                                 */
};

#define CACHED_BUSY 1u  /* on its way from or to the disk: who wants it waits */
#define CACHED_TEXT 2u  /* mapped as program text: a write replaces it        */
#define CACHED_DIRTY 4u /* newer than the disk                                */

/* The option heat=: rounds are numbered, and each frame knows the last one that saw it
 * touched (kernel/obs/heat.h). */
struct heat {
	u32 ms;           /* of a round; 0: heat is off                */
	u32 first, round; /* since it is on, and the last that is over */
};

void heat_look(struct kernel *k, struct heat *h);

/* How many rounds ago a program was seen to touch @f, of a block its first frame; or
 * SNAP_AGE_OLDEST or SNAP_AGE_NEVER of kernel/uapi/snapshot.h. */
u8 frame_age(const struct heat *h, const struct frame *f);

#define FRAME_ORDER_MOST 9

/* The address of the struct page of the frame at @pa; 0: no RAM is there. */
va_t frame_page(const struct kernel *k, pa_t pa);

/* The frame whose struct page is at @page; ~0: it is none. */
pa_t frame_of_page(const struct kernel *k, va_t page);

/* Whether the kernel has written the struct page of the frame at @pa. */
bool frame_is_known(struct kernel *k, pa_t pa);

/* Without order and offset, and so much faster.  False: as frame_look(). */
bool frame_brief(struct kernel *k, pa_t pa, struct frame *f) MUST_CHECK;

/* False: no RAM is there, or the kernel's data cannot be read. */
bool frame_look(struct kernel *k, pa_t pa, struct frame *f) MUST_CHECK;
