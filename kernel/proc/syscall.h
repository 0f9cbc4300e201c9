/* syscall.h - system calls: from numbers to functions. */
#pragma once

#include "arch/riscv/trapframe.h"
#include "lib/types.h"
#include "uapi/syscalls.h"

struct thread;

/* One per call: takes the six argument registers, returns a result or -errno. */
#define X(number, name, nargs) s64 sys_##name(const u64 arg[6]);
SYSCALLS(X)
#undef X

enum {
#define X(number, name, nargs) NR_##name = number,
	SYSCALLS(X)
#undef X
};

#define SYS_MAX 256

struct syscall {
	s64 (*fn)(const u64 arg[6]);
	const char *name;
};

extern const struct syscall syscall_table[SYS_MAX]; /* by number */

s64 sys_sleep(const u64 arg[6]); /* another name of sys_pause, for debuggers */

/* open, exec and execve, the path of which the kernel has already. */
s64 sys_open_path(const char *path, const u64 arg[6]);
s64 sys_exec_path(const char *path, const u64 arg[6]);
s64 sys_execve_path(const char *path, const u64 arg[6]);

/* The same for any number, and any thread: its process may not make all calls
 * (lab/sandbox.h), or is traced. */
void syscall_dispatch_odd(struct thread *t);
void syscall_dispatch_slowly(struct thread *t);

/* With CHECK=1, fills the unused kernel stack with the low byte of the caller's t6.  A test
 * sets t6 and looks for that byte in all that comes back: if it is there, the call has
 * given away a byte of stack that it never wrote. */
#ifdef PAGODA_CHECK
void syscall_mark_stack(const struct thread *t);
#else
static inline void syscall_mark_stack(const struct thread *t)
{
	(void)t;
}
#endif

/* Reports the call of @t, if its trace() mask has the bit. */
void syscall_trace(const struct thread *t, s64 result);

/* Whether the program gets -errno of the call in progress; otherwise it gets -1. */
bool syscall_is_native(void);

/* The name of call @number, or NULL. */
const char *syscall_name(u32 number);

/* The call that a program of any xv6 means by @name, or 0: none of PRIVATE_CALLS.  `sys_`
 * before the name does not count; sleep is pause. */
u32 syscall_number(const char *name);

/* The call that a number of the labs means when nothing else tells, or 0. */
u32 syscall_of_lab_number(u32 number);

/* The bit of call @number in the mask of trace(), if below 32: the number that the labs
 * give it.  That of execve is exec's. */
u32 syscall_bit(u32 number);

/* What sys_pause() does. */
s64 pause_call(const u64 arg[6]);
