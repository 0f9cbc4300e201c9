/* asm_offsets.c - offsets for assembly; compiled to text and cut into
 * asm_offsets.h by the build. */

#include "arch/riscv/cpu.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/trapframe.h"
#include "uapi/layout.h"

#define VALUE(sym, value) __asm__ volatile("\n@@ " #sym " %0" : : "i"(value))
#define OFFSET(sym, type, field) VALUE(sym, offsetof(type, field))

void asm_offsets(void);

void asm_offsets(void)
{
	OFFSET(TF_KERNEL_SP, struct trapframe, kernel_sp);
	OFFSET(TF_HART, struct trapframe, hart);
	OFFSET(TF_HANDLER, struct trapframe, handler);
	OFFSET(TF_KERNEL_SATP, struct trapframe, kernel_satp);
	OFFSET(TF_SATP_FENCE, struct trapframe, satp_fence);
	OFFSET(TF_PC, struct trapframe, pc);
	OFFSET(TF_X, struct trapframe, x);
	OFFSET(KF_X, struct kframe, x);
	OFFSET(KF_PC, struct kframe, pc);
	OFFSET(KF_STATUS, struct kframe, status);
	OFFSET(KF_CAUSE, struct kframe, cause);
	OFFSET(KF_TVAL, struct kframe, tval);
	VALUE(KF_SIZE, sizeof(struct kframe));
	OFFSET(CTX_RA, struct context, ra);
	OFFSET(CTX_SP, struct context, sp);
	OFFSET(CTX_S, struct context, s);
	OFFSET(FP_F, struct fpstate, f);
	OFFSET(FP_CSR, struct fpstate, fcsr);
	OFFSET(CPU_USER_FRAME, struct cpu, user_frame);
	OFFSET(CPU_TRAP_T0, struct cpu, trap_t0);
	OFFSET(CPU_THREAD, struct cpu, thread);
	OFFSET(CPU_EMERGENCY_SP, struct cpu, emergency_sp);
	OFFSET(CPU_BOOT_SP, struct cpu, boot_sp);
	OFFSET(CPU_HARTID, struct cpu, hartid);
	VALUE(ASM_MAX_HARTS, MAX_HARTS);
	VALUE(ASM_SBI_SRST, SBI_SRST);
}
