/* sys_info.c - system calls that tell about the machine and its processes. */

#include "core/bootopt.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/reclaim.h"
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

s64 sys_procinfo(const u64 arg[6])
{
	u64 max = arg[1], n = 0;
	struct procinfo info;

	for (unsigned slot = 0; slot < NPROC; slot++) {
		if (!proc_info(slot, &info))
			continue;
		if (n < max &&
		    copyout(uptr(arg[0] + n * sizeof(info)), &info, sizeof(info)))
			return -EFAULT;
		n++;
	}
	return (s64)n;
}

s64 sys_meminfo(const u64 arg[6])
{
	struct meminfo m = {
		.total = frame_total(),
		.available = mem_available(),
		.free = frame_count(FRAME_free),
		.reserve = frame_count(FRAME_reserve),
		.firmware = frame_count(FRAME_firmware),
		.kernel = frame_count(FRAME_kernel) + frame_count(FRAME_stack),
		.tables = frame_count(FRAME_table),
		.anon = frame_count(FRAME_anon),
		.cache = frame_count(FRAME_cache),
		.slab = frame_count(FRAME_slab),
		.other = frame_count(FRAME_trapframe) + frame_count(FRAME_usyscall) +
			 frame_count(FRAME_pipe) + frame_count(FRAME_other),
	};

	return copyout(uptr(arg[0]), &m, sizeof(m));
}

s64 sys_bootarg(const u64 arg[6])
{
	char name[MAXPATH];
	const char *value;
	u64 len;
	int err = arg_path(arg[0], name);

	if (err)
		return err;
	value = bootopt_get(name);
	if (!value)
		return -ENOENT;
	len = strlen(value);
	if (arg[2] <= len)
		return -ENAMETOOLONG;
	return copyout(uptr(arg[1]), value, len + 1) ? -EFAULT : (s64)len;
}
