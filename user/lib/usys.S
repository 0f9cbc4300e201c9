/* usys.S - one stub for each system call, made from the kernel's list.
 * sys_NAME() returns what the kernel returns: a result, or -errno. */
#include "uapi/syscalls.h"

#define STUB(num, name, nargs)                     \
	.section .text.sys_##name, "ax", @progbits; \
	.globl sys_##name;                          \
	.type sys_##name, @function;                \
sys_##name:                                         \
	li a7, num + SYS_NATIVE;                    \
	ecall;                                      \
	ret;                                        \
	.size sys_##name, . - sys_##name;

SYSCALLS(STUB)
