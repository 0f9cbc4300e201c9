/* truncate_maps.h - what is done to a file's pages in all the spaces that map them. */
#pragma once

#include "lib/types.h"

struct aspace;
struct object;

/* The file of @obj has only @pages pages now: takes those behind out of all mappings, so
 * that who touches them finds out; private copies, too.  No lock held; sleeps. */
void mappings_cut(struct object *obj, u64 pages);

/* Tells the files of all that was written to shared mappings so far, so that the next
 * commit has it; what is written later is told of by a fault.  No lock held; sleeps. */
void mappings_write_back(void);

/* A copy that finds frames by walking the page table in software, without the area lock,
 * uses them only between these two.  False: somebody cuts; a fault waits for that. */
bool mapping_walk_begin(struct aspace *as) MUST_CHECK;
void mapping_walk_end(struct aspace *as);
