/* time.h - picolibc's, and what it does not declare for this target. */
#pragma once

#include_next <time.h>

#ifndef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC ((clockid_t)4)
#endif

/* CLOCK_MONOTONIC and CLOCK_REALTIME; both count from boot. */
int clock_gettime(clockid_t id, struct timespec *ts);
