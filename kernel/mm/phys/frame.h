/* frame.h - physical frames: who has which, and how often it is shared.
 *
 * Every frame of RAM has one struct page, which says what it is used for (its kind).
 * The counts by kind (frame_count) add up to the RAM of the machine.  A frame with
 * refs > 0 is in use.
 *
 * Blocks of 2^order frames (order 0..9, 4 KiB..2 MiB) come from a buddy allocator.
 * Single frames pass through per-hart lists.  Frames there count as free, and go back to
 * the blocks when memory runs short. */
#pragma once

#include "core/hart.h"
#include "lib/assert.h"
#include "lib/list.h"
#include "lib/types.h"
#include "mm/phys/kmap.h"

#define FRAME_MAX_ORDER 9

/* X(kind, what the frame is used for) */
#define FRAME_KINDS(X)                                                 \
	X(free, "unused")                                              \
	X(reserve, "the kernel's emergency frames")                    \
	X(firmware, "firmware and reserved ranges of the device tree") \
	X(kernel, "kernel image")                                      \
	X(frames, "descriptors of frames, 64 bytes each")              \
	X(boot, "device tree, disk image from the boot loader")        \
	X(pool, "index of the page cache, queues of devices")          \
	X(buffer, "file system: metadata blocks, log, free blocks")    \
	X(stack, "kernel stacks")                                      \
	X(table, "page tables")                                        \
	X(anon, "memory of processes")                                 \
	X(cache, "cached file pages")                                  \
	X(slab, "small kernel objects")                                \
	X(trapframe, "trap frames")                                    \
	X(usyscall, "USYSCALL pages")                                  \
	X(pipe, "pipe buffers")                                        \
	X(packet, "packets of the network")                            \
	X(other, "anything else")

enum frame_kind {
#define X(kind, what) FRAME_##kind,
	FRAME_KINDS(X) FRAME_NKINDS
#undef X
};

struct object;

/* (A) atomic  (F) frame allocator only
 * (K) belongs to the user of that kind; all zero (link: empty) when the frame is handed
 *     out.  The rules of the page cache are in pagecache.h */
struct page {
	u32 refs;               /* (A) references; 0: free                          */
	u8 kind;                /* (F) enum frame_kind                              */
	u8 order;               /* (F) of the block this frame heads, or FRAME_ORDER_* */
	u16 flags;              /* (K)                                              */
	struct list link;       /* (F) while free, else (K)                         */
	struct object *object;  /* (K)                                              */
	u64 index;              /* (K)                                              */
	struct page *hash_next; /* (F) while on a hart's list, else (K)             */
	u64 priv;               /* (K)                                              */
	union {                 /* all 0 when the frame is handed out               */
		void *owner;    /* (K)                                              */
		u32 heat;       /* (A) of a frame that programs map: obs/heat.c     */
	};
};

/* 64 bytes: shifts convert between a struct page and its address. */
_Static_assert(sizeof(struct page) == 64, "struct page");

/* struct page.order of a frame that heads no block in use. */
#define FRAME_ORDER_TAIL 0x40   /* in a block, after its first frame */
#define FRAME_ORDER_CACHED 0x41 /* on a hart's list                  */
#define FRAME_ORDER_FREE 0x80   /* | order: heads a free block       */

/* Flags of an allocation. */
enum {
	FRAME_ZERO = 1,     /* cleared                                         */
	FRAME_NOWAIT = 2,   /* no sleep, no reclaim: the caller may hold locks */
	FRAME_RESERVED = 4, /* may take from the emergency reserve             */
};

/* Boot: RAM is [base, base + bytes), @table has room for its struct pages.
 * All frames start as FRAME_kernel.  frame_boot_kind() sets the kind of all frames that a
 * range touches; frame_boot_free() frees the whole frames of a range.  Each frame of RAM
 * must be in a range of one of them, or share its 16 MiB with a frame that is. */
void frame_init(pa_t base, u64 bytes, struct page *table);
void frame_boot_free(pa_t start, pa_t end);
void frame_boot_kind(pa_t start, pa_t end, enum frame_kind kind);

/* Sets @nframes free frames aside as the emergency reserve; at boot. */
void frame_boot_reserve(unsigned nframes);

/* One frame, or a block of 2^order frames aligned to its size, with one reference; NULL:
 * no memory.  Without FRAME_NOWAIT it may sleep and reclaim (no spin lock held), and fails
 * only after reclaim has freed nothing twice.  Above order 3 it fails after a few
 * attempts, as reclaim may never make such a block.  The reserve has single frames only. */
