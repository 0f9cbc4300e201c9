/* stub.h - the stubs of system calls in a program's code, and what the run of them tells.
 *
 * xv6's Makefile makes one stub for each call: `li a7,N; ecall; ret`, each instruction
 * short (2 bytes) or long (4).  All of them lie together, in the order of usys.pl: 1 2 3 4
 * 5 16 21 6 7 15 17 18 8 19 20 9 10 11 12 13 14, then those of the lab.  No program says
 * from which year's labs it is; the numbers after 14 may tell.
 *
 * Pure code.  The program's memory is hostile: it is read through read() only, in a bounded
 * number of small pieces. */
#pragma once

#include "lib/types.h"

#define STUB_RUN 64               /* stubs of a run that are looked at               */
#define STUB_SCAN_MAX (256 * KIB) /* bytes of a program that are searched for calls  */

/* Reads @n bytes of the program's memory, 2 to 256.  False: not all of them are there. */
typedef bool (*stub_read)(va_t va, void *dst, u64 n);

struct stub {
	va_t start, end; /* of its three instructions */
	va_t ecall;      /* the second of them         */
	u32 number;
};

/* Finds the stub for @number whose ecall is at @ecall. */
bool stub_find(stub_read read, va_t ecall, u32 number, struct stub *out) MUST_CHECK;

/* Finds a stub for @number in the run that @in is in, at most STUB_RUN stubs before or
 * after it. */
bool stub_in_run(stub_read read, const struct stub *in, u32 number,
		 struct stub *out) MUST_CHECK;

/* The name of the call that @stub makes, as far as the run of stubs around it tells which
 * year the program is from; NULL: it does not. */
const char *stub_name_by_run(stub_read read, const struct stub *stub) MUST_CHECK;
