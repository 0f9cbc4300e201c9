/* unwind.h - who called a function: from what its first instructions do to the stack.
 *
 * Programs have no frame pointers and no unwind tables; both would make each of them
 * larger.  But a function that calls others begins by lowering sp and saving ra, in one of
 * a few ways, and the code says how far and where (RISC-V calling convention, "Integer
 * Calling Convention").
 *
 * Pure code.  The program's memory is hostile: it is read through read() only, in a
 * bounded number of small pieces.  Answers are good guesses: callers check them. */
#pragma once

#include "lib/types.h"

#define UNWIND_SCAN 4096 /* instructions of a function that are looked at */

/* Reads @n bytes of the program's memory.  False: not all of them are there. */
typedef bool (*unwind_read)(va_t va, void *dst, u64 n);

/* What a function has done when it comes to some instruction.  "Entry": the value of sp
 * when the function was called. */
struct unwind {
	u64 lowered;  /* entry - sp                                               */
	u64 ra, s0;   /* entry - where it is saved; 0: it is still in the register */
	bool s0_base; /* s0 is the entry                                          */
	bool sp_lost; /* sp was lowered by an amount that only the program knows   */
};

/* Looks at the function that starts at @start, up to the instruction at @pc.  False: it
 * cannot be read, or is too long. */
bool unwind_scan(unwind_read read, va_t start, va_t pc, struct unwind *out) MUST_CHECK;

enum unwind_call { CALL_NONE, CALL_OF_ANOTHER, CALL_OF_START };

/* Whether the instruction before @ra is a call, and whether it may be one of the function
 * at @start.  A call through a pointer may. */
enum unwind_call unwind_call(unwind_read read, va_t ra, va_t start) MUST_CHECK;
