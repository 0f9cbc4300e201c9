/* sys/resource.h - picolibc's, and limits, which picolibc has not. */
#pragma once

#include_next <sys/resource.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_AS 9
#define RLIM_INFINITY (~0ul)
#define RLIM_SAVED_MAX RLIM_INFINITY
#define RLIM_SAVED_CUR RLIM_INFINITY

typedef unsigned long rlim_t;

struct rlimit {
	rlim_t rlim_cur, rlim_max;
};

/* The limits are fixed: setting one to what it is works, anything else does not. */
int getrlimit(int which, struct rlimit *limit);
int setrlimit(int which, const struct rlimit *limit);

__END_DECLS
