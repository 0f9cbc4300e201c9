/* usys.S - a stub for every system call, made from the kernel's list.
 * Of two stubs of one name only the first is made.  Each has a section of its own, so a
 * program contains only those that it calls. */
#include "uapi/syscalls.h"

/* The library's sbrk() has one argument. */
#define sbrk sys_sbrk

#define STUB(number, label, arguments)                          \
	.ifndef label;                                          \
	.pushsection .text.label, "ax", @progbits;              \
	.globl label;                                           \
	.type label, @function;                                 \
label:;                                                         \
	li a7, number;                                          \
	ecall;                                                  \
	ret;                                                    \
	.size label, . - label;                                 \
	.popsection;                                            \
	.endif;

/* Of 2026; no test of an earlier year has unmapped pages in the range. */
STUB(108, pgaccess, 3)

SYSCALLS(STUB)
STUB(13, sleep, 1)
