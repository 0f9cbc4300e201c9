/* backtrace.h - the calls that led to a place in the kernel.
 *
 * Every function has a frame pointer, in s0.  Of a function that calls others, the return
 * address is at fp-8, and the frame pointer of its caller at fp-16. */
#pragma once

#include "lib/types.h"

/* Whether the words below @fp can be read: it is not in the guard page below a stack. */
bool backtrace_frame_ok(u64 fp);

/* Gives in *ra the return address in the frame *fp, and moves *fp to the caller's frame.
 * False: there is none, *fp is no frame or that of a thread's first function. */
bool backtrace_step(u64 *fp, u64 *ra) MUST_CHECK;

/* Prints the return addresses of the calls that led here, the innermost first, as far as
 * the function to which a trap or a new thread came, with the names of functions. */
void backtrace(void);
