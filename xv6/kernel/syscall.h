/* syscall.h - SYS_fork and so on, for all calls of the kernel and of the labs. */
#pragma once

#include "../../kernel/uapi/syscalls.h"
#include "../lib/labcalls.h"

#define XV6_NUMBER(number, name, arguments) SYS_##name = number,

enum { SYSCALLS(XV6_NUMBER) XV6_LABCALLS(XV6_NUMBER) };

#define SYS_sleep SYS_pause /* the name up to 2024 */

#undef XV6_NUMBER
