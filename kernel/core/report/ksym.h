/* ksym.h - names of kernel functions, for backtraces. */
#pragma once

#include "lib/types.h"

/* The name of the function that @pc is in, and in *@offset the bytes from its start; NULL:
 * not known. */
const char *ksym_find(u64 pc, u64 *offset);
