/* time.c - clocks and waiting.  There is no wall clock: all times are since
 * boot, and waits are whole ticks of 1/TICK_HZ second, rounded up. */
#include "sys.h"

#include <errno.h>
#include <limits.h>
#include <pagoda.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SEC 1000000000l
#define NS_PER_TICK (NS_PER_SEC / TICK_HZ)

long clock_ns(void)
{
	return sys_clock();
}

long uptime_ticks(void)
{
	return sys_uptime();
}

int pause_ticks(int ticks)
{
	return (int)sys_result(sys_pause(ticks));
}

unsigned sleep(unsigned seconds)
{
	if (seconds > INT_MAX / TICK_HZ)
		seconds = INT_MAX / TICK_HZ;
	return pause_ticks((int)seconds * TICK_HZ) < 0 ? seconds : 0;
}

int usleep(useconds_t usec)
{
	return pause_ticks((int)((usec * 1000l + NS_PER_TICK - 1) / NS_PER_TICK));
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	long ns = clock_ns();

	(void)zone;
	*tv = (struct timeval){ .tv_sec = ns / NS_PER_SEC,
				.tv_usec = ns % NS_PER_SEC / 1000 };
	return 0;
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long ns = clock_ns();

	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC) {
		errno = EINVAL;
		return -1;
	}
	*ts = (struct timespec){ .tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC };
	return 0;
}
