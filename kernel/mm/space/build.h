/* build.h - making an address space before anyone else can see it.
 *
 * A builder owns a space that is in no list and that no thread runs in, so it is filled
 * without a lock.  aspace_builder_finish() turns it into a live space; from then
 * on its area lock guards it.  No function makes a builder of a live space.
 *
 * exec and fork build their spaces this way.  Whatever fails leaves the builder as it
 * was, or partly filled: it can be abandoned at any time before it is finished. */
#pragma once

#include "mm/space/aspace.h"

struct aspace_builder {
	struct aspace *space; /* for files of mm/ only; NULL: finished or abandoned */
	struct vma *area;     /* the newest, or NULL                                */

	/* The table of level 0 that was used last, and the address of its first page. */
	pte_t *table;
	va_t base;
};

/* Begins a space with the trampoline and @trapframe, and nothing else.  -ENOMEM. */
int aspace_builder_start(struct aspace_builder *b, struct page *trapframe) MUST_CHECK;

/* The space, complete: in the list of all spaces (watch.h), guarded by its lock. */
struct aspace *aspace_builder_finish(struct aspace_builder *b);

/* Gives everything back instead.  Sleeps; no lock held. */
void aspace_builder_abandon(struct aspace_builder *b);

/* Maps @usyscall at USYSCALL for reading, with a reference of the space's own.  -ENOMEM;
 * -EEXIST: a heap covers USYSCALL. */
int aspace_builder_add_usyscall(struct aspace_builder *b, struct page *usyscall) MUST_CHECK;

/* Adds an area of private zeroed memory, page-aligned [start, end).  @populate: with
 * frames from the start, else on demand.  -EEXIST, -ENOMEM, -EINTR (the thread is to
 * die): nothing changed. */
int aspace_builder_add(struct aspace_builder *b, const struct area_spec *spec) MUST_CHECK;

/* The slot of level 0 for the page of @va, and those that follow in its table: for fork.c,
 * which fills empty ones.  NULL: no memory for the table. */
pte_t *aspace_builder_slot(struct aspace_builder *b, va_t va) MUST_CHECK;

/* Puts a guard at the page of @va: a valid entry that permits nothing.  A space has one at
 * most, and keeps it until something else is mapped or unmapped there.  -ENOMEM. */
int aspace_builder_add_guard(struct aspace_builder *b, va_t va) MUST_CHECK;

/* The kernel's address of a frame for the page of @va, which has none.  It is not cleared:
 * the caller sets all of its bytes.  NULL: no memory, or no area there. */
void *aspace_builder_new_page(struct aspace_builder *b, va_t va) MUST_CHECK;

/* The kernel's address of the private page that holds @va, with a cleared frame if there
 * was none.  NULL: no memory, or no area there. */
void *aspace_builder_page(struct aspace_builder *b, va_t va) MUST_CHECK;

/* Maps @pg at the page @va with the rights of the area there, but never writable.  On
 * success the reference moves to the space.  -ENOMEM, -EFAULT (no area). */
int aspace_builder_map_shared(struct aspace_builder *b, va_t va,
			      struct page *pg) MUST_CHECK;

/* Gives every page of [start, end), which lies in one area or is empty, a frame.  -ENOMEM,
 * -EINTR. */
int aspace_builder_fill(struct aspace_builder *b, va_t start, va_t end) MUST_CHECK;

/* Copies @n bytes from the kernel's @src to @va.  -ENOMEM: no memory, or no area. */
int aspace_builder_write(struct aspace_builder *b, va_t va, const void *src,
			 u64 n) MUST_CHECK;

/* Sets where the heap begins, bytes. */
void aspace_builder_set_break(struct aspace_builder *b, va_t brk);

/* Keeps what is above @top, page-aligned, free of the heap and of mappings whose place the
 * kernel chooses: there is a stack above, and a part below it that stays empty.  @top
 * USYSCALL: there is none, and the heap may grow over USYSCALL. */
void aspace_builder_set_top(struct aspace_builder *b, va_t top);
