/* trap_init.c - sets the trap vector, and limits what user mode may reach. */

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "uapi/layout.h"

#define KERNEL_OFFSET 0xffffffff00000000ul
#define SCOUNTEREN_ALL 7 /* rdcycle, rdtime, rdinstret in user mode */

extern char __trampoline_start[], user_vector[], user_leave[];

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

/* A return to user mode changes no field of sstatus, because all are right whenever the
 * kernel handles no trap of its own.  SPP is user mode and SPIE set, as after each sret
 * (privileged spec, "Supervisor Trap-Mode"); core/trap.c sees to it when a thread may sleep
 * inside a trap.  FS is what the running thread may have (core/fp.c). */
void trap_leave_to_user(void)
{
	csr_clear(sstatus, SSTATUS_SPP);
	csr_set(sstatus, SSTATUS_SPIE);
}

void trap_init_hart(void)
{
	struct cpu *cpu = cpu_current();

	csr_write(stvec, (u64)trap_vector);
	csr_write(sscratch, (u64)cpu);
	trap_close_user_state();
	trap_leave_to_user();
	cpu_exit_set(cpu, CPU_ICACHE_STALE);
	__atomic_store_n(&cpu_ready[cpu->index], cpu, __ATOMIC_SEQ_CST);
}

/* An address of trampoline.S in the trampoline page. */
static va_t trampoline_va(const char *symbol)
{
	return TRAMPOLINE + (va_t)(symbol - __trampoline_start);
}

void user_trap_exit_isolated(struct trapframe *tf, va_t va, u64 kernel_satp, u64 user_satp,
			     bool fence)
{
	void (*leave)(va_t, u64) = (void (*)(va_t, u64))trampoline_va(user_leave);

	tf->hart = (u64)cpu_current();
	tf->handler = (u64)user_trap_enter;
	tf->kernel_satp = kernel_satp;
	tf->satp_fence = fence;
	csr_write(stvec, trampoline_va(user_vector));
	leave(va, user_satp);
	__builtin_unreachable();
}

pa_t trampoline_pa(void)
{
	return (pa_t)__trampoline_start - KERNEL_OFFSET;
}
