/* map.h - mappings that programs ask for: mmap and its family.
 *
 * Addresses and lengths are page-aligned.  All return 0 or -errno (-EINTR: the thread is to
 * die), and a call that fails has changed nothing.  They take the area lock and may
 * sleep. */
#pragma once

#include "mm/space/aspace.h"

struct object;

struct map_request {
	va_t addr; /* the place, with @fixed; otherwise ignored     */
	u64 len;   /* bytes, > 0                                    */
	u8 prot;   /* VMA_R | VMA_W | VMA_X; 0: no access           */
	bool shared, fixed;
	bool no_write;         /* shared, of a file not open for writing        */
	struct object *object; /* the file's pages, or NULL: fresh memory       */
	u64 offset;            /* in the file, bytes                            */
};

/* On success *out is the address, and the space has its own reference on the object
 * (object_ops.get).  -EINVAL: @fixed outside of user memory; -ENOMEM: no memory, or no
 * gap is long enough. */
int aspace_map(struct aspace *as, const struct map_request *req, va_t *out) MUST_CHECK;

/* Unmaps [addr, addr + len), which need not all be mapped.  Changed pages of shared file
 * mappings go to the file.  -EINVAL: outside of user memory; -ENOMEM: a hole inside an
 * area makes two of it, and there is no memory for the second. */
int aspace_munmap(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* Sets the protection to @prot (VMA_R | VMA_W | VMA_X).  -EINVAL: outside of user memory;
 * -ENOMEM: no memory, or part of the range is in no area; -EACCES: W for a shared mapping
 * of a file that is not open for writing. */
int aspace_protect(struct aspace *as, va_t addr, u64 len, u8 prot) MUST_CHECK;

/* Tells files which pages were changed through shared mappings; does not wait for the
 * disk.  -ENOMEM: part of the range is in no area. */
int aspace_msync(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* DONTNEED: drops private pages; the next access finds zeros, or the file's page.  Shared
 * pages and those of the program's image stay.  -ENOMEM: part of the range is in no
 * area. */
int aspace_discard(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* WILLNEED: brings in absent pages while memory is plentiful, up to the first that cannot
 * be had.  -ENOMEM: outside of user memory. */
int aspace_prefetch(struct aspace *as, va_t addr, u64 len) MUST_CHECK;

/* out[i] becomes 1 if page i of the range is in memory, otherwise 0; at most PAGE_SIZE
 * pages.  -ENOMEM: part of the range is in no area. */
int aspace_mincore(struct aspace *as, va_t addr, u64 len, u8 *out) MUST_CHECK;

/* Changes the length of [addr, addr + old_len), all or part of one mapping.  *out is its
 * address afterwards: it moves only if it has to and @may_move.  -EFAULT: the range is not
 * in one mapping; -ENOMEM: no memory, no gap, or no room to grow in place without
 * @may_move. */
struct remap_request {
	va_t addr;
	u64 old_len, new_len; /* bytes, > 0 */
	bool may_move;
};
int aspace_mremap(struct aspace *as, const struct remap_request *req, va_t *out) MUST_CHECK;
