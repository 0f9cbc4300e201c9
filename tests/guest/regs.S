/* regs.S - checks that the kernel preserves registers.  Puts a different pattern into every
 * register, makes a system call or spins, and compares.  sp, gp and tp are included: the
 * kernel must not rely on them.
 *
 * long regs_integer(long a0, long number, long spins): number 0 spins instead of calling.
 * Returns 0, or the number of the first register that changed.  regs_result holds the
 * call's result.
 *
 * long regs_float(long a0, long number, long spins, long seed): the same for f0..f31 and
 * the rounding mode; returns 0, or 1 + the number of the register, or 33 for the mode. */

#define PATTERN(n) (0x5a00c3d2e1f00000 + (n) * 0x0001000100010001)

	.bss
	.balign	8
saved:	.skip	8 * 16
	.globl	regs_result
regs_result: .skip 8
floats:	.skip	8 * 32
	.globl	alarm_calls, alarm_wanted, alarm_done
alarm_calls: .skip 4
alarm_wanted: .skip 4
alarm_done: .skip 4

	.macro	SET reg, n
	li	\reg, PATTERN(\n)
	.endm

	.macro	CHANGED reg, n
	li	a0, PATTERN(\n)
	bne	a0, \reg, 10f
	j	11f
10:	li	a0, \n
	j	regs_restore
11:
	.endm

	.macro	EACH what
	\what	ra, 1
	\what	sp, 2
	\what	gp, 3
	\what	tp, 4
	\what	t0, 5
	\what	t1, 6
	\what	t2, 7
	\what	s0, 8
	\what	s1, 9
	\what	a1, 11
	\what	a2, 12
	\what	a3, 13
	\what	a4, 14
	\what	a5, 15
	\what	a6, 16
	\what	s2, 18
	\what	s3, 19
	\what	s4, 20
	\what	s5, 21
	\what	s6, 22
	\what	s7, 23
	\what	s8, 24
	\what	s9, 25
	\what	s10, 26
	\what	s11, 27
	\what	t3, 28
	\what	t4, 29
	\what	t5, 30
	\what	t6, 31
	.endm

	/* What a C function expects to find again: `sd` saves it, `ld` restores it.  Changes t0. */
	.macro	SAVED op
	la	t0, saved
	\op	ra, 0(t0)
	\op	sp, 8(t0)
	\op	gp, 16(t0)
	\op	tp, 24(t0)
	\op	s0, 32(t0)
	\op	s1, 40(t0)
	\op	s2, 48(t0)
	\op	s3, 56(t0)
	\op	s4, 64(t0)
	\op	s5, 72(t0)
	\op	s6, 80(t0)
	\op	s7, 88(t0)
	\op	s8, 96(t0)
	\op	s9, 104(t0)
	\op	s10, 112(t0)
	\op	s11, 120(t0)
	.endm

	.text
	.globl	regs_integer
regs_integer:
	SAVED	sd
	mv	a7, a1
	beqz	a1, 1f
	EACH	SET
	ecall
	j	3f
1:	mv	a7, a2
	EACH	SET
2:	addi	a7, a7, -1
	bnez	a7, 2b
3:
	/* a0 holds the result and a7 the number: these two are not compared */
	addi	a7, a0, 0
	EACH	CHANGED
	li	a0, 0
regs_restore:
	la	t0, regs_result
	sd	a7, 0(t0)
	SAVED	ld
	ret

	.macro	FLOATS op, base
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, 8*\n(\base)
	.endr
	.endm

	/* This function does not preserve the callee-saved registers f8, f9 and f18 to f27:
	 * the C code here uses no floating point. */
	.globl	regs_float
regs_float:
	la	t0, floats
	li	t1, 32
	mv	t2, a3
	li	t3, 0x0010001000100010
1:	sd	t2, 0(t0)
	add	t2, t2, t3
	addi	t0, t0, 8
	addi	t1, t1, -1
	bnez	t1, 1b
	la	t0, floats
	FLOATS	fld, t0
	andi	t4, a3, 3		/* a rounding mode of the caller's choice */
	fsrm	t4
	mv	a7, a1
	beqz	a1, 2f
	ecall
	j	3f
