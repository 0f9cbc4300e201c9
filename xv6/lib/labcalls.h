/* labcalls.h - system calls of the labs that kernel/uapi/syscalls.h does not
 * have (yet): X(number, name, arguments).  Programs that use them compile; the
 * kernel returns -1.  A row of that list replaces one here. */
#pragma once

/* clang-format off */
#define XV6_LABCALLS(X)                                                               \
	X(99, connect, 3) X(100, bind, 1) X(101, unbind, 1) X(102, send, 5)           \
	X(103, recv, 5)
/* clang-format on */
