/* uaccess.S - see uaccess_asm.h.
 *
 * Most of the work is done in aligned words, 64 bytes a turn, whatever the addresses are.
 * Where source and destination differ modulo 8, each word stored is made of two words
 * loaded.  Every word loaded has at least one byte of the range in it, so it lies in a
 * page of the range; its other bytes are shifted out.
 *
 * After a fault in the middle of a turn the registers have the values of its start.
 * From there the rest is copied byte by byte, so that the result is exact.  Words that
 * the turn had stored are stored again, with the same bytes. */

	/* An instruction that may fault, and where execution continues then. */
	.macro USER fixup, insn:vararg
100:	\insn
	.pushsection .ex_table, "a"
	.balign	8
	.dword	100b, \fixup
	.popsection
	.endm

	.macro COPY_BYTE	/* a fault at any point leaves the count exact */
	USER	done, lb t1, 0(a1)
	USER	done, sb t1, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	.endm

	/* Stores at @at(a0) what begins in \low and ends in \high; \low is lost. */
	.macro MERGE at, low, high
	srl	\low, \low, a4
	sll	t6, \high, a5
	or	\low, \low, t6
	USER	shifted_fault, sd \low, \at(a0)
	.endm

	/* Four words from @at on.  Before, t1 has the word at @at; after it, the last
	 * word loaded. */
	.macro MERGE_FOUR at
	USER	shifted_fault, ld t2, \at+8(a3)
	USER	shifted_fault, ld t3, \at+16(a3)
	USER	shifted_fault, ld t4, \at+24(a3)
	MERGE	\at, t1, t2
	USER	shifted_fault, ld t1, \at+32(a3)
	MERGE	\at+8, t2, t3
	MERGE	\at+16, t3, t4
	MERGE	\at+24, t4, t1
	.endm

	.text
	.globl uaccess_copy
uaccess_copy:			/* a0 dst, a1 src, a2 bytes left */
	sltiu	t0, a2, 16
	bnez	t0, finish
1:	andi	t0, a0, 7	/* up to a word boundary of the destination */
	beqz	t0, 2f
	COPY_BYTE
	j	1b
2:	andi	a6, a1, 7
	bnez	a6, shifted
	li	a7, 64
	bltu	a2, a7, 4f
3:	USER	finish, ld t0, 0(a1)
	USER	finish, ld t1, 8(a1)
	USER	finish, ld t2, 16(a1)
	USER	finish, ld t3, 24(a1)
	USER	finish, ld t4, 32(a1)
	USER	finish, ld t5, 40(a1)
	USER	finish, ld t6, 48(a1)
	USER	finish, ld a3, 56(a1)
	USER	finish, sd t0, 0(a0)
	USER	finish, sd t1, 8(a0)
	USER	finish, sd t2, 16(a0)
	USER	finish, sd t3, 24(a0)
	USER	finish, sd t4, 32(a0)
	USER	finish, sd t5, 40(a0)
	USER	finish, sd t6, 48(a0)
	USER	finish, sd a3, 56(a0)
	addi	a0, a0, 64
	addi	a1, a1, 64
	addi	a2, a2, -64
	bgeu	a2, a7, 3b
4:	sltiu	t0, a2, 8
	bnez	t0, finish
	USER	finish, ld t0, 0(a1)
	USER	finish, sd t0, 0(a0)
	addi	a0, a0, 8
	addi	a1, a1, 8
	addi	a2, a2, -8
	j	4b

	/* The destination is aligned, and the source is a6 bytes into the word at a3.
	 * a1 is not kept up to date.  At least 9 bytes are left. */
shifted:
	sub	a3, a1, a6
	slli	a4, a6, 3	/* bits of that word that are not wanted */
	neg	a5, a4		/* 64 - a4: shifts take it modulo 64 */
	USER	shifted_fault, ld t1, 0(a3)
	li	a7, 64
	bltu	a2, a7, 2f
1:	MERGE_FOUR 0
	MERGE_FOUR 32
	addi	a0, a0, 64
	addi	a3, a3, 64
	addi	a2, a2, -64
	bgeu	a2, a7, 1b
2:	sltiu	t0, a2, 8
	bnez	t0, shifted_fault
	USER	shifted_fault, ld t2, 8(a3)
	MERGE	0, t1, t2
	mv	t1, t2
	addi	a0, a0, 8
	addi	a3, a3, 8
	addi	a2, a2, -8
	j	2b

shifted_fault:			/* or less than a word is left */
	add	a1, a3, a6
finish:				/* the rest byte by byte */
	beqz	a2, done
1:	COPY_BYTE
	bnez	a2, 1b
done:	mv	a0, a2
	ret

	.globl uaccess_string
uaccess_string:			/* a0 dst, a1 src, a2 max */
	mv	t0, zero
1:	beq	t0, a2, 2f
	add	t2, a1, t0
	USER	9f, lb t1, 0(t2)
	add	t2, a0, t0
	sb	t1, 0(t2)
	beqz	t1, 2f
	addi	t0, t0, 1
	j	1b
2:	mv	a0, t0
	ret
9:	li	a0, -1
	ret
