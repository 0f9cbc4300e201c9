/* frame.h - physical frames: who has which, and how often it is shared.
 *
 * Every frame of RAM has one struct page.  A frame with refs > 0 is in use
 * and has a kind; the counts by kind add up to the RAM of the machine
 * (frame_count), so any frame can be asked what it is for.
 *
 * Blocks of 2^order frames (order 0..9, 4 KiB..2 MiB) come from a buddy
 * allocator.  Single frames pass through short per-hart lists, which count as
 * free and are given back when memory runs short. */
#pragma once

#include "core/hart.h"
#include "lib/list.h"
#include "lib/types.h"

#define FRAME_MAX_ORDER 9

/* X(kind, what the frame is used for) */
#define FRAME_KINDS(X)                                                 \
	X(free, "unused")                                              \
	X(reserve, "the kernel's emergency frames")                    \
	X(firmware, "firmware and reserved ranges of the device tree") \
	X(kernel, "kernel image")                                      \
	X(frames, "what is known of each frame: 64 bytes")             \
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
	X(other, "anything else")

enum frame_kind {
#define X(kind, what) FRAME_##kind,
	FRAME_KINDS(X) FRAME_NKINDS
#undef X
};

struct object;

/* (A) atomic  (F) frame allocator only
 * (K) belongs to whoever the kind says, all zero (link: empty) when the frame
 *     is handed out; the cache's rules are in pagecache.h */
struct page {
	u32 refs;               /* (A) references; 0: free                          */
	u8 kind;                /* (F) enum frame_kind                              */
	u8 order;               /* (F) of the block this frame heads, or FRAME_ORDER_* */
	u16 flags;              /* (K)                                              */
	struct list link;       /* (F) while free, else (K)                         */
	struct object *object;  /* (K)                                              */
	u64 index;              /* (K)                                              */
	struct page *hash_next; /* (K)                                              */
	u64 priv;               /* (K)                                              */
	void *owner;            /* (K)                                              */
};

/* 64 bytes: from struct page to address is a shift. */
_Static_assert(sizeof(struct page) == 64, "struct page");

/* struct page.order of a frame that heads no block in use: behind the first
 * frame of a block; on a hart's list; | order: heads a free block. */
#define FRAME_ORDER_TAIL 0x40
#define FRAME_ORDER_CACHED 0x41
#define FRAME_ORDER_FREE 0x80

/* How badly a frame is wanted. */
enum {
	FRAME_ZERO = 1,     /* cleared                                        */
	FRAME_NOWAIT = 2,   /* no reclaim: caller holds spin locks            */
	FRAME_RESERVED = 4, /* may dip into the emergency reserve            */
};

/* Boot: RAM is [base, base + bytes), @table has room for its struct pages.
 * All frames start out as FRAME_kernel; frame_boot_free() hands over those
 * that are really free, frame_boot_kind() says what others are. */
void frame_init(pa_t base, u64 bytes, struct page *table);
void frame_boot_free(pa_t start, pa_t end);
void frame_boot_kind(pa_t start, pa_t end, enum frame_kind kind);

/* Carves the emergency reserve out of the free frames; at boot. */
void frame_boot_reserve(unsigned nframes);

/* One frame / a block of 2^order, aligned to its size, refs 1.  Without
 * FRAME_NOWAIT it may sleep and reclaim (no spin lock held); NULL only when
 * that brought nothing twice.  A block above order 3 is a few attempts only,
 * as no amount of reclaim need make one.  The reserve has single frames. */
struct page *frame_alloc(enum frame_kind kind, unsigned flags) MUST_CHECK;
struct page *frame_alloc_order(enum frame_kind kind, unsigned order,
			       unsigned flags) MUST_CHECK;

/* References.  The last put frees the frame (block); any context. */
void frame_get(struct page *pg);
void frame_put(struct page *pg);

/* Whether somebody else holds a reference too.  False stays false as long as
 * the caller's is the only one that others could copy. */
static inline bool frame_is_shared(const struct page *pg)
{
	return __atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE) > 1;
}

/* Makes single frames of a block, each with the references the block had: who
 * held one of the block then holds one of each.  The block's references are
 * given and taken by the next two alone, which look whether it was split. */
void frame_split(struct page *pg);
void frame_get_block(struct page *pg, unsigned order);
void frame_put_block(struct page *pg, unsigned order);

/* Whether the caller, who holds one reference on the block (on each of its frames, if
 * it was split), is the only one who does; if so, the block is whole again. */
bool frame_reunite(struct page *pg, unsigned order) MUST_CHECK;

/* Address <-> struct page.  frame_va() is the frame in the direct map. */
pa_t frame_pa(const struct page *pg);
struct page *frame_of_pa(pa_t pa); /* NULL: not RAM */
void *frame_va(const struct page *pg);
struct page *frame_of_va(const void *va); /* of a direct map address */

/* Frames of one kind now (FRAME_free: per-hart lists included).  A sum over
 * harts: exact when no other hart is at it. */
u64 frame_count(enum frame_kind kind);
u64 frame_total(void);

/* All of them at one instant: the counts add up to frame_total() exactly, and those of
 * free frames to count[FRAME_free].  Waits for no lock but the allocator's. */
struct frame_census {
	u64 count[FRAME_NKINDS];
	u64 blocks[FRAME_MAX_ORDER + 1]; /* free blocks of 2^order frames */
	u64 cached[MAX_HARTS];           /* free frames on the harts' lists */
};
void frame_census(struct frame_census *census);

extern const char *const frame_kind_name[FRAME_NKINDS];

#ifdef PAGODA_CHECK
/* ASSERTs every invariant of the allocator; nobody else may be using it. */
void frame_check(void);
#endif
