/* sys/wait.h - picolibc's, and what it does not declare. */
#pragma once

#include_next <sys/wait.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

#define WCONTINUED 8
#define WIFCONTINUED(status) ((status) == 0xffff)

struct rusage;

pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t child, int *status, int options, struct rusage *usage);

__END_DECLS
