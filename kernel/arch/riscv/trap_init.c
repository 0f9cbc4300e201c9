/* trap_init.c - sets the trap vector, and limits what user mode may reach. */

#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "uapi/layout.h"

#define KERNEL_OFFSET 0xffffffff00000000ul
#define SCOUNTEREN_ALL 7 /* rdcycle, rdtime, rdinstret in user mode */

extern char __trampoline_start[], user_vector[], user_leave[];

va_t user_vector_va, user_leave_va;

/* Programs may reach the registers that the kernel saves (trap frame, core/fp.c) and
 * counters that they cannot write, and no other state: it would pass from one process
 * to the next.  The firmware may have left more switched on.  From here on the
 * instructions of vectors (VS), of pointer masks, shadow stacks and cache blocks
 * (senvcfg) and of other extensions with state (sstateen) are illegal.  Loads from
 * pages that are only executable (MXR) and big-endian user mode (UBE) are switched off
 * as well. */
static void trap_close_user_state(void)
{
	csr_clear(sstatus, SSTATUS_FS | SSTATUS_VS | SSTATUS_MXR | SSTATUS_UBE);
	csr_write(scounteren, SCOUNTEREN_ALL);
	csr_try_write(CSR_SENVCFG, 0);
	csr_try_write(CSR_SSTATEEN0, SSTATEEN0_FCSR);
	csr_try_write(CSR_SSTATEEN1, 0);
	csr_try_write(CSR_SSTATEEN2, 0);
	csr_try_write(CSR_SSTATEEN3, 0);
}

void trap_init_hart(void)
{
	user_vector_va = TRAMPOLINE + (va_t)(user_vector - __trampoline_start);
	user_leave_va = TRAMPOLINE + (va_t)(user_leave - __trampoline_start);
	csr_write(stvec, (u64)kernel_vector);
	csr_write(sscratch, 0);
	trap_close_user_state();
}

pa_t trampoline_pa(void)
{
	return (pa_t)__trampoline_start - KERNEL_OFFSET;
}
