/* cpu.c - what each hart has to know to start: numbers, and the boot root. */

#include "arch/riscv/cpu.h"

u64 cpu_hartid[MAX_HARTS];
struct cpu *cpu_started[MAX_HARTS];
u64 kernel_satp;
