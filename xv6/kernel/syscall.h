/* syscall.h - SYS_fork and so on, for all calls of the kernel and of the labs: the
 * numbers that the masks of trace() and interpose() go by. */
#pragma once

#include "../../kernel/uapi/syscalls.h"

#define XV6_NUMBER(number, name, arguments) SYS_##name = number,

#define LAB_NUMBER(number, name) SYS_##name = number,

enum { XV6_CALLS(XV6_NUMBER) LAB_NUMBERS(LAB_NUMBER) OWN_CALLS(XV6_NUMBER) };

#define SYS_sleep SYS_pause /* the name up to 2024 */

#undef XV6_NUMBER
#undef LAB_NUMBER
