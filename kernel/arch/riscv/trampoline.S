/* trampoline.S - from a program into the kernel and back with isolate=on.
 *
 * The page is mapped at TRAMPOLINE in every address space, for the supervisor only.
 * With isolate=on the tables of user mode map no other code of the kernel, so stvec points
 * here while a program runs, and sscratch holds the address of the thread's trap frame,
 * which is in the page TRAPFRAME.  Both pages have the same addresses in both roots.
 * Interrupts are off throughout. */

#include "asm_offsets.h"

#define ALL_BUT_A0                                                                   \
	1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,   \
	23, 24, 25, 26, 27, 28, 29, 30, 31

	.section .trampoline, "ax"
	.balign 4
	.globl user_vector
user_vector:
	csrrw	a0, sscratch, a0
	.irp	n, ALL_BUT_A0
	sd	x\n, (TF_X + 8 * \n)(a0)
	.endr
	csrr	t0, sscratch
	sd	t0, (TF_X + 8 * 10)(a0)
	csrr	t1, sepc
	sd	t1, TF_PC(a0)
	ld	sp, TF_KERNEL_SP(a0)
	ld	tp, TF_HART(a0)
	ld	t0, TF_HANDLER(a0)
	ld	t1, TF_KERNEL_SATP(a0)
	ld	t2, TF_SATP_FENCE(a0)
	csrw	satp, t1
	beqz	t2, 1f
	sfence.vma
1:	jr	t0

/* void user_leave(u64 trapframe_va, u64 user_satp): enters the program. */
	.globl user_leave
user_leave:
	ld	t2, TF_SATP_FENCE(a0)
	csrw	satp, a1
	beqz	t2, 1f
	sfence.vma
1:	csrw	sscratch, a0
	ld	t1, TF_PC(a0)
	csrw	sepc, t1
	.irp	n, ALL_BUT_A0
	ld	x\n, (TF_X + 8 * \n)(a0)
	.endr
	ld	a0, (TF_X + 8 * 10)(a0)
	sret
	.globl trampoline_end
trampoline_end:
