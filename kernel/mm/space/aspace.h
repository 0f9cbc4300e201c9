/* aspace.h - the user half of an address space: areas, page table, break.
 *
 * Every process has one.  Its threads and its observers take `lock` (rank area) to look at
 * it or to change it.  Before it is finished nobody else can see it, and no lock is
 * needed: build.h.
 *
 * The upper half of the root is a copy of the boot root's, so one root serves user and
 * kernel.  With isolate=on user mode runs on a second root, the twin, which shares all
 * tables of the user half and has nothing above it.  A hart keeps a root loaded until it
 * loads another, so aspace_destroy() first makes all harts let go of this one. */
#pragma once

#include "arch/riscv/tlb.h"
#include "core/sync/mutex.h"
#include "lib/list.h"
#include "mm/space/access.h"
#include "mm/phys/frame.h"
#include "mm/xlate/pt.h"
#include "mm/xlate/root.h"
#include "mm/space/vma.h"
#include "uapi/layout.h"

struct aspace {
	struct root root; /* what harts load: mm/xlate/root.h       */
	struct pt pt;     /* (lock) entries; the root is constant   */
	pte_t *trap;      /* (C) the entry of TRAPFRAME, then that of TRAMPOLINE */
	struct mutex lock;
	struct vma_set areas; /* (lock) */
	va_t brk;             /* (lock) the break, bytes                */
	va_t top;             /* (lock) heap and mappings end here: build.h */
	bool guarded;         /* (lock) exec has put a guard at...      */
	va_t guard;           /* (lock) ... this page: build.h          */
	u64 resident;         /* (lock) frames mapped, without trap frame and USYSCALL */
	va_t run_end;         /* (lock) where the run of faults ended: fault.c */
	u32 run_pages;        /* (lock) how many pages it has had              */
	u64 faults;           /* (lock) calls of aspace_fault()                */
	u32 watchers;         /* (A) watches on it: watch.h             */
	struct list link;     /* (watch.c) all spaces                   */
	bool walking;         /* (A) a copy uses frames found in pt     */
	bool cutting;         /* (A) another thread takes pages or W away;
			       * for both see truncate_maps.h           */
	bool shared;          /* several threads may run in it: aspace_share() */
};

/* The pages that every space of a process has at the top.  A space takes a reference on
 * usyscall, none on trapframe. */
struct aspace_pages {
	struct page *trapframe;
	struct page *usyscall;
};

/* Makes a copy of @from, the space of the running process, with the child's @pages.  With
 * fork=cow the frames are shared and write-protected on both sides, with fork=copy they
 * are copied.  -ENOMEM, -EINTR (the thread is to die).  Sleeps; no lock held. */
int aspace_fork(struct aspace *from, const struct aspace_pages *pages,
		struct aspace **out) MUST_CHECK;

/* Called by the only thread that runs in @as, before there is a second one. */
void aspace_share(struct aspace *as);

/* Waits until nobody watches @as (watch.h), then gives everything back.  Needs no memory.
 * No thread runs in @as any more; no lock held, interrupts on. */
void aspace_destroy(struct aspace *as);

/* The same in two steps, for a thread that ends: its hart goes straight from this root to
 * the next thread's, which saves a flush of the TLB.
 * aspace_empty() waits, and gives everything back but the tables.  The caller's hart may
 * have @as loaded, but rests (root_rest()).
 * aspace_leave() then leaves @as with the running thread.  True: only this hart has it
 * loaded, and interrupts stay off until the thread ends (thread_exit()); the caller has
 * aspace_bury() called after that, in any context.  False: there is nothing left of @as;
 * interrupts are on. */
void aspace_empty(struct aspace *as);
bool aspace_leave(struct aspace *as) MUST_CHECK;
void aspace_bury(struct aspace *as);

/* An area of private zeroed memory, page-aligned [start, end). */
struct area_spec {
	va_t start, end;
	u8 prot;       /* VMA_R | VMA_W | VMA_X                     */
	u8 kind;       /* enum vma_kind                             */
	bool populate; /* with frames from the start, not on demand */
};

/* Moves the break by @delta bytes; *old is the break before.  @lazy: new pages come on
 * demand.  -ENOMEM, -EINTR: nothing changed.  A break below 0 changes nothing and is no
 * error (docs/abi.md section 2, sbrk). */
int aspace_sbrk(struct aspace *as, s64 delta, bool lazy, va_t *old) MUST_CHECK;

/* Makes the access to @va possible, if the areas allow it: brings in absent pages, copies
 * on write, sets A and D bits, drops stale translations.  0; -EFAULT: not allowed;
 * -ENOMEM, never for process 1, which waits for memory instead; -ENOSPC, -EIO, -EROFS: the
 * file cannot store what is about to be written to it.  Takes the area lock; sleeps. */
int aspace_fault(struct aspace *as, va_t va, enum access access) MUST_CHECK;

/* If the entry for @va is a 2 MiB leaf that the program may write and that became read-only
 * for a fork: gives the space a block of its own with the same contents, and the leaf W.
 * Where others have the block it is copied, but only while half of the memory is free;
 * else nothing changes.  Area lock held; sleeps. */
void aspace_own_large(struct aspace *as, va_t va);

/* Why aspace_fault() has refused an access to @va.  Sleeps. */
enum aspace_refusal {
	REFUSED_NO_AREA,
	REFUSED_RIGHTS, /* the area does not permit it            */
	REFUSED_END,    /* it does, but its file ends before that */
};
enum aspace_refusal aspace_refusal(struct aspace *as, va_t va, enum access access);

/* Whether the access to @va (below MAXVA) would go through without a fault, if no
 * translation is stale.  Sleeps. */
bool aspace_permits(struct aspace *as, va_t va, enum access access);

/* The end of the addresses that a pointer in a system call may name: USYSCALL, or the
 * break where the heap has grown past that. */
static inline va_t aspace_user_end(const struct aspace *as)
{
	return MAX(as->brk, USYSCALL);
}

/* Whether [va, va + n) is below that end. */
bool aspace_range_ok(const struct aspace *as, va_t va, u64 n);

/* At boot, before any other call here.  @harts: how many will run, at most. */
void aspace_init(u32 harts);

#ifdef PAGODA_CHECK
/* ASSERTs that areas, entries, counts and rights of @as agree. */
void aspace_check(struct aspace *as);
#else
static inline void aspace_check(struct aspace *as)
{
	(void)as;
}
#endif
