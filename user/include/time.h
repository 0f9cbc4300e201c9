/* time.h - picolibc's, and what it does not declare for this target. */
#pragma once

#include_next <time.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC ((clockid_t)4)
#endif
#ifndef CLOCK_PROCESS_CPUTIME_ID
#define CLOCK_PROCESS_CPUTIME_ID ((clockid_t)2)
#endif
#ifndef TIMER_ABSTIME
#define TIMER_ABSTIME 4
#endif

/* CLOCK_REALTIME counts from 1970, or from boot if the machine has no clock;
 * CLOCK_MONOTONIC from boot; CLOCK_PROCESS_CPUTIME_ID what the process has run. */
int clock_gettime(clockid_t id, struct timespec *ts);
int clock_getres(clockid_t id, struct timespec *ts);
int nanosleep(const struct timespec *want, struct timespec *left);
int clock_nanosleep(clockid_t id, int flags, const struct timespec *want,
		    struct timespec *left);

__END_DECLS
