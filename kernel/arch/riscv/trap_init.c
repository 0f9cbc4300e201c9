/* trap_init.c - where the vectors are. */

#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "uapi/layout.h"

#define KERNEL_OFFSET 0xffffffff00000000ul
#define SCOUNTEREN_ALL 7 /* rdcycle, rdtime, rdinstret in user mode */

extern char __trampoline_start[], user_vector[], user_leave[];

va_t user_vector_va, user_leave_va;

void trap_init_hart(void)
{
	user_vector_va = TRAMPOLINE + (va_t)(user_vector - __trampoline_start);
	user_leave_va = TRAMPOLINE + (va_t)(user_leave - __trampoline_start);
	csr_write(stvec, (u64)kernel_vector);
	csr_write(sscratch, 0);
	csr_write(scounteren, SCOUNTEREN_ALL);
}

pa_t trampoline_pa(void)
{
	return (pa_t)__trampoline_start - KERNEL_OFFSET;
}
