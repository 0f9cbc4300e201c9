/* crt0.S - the first instructions of a program.
 * exec has set a0 to argc, a1 to argv, a2 to envp or 0, and sp to the stack.  All memory that the file does
 * not fill is zero. */
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
