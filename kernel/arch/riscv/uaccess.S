/* uaccess.S - see uaccess_asm.h.
 *
 * Where source and destination agree modulo 8 the bulk goes by 64 bytes a
 * turn, otherwise by 8 single bytes.  A fault in the middle of a turn leaves
 * a2 at the turn's start: at `finish` the rest is tried byte by byte, so that
 * what is reported is exact. */

	.macro USER insn:vararg
100:	\insn
	.pushsection .ex_table, "a"
	.balign	8
	.dword	100b, 9f
	.popsection
	.endm

	.macro BYTE insn:vararg
100:	\insn
	.pushsection .ex_table, "a"
	.balign	8
	.dword	100b, 8f
	.popsection
	.endm

	.text
	.globl uaccess_copy
uaccess_copy:			/* a0 dst, a1 src, a2 bytes left */
	sltiu	t0, a2, 16
	bnez	t0, finish
	xor	t0, a0, a1
	andi	t0, t0, 7
	bnez	t0, unlike
1:	andi	t0, a1, 7	/* up to a word boundary */
	beqz	t0, 2f
	BYTE	lb t1, 0(a1)
	BYTE	sb t1, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	1b
2:	sltiu	t0, a2, 64
	bnez	t0, 3f
	USER	ld t0, 0(a1)
	USER	ld t1, 8(a1)
	USER	ld t2, 16(a1)
	USER	ld t3, 24(a1)
	USER	ld t4, 32(a1)
	USER	ld t5, 40(a1)
	USER	ld t6, 48(a1)
	USER	ld a3, 56(a1)
	USER	sd t0, 0(a0)
	USER	sd t1, 8(a0)
	USER	sd t2, 16(a0)
	USER	sd t3, 24(a0)
	USER	sd t4, 32(a0)
	USER	sd t5, 40(a0)
	USER	sd t6, 48(a0)
	USER	sd a3, 56(a0)
	addi	a0, a0, 64
	addi	a1, a1, 64
	addi	a2, a2, -64
	j	2b
3:	sltiu	t0, a2, 8
	bnez	t0, finish
	USER	ld t0, 0(a1)
	USER	sd t0, 0(a0)
	addi	a0, a0, 8
	addi	a1, a1, 8
	addi	a2, a2, -8
	j	3b

unlike:				/* no common alignment: 8 bytes a turn */
	sltiu	t0, a2, 8
	bnez	t0, finish
	USER	lb t0, 0(a1)
	USER	lb t1, 1(a1)
	USER	lb t2, 2(a1)
	USER	lb t3, 3(a1)
	USER	lb t4, 4(a1)
	USER	lb t5, 5(a1)
	USER	lb t6, 6(a1)
	USER	lb a3, 7(a1)
	USER	sb t0, 0(a0)
	USER	sb t1, 1(a0)
	USER	sb t2, 2(a0)
	USER	sb t3, 3(a0)
	USER	sb t4, 4(a0)
	USER	sb t5, 5(a0)
	USER	sb t6, 6(a0)
	USER	sb a3, 7(a0)
	addi	a0, a0, 8
	addi	a1, a1, 8
	addi	a2, a2, -8
	j	unlike

9:				/* a fault in a wide turn: find the exact byte */
finish:
	beqz	a2, 8f
	BYTE	lb t0, 0(a1)
	BYTE	sb t0, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	j	finish
8:	mv	a0, a2
	ret

	.globl uaccess_string
uaccess_string:			/* a0 dst, a1 src, a2 max */
	mv	t0, zero
1:	beq	t0, a2, 2f
	add	t2, a1, t0
	USER	lb t1, 0(t2)
	add	t2, a0, t0
	sb	t1, 0(t2)
	beqz	t1, 2f
	addi	t0, t0, 1
	j	1b
2:	mv	a0, t0
	ret
9:	li	a0, -1
	ret
