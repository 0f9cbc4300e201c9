/* labcalls.h - system calls of the labs that kernel/uapi/syscalls.h does not
 * have (yet): X(number, name, arguments).  Programs that use them compile; the
 * kernel returns -1.  A row of that list overrides one here.
 *
 * Over the years some numbers were used for several calls.  connect, pgaccess and sysinfo
 * keep theirs.  bind, unbind, interpose and the calls of 2026 have numbers from 40 on
 * here, which only programs that were compiled with this file use. */
#pragma once

/* clang-format off */
#define XV6_LABCALLS(X)                                                              \
	X(24, sigalarm, 2) X(25, sigreturn, 0) X(29, connect, 3) X(31, send, 5)      \
	X(32, recv, 5) X(35, rwlktest, 0) X(36, cpupin, 1) X(40, interpose, 2)       \
	X(41, bind, 1) X(42, unbind, 1) X(43, vmprint, 0) X(44, ksupernpte, 2)
/* clang-format on */
