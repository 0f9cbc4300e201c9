/* start.S - the first instructions of a test program, and one stub for every system call
 * of kernel/uapi/syscalls.h.  It saves the a0, a1 and sp that the kernel set, for the
 * cases that check them. */
#include "uapi/syscalls.h"

	.section .text.start, "ax"
	.globl _start
_start:
	la	t0, start_regs
	sd	a0, 0(t0)
	sd	a1, 8(t0)
	sd	sp, 16(t0)
	call	main
	li	a7, 2
	ecall
	ebreak				/* exit returned */

	.text
#define X(number, name, args) .globl name; name: li a7, number; ecall; ret;
SYSCALLS(X)

/* long ecall_raw(long a0, a1, a2, a3, a4, a5, number): makes any call at all. */
	.globl	ecall_raw
ecall_raw:
	mv	a7, a6
	ecall
	ret

	.bss
	.balign	8
	.globl	start_regs
start_regs:
	.skip	24
