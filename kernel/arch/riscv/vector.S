/* vector.S - traps taken in the kernel, and the switch between threads. */

#include "asm_offsets.h"

#define GP_TO_T6 \
	3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
#define ALL_BUT_TP_T0 \
	1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
#define ALL_BUT_A0 \
	1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, \
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
#define T0_TO_T6 \
	5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
	21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
#define F0_TO_F31 \
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31

	.text

/* All traps come here; with isolate=on those of programs come by way of trampoline.S.
 *
 * sscratch points at the hart's struct cpu at all times, and so does tp in the kernel: the
 * first instruction changes nothing then.  The struct says whether a program was running,
 * and where its registers go: user_frame.  Interrupts are off. */
	.balign 4
	.globl trap_vector
trap_vector:
	csrrw	tp, sscratch, tp
	sd	t0, CPU_TRAP_T0(tp)
	ld	t0, CPU_USER_FRAME(tp)
	beqz	t0, kernel_vector
	sd	zero, CPU_USER_FRAME(tp)
	.irp	n, ALL_BUT_TP_T0
	sd	x\n, (TF_X + 8 * \n)(t0)
	.endr
	csrrw	t1, sscratch, tp
	ld	t2, CPU_TRAP_T0(tp)
	csrr	t3, sepc
	sd	t1, (TF_X + 8 * 4)(t0)
	sd	t2, (TF_X + 8 * 5)(t0)
	sd	t3, TF_PC(t0)
	ld	sp, TF_KERNEL_SP(t0)
user_trapped:			/* the kernel stack is empty */
	ld	a0, CPU_THREAD(tp)
	li	s0, 0
	call	user_trap
	.globl user_trap_exit
user_trap_exit:			/* also the first step of a new thread; a0: the trap frame */
	sd	a0, CPU_USER_FRAME(tp)
	ld	t0, TF_PC(a0)
	csrw	sepc, t0
	.irp	n, ALL_BUT_A0
	ld	x\n, (TF_X + 8 * \n)(a0)
	.endr
	ld	a0, (TF_X + 8 * 10)(a0)
	sret

/* The trampoline jumps here.  tp and sp are set. */
	.globl user_trap_enter
user_trap_enter:
	la	t0, trap_vector
	csrw	stvec, t0
	csrw	sscratch, tp
	j	user_trapped

/* Kernel stacks are 16 KiB apart and aligned to that.  The lowest 4 KiB of each are an
 * unmapped guard.  So the stack has overflowed if bits 12 and 13 of the address of the
 * last byte pushed are zero, or would be once the frame is pushed.  (sp itself does not
 * tell: that of an empty stack is the first byte of the next guard.) */
kernel_vector:
	addi	t0, sp, -1
	srli	t0, t0, 12
	andi	t0, t0, 3
	beqz	t0, overflow
	addi	t0, sp, -KF_SIZE
	srli	t0, t0, 12
	andi	t0, t0, 3
	beqz	t0, overflow
	ld	t0, CPU_TRAP_T0(tp)
	addi	sp, sp, -KF_SIZE
	.irp	n, GP_TO_T6
	sd	x\n, (KF_X + 8 * \n)(sp)
	.endr
	sd	ra, (KF_X + 8)(sp)
	addi	t0, sp, KF_SIZE
	sd	t0, (KF_X + 16)(sp)
	csrr	t0, sepc
	sd	t0, KF_PC(sp)
	csrr	t1, sstatus
	sd	t1, KF_STATUS(sp)
	csrr	t2, scause
	sd	t2, KF_CAUSE(sp)
	csrr	t3, stval
	sd	t3, KF_TVAL(sp)
	mv	a0, sp
	call	kernel_trap
	ld	t0, KF_PC(sp)
	csrw	sepc, t0
	ld	t1, KF_STATUS(sp)
	csrw	sstatus, t1
	ld	ra, (KF_X + 8)(sp)
	.irp	n, T0_TO_T6
	ld	x\n, (KF_X + 8 * \n)(sp)
	.endr
	addi	sp, sp, KF_SIZE
	sret

overflow:
	ld	t0, CPU_EMERGENCY_SP(tp)
	addi	t0, t0, -KF_SIZE
	sd	sp, (KF_X + 16)(t0)
	mv	sp, t0
	ld	t0, CPU_TRAP_T0(tp)
	.irp	n, GP_TO_T6
	sd	x\n, (KF_X + 8 * \n)(sp)
	.endr
	sd	ra, (KF_X + 8)(sp)
	csrr	t0, sepc
	sd	t0, KF_PC(sp)
	csrr	t0, sstatus
	sd	t0, KF_STATUS(sp)
	csrr	t0, scause
	sd	t0, KF_CAUSE(sp)
	csrr	t0, stval
	sd	t0, KF_TVAL(sp)
	mv	a0, sp
	call	kernel_stack_overflow

/* void context_switch(struct context *from, struct context *to) */
	.globl context_switch
context_switch:
	sc.d	zero, ra, (a0)	/* ends a reservation; ra is stored below anyway */
	sd	ra, CTX_RA(a0)
	sd	sp, CTX_SP(a0)
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd	s\n, (CTX_S + 8 * \n)(a0)
	.endr
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld	s\n, (CTX_S + 8 * \n)(a1)
	.endr
	ld	sp, CTX_SP(a1)
	ld	ra, CTX_RA(a1)
	ret

/* The first code of a thread.  Backtraces end here. */
	.globl thread_first
thread_first:
	li	ra, 0
	li	s0, 0
	j	thread_entry

/* void fp_save(struct fpstate *), void fp_load(const struct fpstate *): sstatus.FS is
 * not Off.  (Assembly is built with -march=rv64gc, C without F and D.) */
	.globl fp_save
fp_save:
	.irp	n, F0_TO_F31
	fsd	f\n, (FP_F + 8 * \n)(a0)
	.endr
	frcsr	t0
	sd	t0, FP_CSR(a0)
	ret
	.globl fp_load
fp_load:
	.irp	n, F0_TO_F31
	fld	f\n, (FP_F + 8 * \n)(a0)
	.endr
	ld	t0, FP_CSR(a0)
	fscsr	t0
	ret
