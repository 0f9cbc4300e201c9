/* sigwait.c - signals that a thread waits for, and those with a value. */
#include <errno.h>
#include <pagoda.h>
#include <signal.h>
#include <time.h>

#include "sys.h"

#define NS 1000000000l

/* Waits until @deadline, ns since boot; less than 0: for ever. */
static int sigwait_until(const sigset_t *set, siginfo_t *info, long deadline)
{
	return (int)sys_result(sys_sigwait((unsigned)*set, info, deadline));
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
		 const struct timespec *restrict timeout)
{
	if (!timeout)
		return sigwait_until(set, info, -1);
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= NS) {
		errno = EINVAL;
		return -1;
	}
	if (timeout->tv_sec >= (1l << 62) / NS)
		return sigwait_until(set, info, -1);
	return sigwait_until(set, info,
			     clock_ns() + timeout->tv_sec * NS + timeout->tv_nsec);
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
	return sigwait_until(set, info, -1);
}

/* Returns an error number. */
int sigwait(const sigset_t *restrict set, int *restrict sig)
{
	do {
		*sig = sigwait_until(set, NULL, -1);
	} while (*sig < 0 && errno == EINTR);
	return *sig < 0 ? errno : 0;
}

int sigqueue(pid_t pid, int sig, union sigval value)
{
	return (int)sys_result(sys_sigqueue(pid, sig, value.sival_ptr));
}
