/* sys_thread.c - system calls about threads; see uapi/thread.h. */

#include "core/clock.h"
#include "core/thread.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "proc/threads/futex.h"
#include "uapi/errno.h"
#include "uapi/thread.h"

#define NS 1000000000ul /* in a second */

s64 sys_clone(const u64 arg[6])
{
	return threads_clone(arg[0], arg[1], arg[2], arg[3]);
}

s64 sys_leave(const u64 arg[6])
{
	proc_exit_thread(arg[0]);
}

s64 sys_gettid(const u64 arg[6])
{
	(void)arg;
	return threads_self()->peer.tid;
}

/* As for wait(): the thread is given up only after its value has arrived. */
s64 sys_join(const u64 arg[6])
{
	int tid = (int)arg[0], options = (int)arg[2];
	struct proc *slot;
	s64 result;

	if ((tid < 1 && tid != -1) || options & ~JOIN_NOHANG)
		return -EINVAL;
	result = threads_join(tid, options, &slot);
	if (!slot)
		return result;
	if (arg[1] && copyout(uptr(arg[1]), &slot->peer.value, sizeof(slot->peer.value)))
		result = -EFAULT;
	threads_join_done(slot, result >= 0);
	return result;
}

/* The time in @ns nanoseconds, or ~0 if that is too long to count. */
static u64 futex_end(u64 ns)
{
	u64 now = clock_now(), seconds = ns / NS, hz = clock_hz();

	if (seconds >= (~0ul - now) / hz - 1)
		return ~0ul;
	return now + seconds * hz + DIV_UP(ns % NS * hz, NS);
}

/* Out of line, so that the waits without a limit, which are most, save no registers. */
__attribute__((noinline)) static s64 sys_futex_wait_limited(const u64 arg[6])
{
	u64 end = thread_resumed_end(futex_end(arg[3]));
	s64 err = futex_wait(uptr(arg[0]), (u32)arg[2], end);

	if (err == -EINTR && end != ~0ul)
		thread_resume_until(end);
	return err;
}

s64 sys_futex(const u64 arg[6])
{
	switch ((int)arg[1]) {
	case FUTEX_WAIT:
		if (arg[3])
			return sys_futex_wait_limited(arg);
		return futex_wait(uptr(arg[0]), (u32)arg[2], ~0ul);
	case FUTEX_WAKE:
		return futex_wake(uptr(arg[0]), (u32)arg[2]);
	default:
		return -EINVAL;
	}
}
