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

#include "lib/list.h"
#include "lib/types.h"

#define FRAME_MAX_ORDER 9

/* X(kind, what the frame is used for) */
#define FRAME_KINDS(X)                                                               \
	X(free, "unused")                                                            \
	X(reserve, "the kernel's emergency frames")                                  \
	X(firmware, "firmware and reserved ranges of the device tree")               \
	X(kernel, "kernel image, frame table, fixed pools")                          \
	X(stack, "kernel stacks")                                                    \
	X(table, "page tables")                                                      \
	X(anon, "memory of processes")                                               \
	X(cache, "cached file pages")                                                \
	X(slab, "small kernel objects")                                              \
	X(trapframe, "trap frames")                                                  \
	X(usyscall, "USYSCALL pages")                                                \
	X(pipe, "pipe buffers")                                                      \
	X(other, "anything else")

enum frame_kind {
#define X(kind, what) FRAME_##kind,
	FRAME_KINDS(X)
#undef X
	FRAME_NKINDS
};

struct object;

/* (A) atomic  (C) constant  (F) frame allocator's lock
 * (K) belongs to whoever the kind says; the cache's rules are in object.h */
struct page {
	u32 refs;   /* (A) references; 0: free                      */
	u8 kind;    /* (F) enum frame_kind                          */
	u8 order;   /* (F) of the block this frame heads            */
	u16 flags;  /* (K)                                          */
	struct list link;      /* (F) free list, else (K)           */
	struct object *object; /* (K)                               */
	u64 index;             /* (K)                               */
	struct page *hash_next; /* (K)                              */
	u64 priv;              /* (K)                               */
};

/* How badly a frame is wanted. */
enum {
	FRAME_ZERO = 1,    /* cleared                                        */
	FRAME_NOWAIT = 2,  /* no reclaim: caller holds spin locks            */
	FRAME_RESERVED = 4, /* may dip into the emergency reserve            */
};

/* Boot: RAM is [base, base + bytes), @table has room for its struct pages.  All frames start out as FRAME_kernel;
 * frame_boot_free() hands over those that are really free, frame_boot_kind()
 * says what others are. */
void frame_init(pa_t base, u64 bytes, struct page *table);
void frame_boot_free(pa_t start, pa_t end);
void frame_boot_kind(pa_t start, pa_t end, enum frame_kind kind);

/* Carves the emergency reserve out of the free frames; at boot. */
void frame_boot_reserve(unsigned nframes);

/* One frame / a block of 2^order, refs 1.  Without FRAME_NOWAIT it may sleep
 * and reclaim; NULL only when that brought nothing. */
struct page *frame_alloc(enum frame_kind kind, unsigned flags) MUST_CHECK;
struct page *frame_alloc_order(enum frame_kind kind, unsigned order,
			       unsigned flags) MUST_CHECK;

/* References.  The last put frees the frame (block); any context. */
void frame_get(struct page *pg);
void frame_put(struct page *pg);

/* Makes 2^order single frames of a block, each with one reference. */
void frame_split(struct page *pg);

/* Address <-> struct page.  frame_va() is the frame in the direct map. */
pa_t frame_pa(const struct page *pg);
struct page *frame_of_pa(pa_t pa); /* NULL: not RAM */
void *frame_va(const struct page *pg);
struct page *frame_of_va(const void *va); /* of a direct map address */

/* Frames of one kind now; and free frames, the per-hart lists included. */
u64 frame_count(enum frame_kind kind);
u64 frame_total(void);
