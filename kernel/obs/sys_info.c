/* sys_info.c - system calls that describe the machine and its processes. */

#include "core/option/options.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/phys/reclaim.h"
#include "mm/uaccess.h"
#include "proc/args.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/info.h"

s64 sys_sysinfo(const u64 arg[6])
{
	struct sysinfo info = {
		.freemem = mem_available() * PAGE_SIZE,
		.nproc = proc_count(),
	};

	return copyout(uptr(arg[0]), &info, sizeof(info));
}

/* Records of @size bytes, at most @max of them, at @to. */
static s64 info_processes(u64 to, u64 max, u64 size)
{
	struct procinfo info;
	u64 n = 0;

	if ((s64)max < 0 || !size || size > sizeof(info))
		return -EINVAL;
	for (unsigned slot = 0; slot < NPROC; slot++) {
		if (!proc_info(slot, &info))
			continue;
		if (n < max && copyout(uptr(to + n * size), &info, size))
			return -EFAULT;
		n++;
	}
	return (s64)n;
}

s64 sys_procinfo(const u64 arg[6])
{
	return info_processes(arg[0], arg[1], arg[2]);
}

/* For programs of older images: the call once gave no size. */
s64 sys_procinfo_old(const u64 arg[6])
{
	return info_processes(arg[0], arg[1], offsetof(struct procinfo, started));
}

s64 sys_meminfo(const u64 arg[6])
{
	struct frame_census now;
	struct meminfo m;

	frame_census(&now);
	m = (struct meminfo){
		.total = frame_total(),
		.available = mem_available(),
		.free = now.count[FRAME_free],
		.reserve = now.count[FRAME_reserve],
		.firmware = now.count[FRAME_firmware],
		.kernel = now.count[FRAME_kernel] + now.count[FRAME_frames] +
			  now.count[FRAME_boot] + now.count[FRAME_pool] +
			  now.count[FRAME_buffer] + now.count[FRAME_stack],
		.tables = now.count[FRAME_table],
		.anon = now.count[FRAME_anon],
		.cache = now.count[FRAME_cache],
		.slab = now.count[FRAME_slab],
		.other = now.count[FRAME_trapframe] + now.count[FRAME_usyscall] +
			 now.count[FRAME_pipe] + now.count[FRAME_packet] +
			 now.count[FRAME_other],
	};

	return copyout(uptr(arg[0]), &m, sizeof(m));
}

s64 sys_bootarg(const u64 arg[6])
{
	char name[MAXPATH];
	const char *value;
	u64 len;
	int err = arg_path(arg[0], name);

	if (!err && (s64)arg[2] < 0)
		err = -EINVAL;
	if (err)
		return err;
	value = option_given(name);
	if (!value)
		return -ENOENT;
	len = strlen(value);
	if (arg[2] <= len)
		return -ENAMETOOLONG;
	return copyout(uptr(arg[1]), value, len + 1) ? -EFAULT : (s64)len;
}
