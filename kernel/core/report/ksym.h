/* ksym.h - names of kernel functions, for backtraces. */
#pragma once

#include "lib/types.h"

/* The function that @pc is in and the offset in it, or NULL. */
const char *ksym_find(u64 pc, u64 *offset);
