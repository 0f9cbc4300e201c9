/* select.c - select() and pselect(), by poll(). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/select.h>
#include <time.h>

#include "sys.h"

#define NS 1000000000l

#define SEES_IN (POLLIN | POLLHUP | POLLERR)
#define SEES_OUT (POLLOUT | POLLERR)

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
	  const sigset_t *mask)
{
	long ns = -1;

	if (timeout) {
		if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= NS) {
			errno = EINVAL;
			return -1;
		}
		if (timeout->tv_sec < (1l << 62) / NS)
			ns = timeout->tv_sec * NS + timeout->tv_nsec;
	}
	return (int)sys_result(mask ? sys_ppoll(fds, n, ns, (unsigned)*mask)
				    : sys_poll(fds, n, ns));
}

static bool select_has(const fd_set *set, int fd)
{
	return set && FD_ISSET(fd, set);
}

/* Leaves @fd in @set if it is @ready.  Returns whether it is. */
static int select_keep(fd_set *set, int fd, bool ready)
{
	if (!select_has(set, fd))
		return 0;
	if (!ready)
		FD_CLR(fd, set);
	return ready;
}

int pselect(int n, fd_set *in, fd_set *out, fd_set *odd, const struct timespec *timeout,
	    const sigset_t *mask)
{
	struct pollfd fds[POLL_MAX];
	nfds_t count = 0;
	int ready = 0;

	errno = EINVAL;
	if (n < 0 || n > FD_SETSIZE)
		return -1;
	for (int fd = 0; fd < n; fd++) {
		int events = (select_has(in, fd) ? POLLIN : 0) |
			     (select_has(out, fd) ? POLLOUT : 0);

		if (!events && !select_has(odd, fd))
			continue;
		errno = EBADF; /* so many cannot be open */
		if (count == POLL_MAX)
			return -1;
		fds[count++] = (struct pollfd){ .fd = fd, .events = (short)events };
	}
	if (ppoll(fds, count, timeout, mask) < 0)
		return -1;
	for (nfds_t i = 0; i < count; i++) {
		errno = EBADF;
		if (fds[i].revents & POLLNVAL)
			return -1;
	}
	for (nfds_t i = 0; i < count; i++) {
		ready += select_keep(in, fds[i].fd, fds[i].revents & SEES_IN);
		ready += select_keep(out, fds[i].fd, fds[i].revents & SEES_OUT);
		ready += select_keep(odd, fds[i].fd, false);
	}
	return ready;
}

int select(int n, fd_set *in, fd_set *out, fd_set *odd, struct timeval *timeout)
{
	struct timespec ts;

	if (!timeout)
		return pselect(n, in, out, odd, NULL, NULL);
	ts = (struct timespec){ .tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000,
				.tv_nsec = timeout->tv_usec % 1000000 * 1000 };
	return pselect(n, in, out, odd, &ts, NULL);
}
