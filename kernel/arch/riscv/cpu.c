/* cpu.c - what a hart needs to start: hardware numbers, and the root table. */

#include "arch/riscv/cpu.h"

u64 cpu_hartid[MAX_HARTS];
struct cpu *cpu_ready[MAX_HARTS];
struct cpu *cpu_started[MAX_HARTS];
u64 kernel_satp;
