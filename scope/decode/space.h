/* space.h - one address space: its areas, and the entries of its page table. */
#pragma once

#include "arch/riscv/pte.h"
#include "decode/frame.h"
#include "decode/machine.h"
#include "mm/space/access.h"
#include "uapi/layout.h"
#include "uapi/snapshot.h"

#define KERNEL_HALF 0xffffffc000000000ul /* its lowest address   */
#define KERNEL_HALF_END ((va_t)0 - GIB)  /* the last root slot is never used */

struct space {
	struct kernel *k;
	va_t as;         /* its struct aspace; 0: the kernel half             */
	pa_t root, twin; /* twin 0: isolate=off                               */
	u64 tables;      /* below the roots, as the kernel counts them        */
	va_t top;        /* heap and mappings end here                        */
	va_t areas;      /* the list of areas                                 */
};

static inline va_t space_start(const struct space *s)
{
	return s->as ? 0 : KERNEL_HALF;
}

static inline va_t space_end(const struct space *s)
{
	return s->as ? MAXVA : KERNEL_HALF_END;
}

static inline bool space_has(const struct space *s, va_t va)
{
	return va >= space_start(s) && va < space_end(s);
}

/* The space of @p.  False: it has none, or it cannot be read. */
bool space_open(struct kernel *k, const struct process *p, struct space *s) MUST_CHECK;

/* The kernel half, as the boot root has it. */
void space_open_kernel(struct kernel *k, struct space *s);

/* --- areas ------------------------------------------------------------------- */

struct area {
	va_t start, end; /* [start, end)                             */
	u64 offset;      /* of start in the file, bytes              */
	u32 prot;        /* VMA_R | VMA_W | VMA_X                    */
	u8 flags;        /* VMA_SHARED ...                           */
	u8 kind;         /* index of the kernel's names of areas     */
	u8 place;        /* enum snap_area_kind                      */
};

/* All areas of a space by address.  Start with { .link = 0 }. */
struct areas {
	va_t link;   /* of the last one               */
	va_t end;    /* of the last one               */
	bool broken; /* the list makes no sense       */
};

/* The next one.  False: there is none, or at->broken. */
bool area_next(const struct space *s, struct areas *at, struct area *a) MUST_CHECK;

/* The area that has @va.  False: there is none. */
bool area_find(const struct space *s, va_t va, struct area *a) MUST_CHECK;

/* --- entries ------------------------------------------------------------------ */

struct entry {
	va_t va; /* the first address that it maps                     */
	pte_t pte;
	int level;     /* 0: 4 KiB, 1: 2 MiB, 2: 1 GiB                       */
	u8 what;       /* enum snap_what; 0: an entry that is zero           */
	pa_t slot;     /* where it is in RAM; of a borrowed one, where it belongs */
	bool borrowed; /* it is still in the lender's table only: mm/xlate/tie.h  */
	u32 ties;      /* so many tables borrow it, or beside it             */
};

/* The frame that an entry refers to, and its users, with those that borrow the entry.
 * False: it refers to none on which the kernel counts references.  As frame_brief(). */
bool entry_frame(struct kernel *k, const struct entry *e, struct frame *f) MUST_CHECK;

/* The bytes of the page at @va, PAGE_SIZE of them, where the walk ends at @e; NULL: no page
 * is there, it is not in RAM, or it is not at hand. */
const u8 *entry_bytes(const struct space *s, const struct entry *e, va_t va);

/* What the address @va is for, given the entry where its walk ends, and its area or
 * NULL: enum snap_area_kind. */
u8 entry_place(const struct space *s, const struct entry *e, const struct area *a);

/* What an access by the program does: the kernel's own decision (mm/space/access.h). */
enum access_fate entry_fate(const struct entry *e, const struct area *a,
			    enum access access);

/* The entries on the way to @va, path[0] in the root; returns how many there are. */
int space_walk(const struct space *s, va_t va, struct entry path[PT_LEVELS]);

/* All entries that are not 0 for [va, end): each table comes before what is in it. */
struct walk {
	const struct space *s;
	va_t va, end; /* the next address, and where to stop         */
	int level;    /* of the table that is being looked through   */
	u64 left;     /* tables that may still be entered            */
	struct walk_table {
		pa_t pa;
		const pte_t *slots; /* NULL: it cannot be read, as if all were 0 */
		pa_t lender;        /* 0: it borrows nothing              */
		u32 ties, lo, hi;   /* of the slots [lo, hi)          */
	} at[PT_LEVELS];
};

void walk_start(struct walk *w, const struct space *s, va_t start, va_t end);
bool walk_next(struct walk *w, struct entry *e) MUST_CHECK;
