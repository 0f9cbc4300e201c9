/* aspace_priv.h - shared by the files that make up the address space. */
#pragma once

#include "mm/aspace.h"

/* Makes @lo and @hi edges of areas.  -ENOMEM: some cut may have been made; cuts
 * mean nothing.  (lock) */
int aspace_cut_edges(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* Tells the files of shared mappings in [lo, hi) which pages were written.  (lock) */
void aspace_write_back(struct aspace *as, va_t lo, va_t hi);

extern const struct vma_hooks aspace_area_hooks; /* map.c */

/* The flags of a user leaf with @prot. */
u64 prot_to_pte(u32 prot);

/* Adds an area without pages.  -EEXIST, -ENOMEM.  (lock) */
int aspace_insert(struct aspace *as, const struct area_spec *spec,
		  struct vma **area) MUST_CHECK;

/* Maps @pg at @va, where nothing is.  On success its reference moves to the space.
 * -ENOMEM.  (lock) */
int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags) MUST_CHECK;

/* Maps a cleared frame at @va (page-aligned, nothing there) for @area, with @used
 * of PTE_A and PTE_D.  -ENOMEM.  (lock) */
int aspace_map_fresh(struct aspace *as, const struct vma *area, va_t va,
		     u64 used) MUST_CHECK;

/* Brings in every absent page of [lo, hi), which lies in @area.  -ENOMEM: those that
 * came stay.  (lock) */
int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi) MUST_CHECK;

/* Takes all pages out of [lo, hi) and gives them back.  (lock) */
void aspace_zap(struct aspace *as, va_t lo, va_t hi);

/* The same, and the areas there, too.  -ENOMEM: an area would have to be
 * split; nothing changed.  (lock) */
int aspace_unmap(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* A space without any area. */
int aspace_alloc(struct page *trapframe, struct aspace **out) MUST_CHECK;
int aspace_add_usyscall(struct aspace *as, struct page *usyscall) MUST_CHECK;

extern bool aspace_fork_copies; /* fork=copy */
