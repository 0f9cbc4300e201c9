/* crt0.S - the first instructions of a program.
 * exec left argc in a0, argv in a1, the stack in sp, and all memory that the
 * file does not fill at zero. */
	.section .text._start, "ax", @progbits
	.globl _start
	.type _start, @function
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	la	tp, __tls_base
	li	fp, 0			/* backtraces end here */
	tail	start_c
	.size _start, . - _start
