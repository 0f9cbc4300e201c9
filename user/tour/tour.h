/* tour.h - what the files of tour share: stops, and children that take a step at a time. */
#pragma once

#include <stdbool.h>

/* What is shown: X(function and name, what it is) */
#define SITUATIONS(X)                                         \
	X(fork, "fork, and the first write after it")         \
	X(heap, "a heap that gets memory when it is touched") \
	X(stack, "a stack that meets its guard")              \
	X(exec, "exec: another program in the same process")  \
	X(mmap, "a file that two processes map")              \
	X(large, "a leaf of 2 MiB that is split into pages")  \
	X(set, "a working set, with the ages of the pages (heat)")

#define X(name, what) void situation_##name(void);
SITUATIONS(X)
#undef X

/* Tells where to look, and waits for Enter.  @va: an address of process @pid.  @commands
 * are for sh, with %d for the process and %lx for the address; they are run when the
 * person asks for it. */
void tour_stop(int pid, unsigned long va, const char *text, const char *commands);

/* Complains and ends the tour. */
_Noreturn void tour_fail(const char *what);

/* --- a child ---------------------------------------------------------------------- */

/* Forks; the child calls @main and exits.  There is one at a time. */
int child_start(void (*main)(void));

/* In the child: tells the parent that a step is done, with an address, and waits until the
 * parent wants the next one. */
void child_step(unsigned long va);

/* In the child: whether the parent wants the next step; waits @ms for that. */
bool child_is_called(int ms);

/* Waits until the child has done a step; returns its address, or 0 if it does no more. */
unsigned long child_done(void);

/* Lets it go on; waits for its end; ends it. */
void child_go(void);
void child_wait(void);
void child_end(void);
