/* map.h - mappings that programs ask for: mmap and its family.
 *
 * Addresses and lengths are page-aligned here.  All return 0 or -errno, and a failed
 * call has changed nothing.  They take the area lock and may sleep. */
#pragma once

#include "mm/space/aspace.h"

struct object;

struct map_request {
	va_t addr; /* with @fixed; else a hint that is not taken    */
	u64 len;   /* bytes, > 0                                    */
	u8 prot;   /* VMA_R | VMA_W | VMA_X; 0: none                */
	bool shared, fixed;
	bool no_write;         /* shared, and the file is not open for writing  */
	struct object *object; /* the file's pages, or NULL: fresh memory       */
	u64 offset;            /* in the file, bytes                            */
};

/* On success *out is where it is, and the space has a reference of its own on
 * the object (object_ops.get).  -ENOMEM: no memory or no room. */
int aspace_map(struct aspace *as, const struct map_request *req, va_t *out) MUST_CHECK;

/* Takes [addr, addr + len) out of the space, mapped or not; changed pages of shared
 * file mappings go to the file. */
int aspace_munmap(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* -ENOMEM also where part of the range is in no area; -EACCES: the file behind a
 * shared mapping is not open for writing. */
int aspace_protect(struct aspace *as, va_t addr, u64 len, u8 prot) MUST_CHECK;

/* Hands changed pages of shared file mappings to the file; does not wait for
 * the disk. */
int aspace_msync(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* Forgets what is in private pages, so that they start anew (DONTNEED); or
 * brings in what is absent (WILLNEED: as far as memory goes, never fails). */
int aspace_discard(struct aspace *as, va_t addr, u64 len) MUST_CHECK;
int aspace_prefetch(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* A byte per page: 1 if it is in memory; at most one frame of bytes. */
int aspace_mincore(struct aspace *as, va_t addr, u64 len, u8 *out) MUST_CHECK;

/* Gives the part [addr, addr + old_len) of one mapping another length.  *out is where it
 * is then: it moves only if it has to and may.  -EFAULT: not all of it is one
 * mapping; -ENOMEM: no memory, or no room where it stands. */
struct remap_request {
	va_t addr;
	u64 old_len, new_len; /* bytes, > 0 */
	bool may_move;
};
int aspace_mremap(struct aspace *as, const struct remap_request *req, va_t *out) MUST_CHECK;
