/* cpu.c - the harts' hardware numbers. */

#include "arch/riscv/cpu.h"

u64 cpu_hartid[MAX_HARTS];
