/* time.c - clocks, waiting, and processor time.  sleep() waits for whole ticks of 1/TICK_HZ
 * second, nanosleep() as long as it is told. */
#include "sys.h"

#include <errno.h>
#include <limits.h>
#include <pagoda.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include <usyscall.h>

#define NS_PER_SEC 1000000000l

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
	long end;

	if (seconds > INT_MAX / TICK_HZ)
		seconds = INT_MAX / TICK_HZ;
	end = uptime_ticks() + (long)seconds * TICK_HZ;
	if (pause_ticks((int)seconds * TICK_HZ) >= 0)
		return 0;
	end -= uptime_ticks();
	return end > 0 ? (unsigned)(end + TICK_HZ - 1) / TICK_HZ : 0;
}

int usleep(useconds_t usec)
{
	struct timespec ts = { .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000 };

	return nanosleep(&ts, NULL);
}

static struct timespec time_split(long ns)
{
	return (struct timespec){ .tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC };
}

/* What clock @id shows; -1 with errno set. */
static long time_of(clockid_t id)
{
	struct usage u;

	switch (id) {
	case CLOCK_REALTIME:
		return (long)usyscall_page()->real_boot_ns + clock_ns();
	case CLOCK_MONOTONIC:
		return clock_ns();
	case CLOCK_PROCESS_CPUTIME_ID:
		return sys_result(sys_usage(&u)) < 0 ? -1 : (long)u.self;
	default:
		errno = EINVAL;
		return -1;
	}
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long ns = time_of(id);

	if (ns < 0)
		return -1;
	*ts = time_split(ns);
	return 0;
}

int clock_getres(clockid_t id, struct timespec *ts)
{
	if (time_of(id) < 0)
		return -1;
	if (ts)
		*ts = time_split((NS_PER_SEC - 1) / (long)usyscall_page()->timebase_hz + 1);
	return 0;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	long ns = time_of(CLOCK_REALTIME);

	(void)zone;
	*tv = (struct timeval){ .tv_sec = ns / NS_PER_SEC,
				.tv_usec = ns % NS_PER_SEC / 1000 };
	return 0;
}

/* Returns an error number, as POSIX has it. */
int clock_nanosleep(clockid_t id, int flags, const struct timespec *want,
		    struct timespec *left)
{
	long ns, r, end;

	if (want->tv_nsec < 0 || want->tv_nsec >= NS_PER_SEC || want->tv_sec < 0 ||
	    (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC))
		return EINVAL;
	ns = want->tv_sec > LONG_MAX / NS_PER_SEC - 1
		     ? LONG_MAX
		     : (long)want->tv_sec * NS_PER_SEC + want->tv_nsec;
	if (flags & TIMER_ABSTIME)
		ns -= time_of(id);
	end = ns > LONG_MAX - clock_ns() ? LONG_MAX : clock_ns() + ns;
	r = sys_poll(NULL, 0, ns < 0 ? 0 : ns);
	if (left && !(flags & TIMER_ABSTIME))
		*left = time_split(r < 0 && end > clock_ns() ? end - clock_ns() : 0);
	return r < 0 ? (int)-r : 0;
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
	int error = clock_nanosleep(CLOCK_MONOTONIC, 0, want, left);

	if (!error)
		return 0;
	errno = error;
	return -1;
}

/* --- processor time ------------------------------------------------------------ */

static struct timeval time_val(unsigned long long ns)
{
	return (struct timeval){ .tv_sec = (long)ns / NS_PER_SEC,
				 .tv_usec = (long)ns % NS_PER_SEC / 1000 };
}

int getrusage(int who, struct rusage *usage)
{
	unsigned long long all, system;
	struct usage u;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN) {
		errno = EINVAL;
		return -1;
	}
	if (sys_result(sys_usage(&u)) < 0)
		return -1;
	all = who == RUSAGE_SELF ? u.self : u.children;
	system = who == RUSAGE_SELF ? u.self_system : u.children_system;
	*usage = (struct rusage){
		.ru_utime = time_val(all - system),
		.ru_stime = time_val(system),
	};
	return 0;
}

clock_t times(struct tms *t)
{
	unsigned long tick = (unsigned long)(NS_PER_SEC / sysconf(_SC_CLK_TCK));
	struct usage u;

	if (sys_result(sys_usage(&u)) < 0)
		return (clock_t)-1;
	*t = (struct tms){
		.tms_utime = (clock_t)((u.self - u.self_system) / tick),
		.tms_stime = (clock_t)(u.self_system / tick),
		.tms_cutime = (clock_t)((u.children - u.children_system) / tick),
		.tms_cstime = (clock_t)(u.children_system / tick),
	};
	return (clock_t)((unsigned long)clock_ns() / tick);
}

clock_t clock(void)
{
	struct usage u;

	if (sys_result(sys_usage(&u)) < 0)
		return (clock_t)-1;
	return (clock_t)((long)u.self / (NS_PER_SEC / CLOCKS_PER_SEC));
}
