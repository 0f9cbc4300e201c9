/* memdev.c - the device files null, zero and full, which have no hardware. */

#include "dev/memdev.h"

#include "core/sched.h"
#include "dev/chardev.h"
#include "mm/uaccess.h"
#include "uapi/errno.h"
#include "uapi/limits.h"

static const char zeros[512];

static s64 null_read(uptr_t dst, u64 n)
{
	(void)dst;
	(void)n;
	return 0;
}

/* What is written is not even looked at. */
static s64 null_write(uptr_t src, u64 n)
{
	(void)src;
	return (s64)n;
}

static s64 zero_read(uptr_t dst, u64 n)
{
	u64 done = 0;

	while (done < n) {
		u64 piece = MIN(n - done, sizeof(zeros));

		if (copyout(uptr_add(dst, done), zeros, piece))
			return done ? (s64)done : -EFAULT;
		done += piece;
		if (sched_point_killed())
			return -EINTR;
	}
	return (s64)done;
}

static s64 full_write(uptr_t src, u64 n)
{
	(void)src;
	return n ? -ENOSPC : 0;
}

void memdev_init(void)
{
	static const struct chardev null = {
		.name = "null",
		.read = null_read,
		.write = null_write,
	};
	static const struct chardev zero = {
		.name = "zero",
		.read = zero_read,
		.write = null_write,
	};
	static const struct chardev full = {
		.name = "full",
		.read = zero_read,
		.write = full_write,
	};

	chardev_register(DEV_NULL, &null);
	chardev_register(DEV_ZERO, &zero);
	chardev_register(DEV_FULL, &full);
}
