/* aspace.h - the user half of an address space: areas, page table, break.
 *
 * A process has one; its thread, and observers, take `lock` (rank area) to
 * look or change.  All changes of user mappings go through here.
 *
 * The root's upper half is a copy of the boot root's: one root serves user
 * and kernel.  With isolate=on user mode runs on a second root, which shares
 * all tables of the user half and has nothing above it.  A hart that has a root
 * loaded keeps it until it loads another; aspace_destroy() sees to it that
 * nobody does. */
#pragma once

#include "arch/riscv/tlb.h"
#include "core/sync/mutex.h"
#include "lib/list.h"
#include "mm/space/access.h"
#include "mm/phys/frame.h"
#include "mm/xlate/pt.h"
#include "mm/space/vma.h"

struct aspace {
	struct tlb_space tlb; /* (A) harts that may hold translations   */
	struct pt pt;         /* (lock) entries; the root is constant   */
	u64 satp;             /* in the kernel                          */
	u64 user_satp;        /* in user mode, isolate=on; else 0; who
			       * loads the space sets the ASID in both  */
	struct mutex lock;
	struct vma_set areas; /* (lock) */
	va_t brk;             /* (lock) the break, bytes                */
	u64 resident;         /* (lock) frames mapped, but for trap frame and USYSCALL */
	u32 watchers;         /* (A) observers of other processes: watch.h */
	struct list link;     /* (watch.c) all spaces                   */
	bool walking;         /* (A) a copy in software uses frames found in pt    */
	bool cutting;         /* (A) another thread takes pages out: truncate_maps.h */
};

/* The pages of a process that every space of it has at the top.  A space
 * takes a reference of usyscall's, none of trapframe's. */
struct aspace_pages {
	struct page *trapframe;
	struct page *usyscall;
};

/* A copy of @from (the running process's) with other @pages.  With fork=cow frames
 * are shared and write-protected on both sides, with fork=copy copied. */
int aspace_fork(struct aspace *from, const struct aspace_pages *pages,
		struct aspace **out) MUST_CHECK;

/* Gives everything back, once nobody watches it (watch.h).  Not loaded on this
 * hart; not used by any thread; no lock held. */
void aspace_destroy(struct aspace *as);

/* An area of private zeroed memory, page-aligned [start, end). */
struct area_spec {
	va_t start, end;
	u8 prot;       /* VMA_R | VMA_W | VMA_X                     */
	u8 kind;       /* enum vma_kind                             */
	bool populate; /* with frames from the start, not on demand */
};

/* Moves the break by @delta bytes.  @lazy: new pages come on demand.
 * *old: the break before.  0, or -ENOMEM with nothing changed; a break below
 * 0 changes nothing and is no error (docs/abi.md section 2, sbrk). */
int aspace_sbrk(struct aspace *as, s64 delta, bool lazy, va_t *old) MUST_CHECK;

/* Makes the access to @va possible, if the areas allow it: lazy pages, copy-on-
 * write, A and D bits, stale translations.  0, -EFAULT, -ENOMEM (never for process 1, which
 * waits instead).  Sleeps. */
int aspace_fault(struct aspace *as, va_t va, enum access access) MUST_CHECK;

/* Whether the page at @va (below MAXVA) is there and that access to it needs no
 * fault, unless the translation is stale.  Sleeps. */
bool aspace_permits(struct aspace *as, va_t va, enum access access);

/* Where the addresses end that a system call's pointer may name: USYSCALL,
 * or the break where the heap has grown over it. */
va_t aspace_user_end(const struct aspace *as);

/* Whether [va, va + n) is below that end. */
bool aspace_range_ok(const struct aspace *as, va_t va, u64 n);

/* Boot: reads the options fork=, heap= and isolate=. */
void aspace_init(void);
extern bool aspace_heap_lazy;

#ifdef PAGODA_CHECK
/* ASSERTs that areas, entries, counts and rights of @as agree. */
void aspace_check(struct aspace *as);
#else
static inline void aspace_check(struct aspace *as)
{
	(void)as;
}
#endif
