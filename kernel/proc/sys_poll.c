/* sys_poll.c - poll(): waiting for several files at once, or only for a time. */

#include "core/clock.h"
#include "core/poll.h"
#include "core/thread.h"
#include "fs/file.h"
#include "mm/uaccess.h"
#include "proc/signal/signal.h"
#include "proc/syscall.h"
#include "proc/threads/fds.h"
#include "uapi/errno.h"
#include "uapi/poll.h"

/* Sets what is true of each descriptor; returns of how many anything is. */
static int poll_look(struct pollfd *fds, unsigned n)
{
	struct proc *p = proc_current();
	int ready = 0;

	for (unsigned i = 0; i < n; i++) {
		u32 always = POLLERR | POLLHUP | POLLNVAL;
		struct file *f;

		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		f = fds_get(p, fds[i].fd);
		fds[i].revents = f ? (s16)(file_poll(f) & ((u32)fds[i].events | always))
				   : POLLNVAL;
		if (f)
			file_put(f);
		ready += fds[i].revents != 0;
	}
	return ready;
}

/* Returns of how many descriptors anything is true; 0: the time is over; -EINTR. */
static int poll_until(struct pollfd *fds, unsigned n, u64 deadline)
{
	int ready, err = 0;

	poll_begin();
	do {
		u64 seen = poll_events();

		ready = poll_look(fds, n);
		if (!ready)
			err = poll_wait(seen, deadline);
	} while (!ready && !err);
	poll_end();
	return ready || err == -ETIMEDOUT ? ready : err;
}

s64 sys_ppoll(const u64 arg[6])
{
	s64 ready = signal_mask_begin((u32)arg[3]);

	if (ready < 0)
		return ready;
	ready = sys_poll(arg);
	if (ready != -EINTR)
		signal_mask_end();
	return ready;
}

s64 sys_poll(const u64 arg[6])
{
	struct pollfd fds[POLL_MAX];
	u64 n = arg[1], deadline = ~0ul;
	s64 ns = (s64)arg[2];
	int ready;

	if (n > POLL_MAX)
		return -EINVAL;
	if (n && copyin(fds, uptr(arg[0]), n * sizeof(fds[0])))
		return -EFAULT;
	if (ns >= 0)
		deadline = clock_now() + clock_from_ns((u64)ns);
	deadline = thread_resumed_end(deadline);
	ready = poll_until(fds, (unsigned)n, deadline);
	if (ready == -EINTR)
		thread_resume_until(deadline);
	if (ready >= 0 && n && copyout(uptr(arg[0]), fds, n * sizeof(fds[0])))
		return -EFAULT;
	return ready;
}