2:	addi	a2, a2, -1
	bnez	a2, 2b
3:	la	t1, regs_result
	sd	a0, 0(t1)
	frrm	t5
	fsrm	zero
	bne	t4, t5, 6f
	la	t0, floats
	addi	sp, sp, -256
	FLOATS	fsd, sp
	mv	t1, sp
	li	a0, 1
4:	ld	t2, 0(t0)
	ld	t3, 0(t1)
	bne	t2, t3, 5f
	addi	t0, t0, 8
	addi	t1, t1, 8
	addi	a0, a0, 1
	li	t2, 33
	bne	a0, t2, 4b
	li	a0, 0
5:	addi	sp, sp, 256
	ret
6:	li	a0, 33
	ret

/* --- t_state.c ------------------------------------------------------------------- */

	.globl	state_float_set
state_float_set:
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, a0
	.endr
	li	t0, 0x7f
	fscsr	t0
	ret
	.globl	state_float_get
state_float_get:
	FLOATS	fsd, a0
	frcsr	t0
	sd	t0, 8*32(a0)
	ret

/* The instructions are written as numbers, so that the assembler need not know V.  Element
 * 0 of all 32 registers gets the mark. */
	.globl	state_vector_set
state_vector_set:
	.4byte	0x0db072d7		/* vsetvli t0, zero, e64, m8, ta, ma */
	.irp n, 0, 8, 16, 24
	.4byte	0x5e054057 + (\n << 7)	/* vmv.v.x vN, a0 */
	.endr
	li	t0, 7
	csrw	0x00f, t0		/* vcsr */
	ret
	.globl	state_vector_get
state_vector_get:
	.4byte	0x0d8072d7		/* vsetvli t0, zero, e64, m1, ta, ma */
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	.4byte	0x420022d7 + (\n << 20)	/* vmv.x.s t0, vN */
	sd	t0, 8*\n(a0)
	.endr
	csrr	t0, 0x00f
	sd	t0, 8*32(a0)
	ret

/* The writable user registers are within 0x000 to 0x0ff.  This covers the first CSRS:
 * those in use today and a good many more. */
	.set	CSRS, 0x20
	.globl	state_csr_swap
state_csr_swap:
	la	t0, 1f
	slli	a0, a0, 3
	add	t0, t0, a0
	jr	t0
	.option push
	.option norvc
1:
	.set	csr, 0
	.rept	CSRS
	.4byte	csr << 20 | 0x59573	/* csrrw a0, csr, a1: clang takes no symbol there */
	ret
	.set	csr, csr + 1
	.endr
	.option pop

/* --- t_alarm.c ------------------------------------------------------------------- */

	.globl	alarm_spin
alarm_spin:
	SAVED	sd
	EACH	SET
	li	a0, -PATTERN(10)
1:	la	a7, alarm_done
	lw	a7, 0(a7)
	beqz	a7, 1b
	li	a7, -PATTERN(10)
	beq	a0, a7, 2f
	li	a0, 10
	j	regs_restore
2:	EACH	CHANGED
	li	a0, 0
	j	regs_restore

	.globl	alarm_clobber_float
alarm_clobber_float:
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, sp
	.endr
	fscsr	zero
	.globl	alarm_clobber
alarm_clobber:
	la	t0, alarm_calls
	lw	t1, 0(t0)
	addi	t1, t1, 1
	sw	t1, 0(t0)
	la	t0, alarm_wanted
	lw	t2, 0(t0)
	bne	t1, t2, 1f
	la	t0, alarm_done
	sw	t1, 0(t0)
1:	.irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	x\n, 0x1111 * \n
	.endr
	li	a7, 98			/* sigreturn */
	ecall
	ebreak

	.section .rodata
	.balign	8
	.globl	state_csr_count
state_csr_count: .dword CSRS
