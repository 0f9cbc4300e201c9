/* syscall.h - system calls: from numbers to functions. */
#pragma once

#include "lib/types.h"
#include "uapi/syscalls.h"

/* One per call: takes the six argument registers, returns a result or -errno. */
#define X(number, name, nargs) s64 sys_##name(const u64 arg[6]);
SYSCALLS(X)
#undef X

enum {
#define X(number, name, nargs) NR_##name = number,
	SYSCALLS(X)
#undef X
};

s64 sys_sleep(const u64 arg[6]); /* another name of sys_pause, for debuggers */

/* open and exec, the path of which the kernel has already. */
s64 sys_open_path(const char *path, const u64 arg[6]);
s64 sys_exec_path(const char *path, const u64 arg[6]);

struct thread;

/* Carries out what the registers of @t, the running thread, ask for. */
void syscall_dispatch(struct thread *t);

/* The same if the process may not make all calls (lab/sandbox.h), or is traced. */
void syscall_dispatch_odd(struct thread *t);

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
 * give it. */
u32 syscall_bit(u32 number);
