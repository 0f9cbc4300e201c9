/* truncate_maps.h - changes to a file's pages in all spaces that map them. */
#pragma once

#include "lib/types.h"

struct aspace;
struct object;

/* The file of @obj now has @pages pages.  Unmaps the pages past its new end everywhere,
 * private copies included; a later access faults.  No lock held; sleeps. */
void mappings_cut(struct object *obj, u64 pages);

/* Tells files which of their pages were written through shared mappings so far, so that
 * the next commit includes them; a later write faults.  No lock held; sleeps. */
void mappings_write_back(void);

/* A copy that walks the page table in software uses the frames it finds only between these
 * two.  They take no lock while one thread runs in the space, since no other changes it but
 * by the functions above; with several threads they take the area lock.  False: another
 * thread unmaps pages of the space, or with faults off (no_fault) has the area lock; the
 * caller faults the page in, which waits for that thread. */
bool mapping_walk_begin(struct aspace *as) MUST_CHECK;
void mapping_walk_end(struct aspace *as);
