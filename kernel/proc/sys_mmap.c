/* sys_mmap.c - mmap and its family: arguments are decoded here, the rest is in mm/map.c
 * and mm/remap.c. */

#include "fs/file.h"
#include "fs/fs.h"
#include "mm/phys/frame.h"
#include "mm/map.h"
#include "mm/uaccess.h"
#include "proc/threads/fds.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "uapi/mman.h"

#define PROT_ALL (PROT_READ | PROT_WRITE | PROT_EXEC)
#define MAP_ALL (MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS)
#define MINCORE_BATCH PAGE_SIZE /* pages; their answers, a byte each, fill a frame */

/* A page-aligned, non-empty range of the user half; len is rounded up. */
struct span {
	va_t addr;
	u64 len;
};

static int mmap_decode_span(u64 addr, u64 len, struct span *s)
{
	if (!IS_ALIGNED(addr, PAGE_SIZE) || len == 0 || len > MAXVA || addr > MAXVA - len)
		return -EINVAL;
	*s = (struct span){ addr, ALIGN_UP(len, PAGE_SIZE) };
	return 0;
}

static int mmap_decode_flags(const u64 *arg, struct map_request *req)
{
	u32 prot = (u32)arg[2], flags = (u32)arg[3];
	bool shared = flags & MAP_SHARED, private = flags & MAP_PRIVATE;

	if (prot & ~PROT_ALL || flags & ~MAP_ALL || shared == private)
		return -EINVAL;
	if (arg[1] == 0 || arg[1] > MAXVA)
		return -EINVAL;
	if (flags & MAP_FIXED && !IS_ALIGNED(arg[0], PAGE_SIZE))
		return -EINVAL;
	_Static_assert(PROT_READ == VMA_R && PROT_WRITE == VMA_W && PROT_EXEC == VMA_X,
		       "protection bits are the areas'");
	*req = (struct map_request){
		.addr = arg[0],
		.len = ALIGN_UP(arg[1], PAGE_SIZE),
		.prot = (u8)prot,
		.shared = shared,
		.fixed = flags & MAP_FIXED,
	};
	return 0;
}

static int mmap_decode_file(const u64 *arg, struct map_request *req)
{
	struct file *f;
	struct object *obj;
	int err;

	if ((u32)arg[3] & MAP_ANONYMOUS)
		return 0;
	f = arg_file(arg[4]);
	if (!f)
		return -EBADF;
	if (!IS_ALIGNED(arg[5], PAGE_SIZE) || arg[5] > UINT32_MAX)
		return -EINVAL;
	err = file_mappable(f, req->shared && req->prot & VMA_W, &obj);
	if (err)
		return err;
	req->object = obj;
	req->no_write = req->shared && file_mappable(f, true, &obj);
	req->offset = arg[5];
	return 0;
}

s64 sys_mmap(const u64 arg[6])
{
	struct map_request req;
	va_t va;
	int err = mmap_decode_flags(arg, &req);

	if (!err)
		err = mmap_decode_file(arg, &req);
	if (!err)
		err = aspace_map(proc_current()->as, &req, &va);
	return err ? err : (s64)va;
}

s64 sys_munmap(const u64 arg[6])
{
	struct span s;
	int err = mmap_decode_span(arg[0], arg[1], &s);

	return err ? err : aspace_munmap(proc_current()->as, s.addr, s.len);
}

s64 sys_mprotect(const u64 arg[6])
{
	struct span s;
	int err = mmap_decode_span(arg[0], arg[1], &s);

	if (!err && (u32)arg[2] & ~PROT_ALL)
		err = -EINVAL;
	if (!err)
		err = aspace_protect(proc_current()->as, s.addr, s.len, (u8)arg[2]);
	return err;
}

s64 sys_msync(const u64 arg[6])
{
	struct span s;
	int err = mmap_decode_span(arg[0], arg[1], &s);

	if (!err)
		err = aspace_msync(proc_current()->as, s.addr, s.len);
	return err ? err : fs_sync();
}

s64 sys_madvise(const u64 arg[6])
{
	struct aspace *as = proc_current()->as;
	struct span s;
	int err = mmap_decode_span(arg[0], arg[1], &s);

	if (err)
		return err;
	switch ((int)arg[2]) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
		return 0;
	case MADV_WILLNEED:
		return aspace_prefetch(as, s.addr, s.len);
	case MADV_DONTNEED:
		return aspace_discard(as, s.addr, s.len);
	default:
		return -EINVAL;
	}
}

s64 sys_mincore(const u64 arg[6])
{
	struct page *frame;
	struct span s;
	int err = mmap_decode_span(arg[0], arg[1], &s);

	if (err)
		return err;
	frame = frame_alloc(FRAME_other, 0);
	if (!frame)
		return -ENOMEM;
	for (u64 done = 0; done < s.len && !err; done += MINCORE_BATCH * PAGE_SIZE) {
		u64 len = MIN(s.len - done, MINCORE_BATCH * PAGE_SIZE);
		u8 *bytes = frame_va(frame);

		err = aspace_mincore(proc_current()->as, s.addr + done, len, bytes);
		if (!err)
			err = copyout(uptr(arg[2] + done / PAGE_SIZE), bytes,
				      len / PAGE_SIZE);
	}
	frame_put(frame);
	return err;
}

s64 sys_mremap(const u64 arg[6])
{
	struct remap_request req;
	struct span old;
	va_t va;
	int err = mmap_decode_span(arg[0], arg[1], &old);

	if (!err && (arg[2] == 0 || arg[2] > MAXVA || (u32)arg[3] & ~MREMAP_MAYMOVE))
		err = -EINVAL;
	if (err)
		return err;
	req = (struct remap_request){
		.addr = old.addr,
		.old_len = old.len,
		.new_len = ALIGN_UP(arg[2], PAGE_SIZE),
		.may_move = (u32)arg[3] & MREMAP_MAYMOVE,
	};
	err = aspace_mremap(proc_current()->as, &req, &va);
	return err ? err : (s64)va;
}