struct page *frame_alloc(enum frame_kind kind, unsigned flags) MUST_CHECK;
struct page *frame_alloc_order(enum frame_kind kind, unsigned order,
			       unsigned flags) MUST_CHECK;

/* The same for up to @n single frames, @n > 0, with one entry into this hart's list.
 * Returns how many @out got; 0: no memory.  Fewer than @n do not mean that there is no
 * more. */
u32 frame_alloc_many(enum frame_kind kind, unsigned flags, struct page **out,
		     u32 n) MUST_CHECK;

/* References.  The last put frees the frame (block); any context. */
static inline void frame_get(struct page *pg)
{
	u32 before = __atomic_fetch_add(&pg->refs, 1, __ATOMIC_RELAXED);

	ASSERT(before > 0 && before + 1 != 0);
}

void frame_put(struct page *pg);

/* The same for a single frame whose bytes are all 0 again, as after FRAME_ZERO: the hart
 * keeps it for the next such allocation, which then clears nothing. */
void frame_put_cleared(struct page *pg);

/* Whether others hold a reference, too.  False stays false as long as nobody can copy the
 * caller's reference. */
static inline bool frame_is_shared(const struct page *pg)
{
	return __atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE) > 1;
}

/* Splits a block into single frames.  Each gets as many references as the block had:
 * whoever held one on the block then holds one on each frame.  References on a block that
 * may be split are taken and dropped by the next two functions only: they handle both. */
void frame_split(struct page *pg);
void frame_get_block(struct page *pg, unsigned order);
void frame_put_block(struct page *pg, unsigned order);

/* The caller holds one reference on the block, or on each frame if it was split.  True:
 * there are no other references, and the block is whole; if it was split, it is joined
 * again. */
bool frame_reunite(struct page *pg, unsigned order) MUST_CHECK;

/* Where the struct pages of RAM are; constant after boot. */
struct frame_span {
	struct page *table; /* one for each frame */
	pfn_t base;         /* of table[0]        */
	u64 total;          /* frames             */
	u64 to_va;          /* see frame_va()     */
};
extern struct frame_span frame_span;

/* Address <-> struct page.  frame_va() is the frame in the direct map. */
static inline pa_t frame_pa(const struct page *pg)
{
	return (frame_span.base + (pfn_t)(pg - frame_span.table)) << PAGE_SHIFT;
}

/* NULL: not RAM. */
static inline struct page *frame_of_pa(pa_t pa)
{
	u64 i = (pa >> PAGE_SHIFT) - frame_span.base;

	return i < frame_span.total ? &frame_span.table[i] : NULL;
}

#define FRAME_SHIFT (PAGE_SHIFT - 6) /* a struct page has 2^6 bytes */

/* The struct pages are in the order of the frames, so the address of a frame is that of
 * its struct page, shifted, and a constant. */
static inline void *frame_va(const struct page *pg)
{
	return (void *)(((uintptr_t)pg << FRAME_SHIFT) + frame_span.to_va);
}

/* Of an address in the direct map. */
static inline struct page *frame_of_va(const void *va)
{
	return frame_of_pa((uintptr_t)va - (uintptr_t)kmap_direct(0));
}

/* How many frames of one kind there are now; FRAME_free includes the per-hart lists.  A
 * sum over harts: exact only while no other hart allocates or frees. */
u64 frame_count(enum frame_kind kind);
u64 frame_total(void);

/* The list of single frames that a hart has: how often it was entered since boot, by any
 * hart, and how often in vain, because somebody was inside. */
struct frame_list_uses {
	u64 entered, missed;
};
struct frame_list_uses frame_list_uses(unsigned hart);

/* All counts at one instant: those by kind add up to frame_total(), and those of free
 * frames to count[FRAME_free].  Takes no lock but the allocator's.  Not in interrupts: it
 * waits until every hart has left its list. */
struct frame_census {
	u64 count[FRAME_NKINDS];
	u64 blocks[FRAME_MAX_ORDER + 1]; /* free blocks of 2^order frames */
	u64 cached[MAX_HARTS];           /* free frames on the harts' lists */
};
void frame_census(struct frame_census *census);

/* For those who look at any frame of RAM; what they find may change at any time.  A frame
 * that is not known is free, and its struct page was not written yet.  The order is that of
 * the block, used or free, in which the frame is. */
bool frame_is_known(const struct page *pg);
u8 frame_block_order(const struct page *pg);

extern const char *const frame_kind_name[FRAME_NKINDS];

#ifdef PAGODA_CHECK
/* ASSERTs every invariant of the allocator; nobody else may be using it. */
void frame_check(void);
#endif
