/* uaccess.S - see uaccess_asm.h.
 *
 * Most of the work is done in aligned words, whatever the addresses are: 256 bytes a turn,
 * or 64 where source and destination differ modulo 8.  There each word stored is made of
 * two words loaded.  Every word loaded has at least one byte of the range in it, so it lies
 * in a page of the range; its other bytes are shifted out.
 *
 * After a fault in the middle of a turn the registers have the values of its start.
 * From there the rest is copied in smaller steps, the last of them bytes, so that the
 * result is exact.  Words that the turn had stored are stored again, with the same bytes. */

	/* After a fault at an instruction in [\from, \to), execution continues at \fixup. */
	.macro FIXUP from, to, fixup
	.pushsection .ex_table, "a"
	.balign	8
	.dword	\from, \to, \fixup
	.popsection
	.endm

	.macro COPY_BYTE	/* a fault at any point leaves the count exact */
	lb	t1, 0(a1)
	sb	t1, 0(a0)
	addi	a0, a0, 1
	addi	a1, a1, 1
	addi	a2, a2, -1
	.endm

	/* 64 bytes at @at. */
	.macro COPY_8_WORDS at
	ld	t0, \at+0(a1)
	ld	t1, \at+8(a1)
	ld	t2, \at+16(a1)
	ld	t3, \at+24(a1)
	ld	t4, \at+32(a1)
	ld	t5, \at+40(a1)
	ld	t6, \at+48(a1)
	ld	a3, \at+56(a1)
	sd	t0, \at+0(a0)
	sd	t1, \at+8(a0)
	sd	t2, \at+16(a0)
	sd	t3, \at+24(a0)
	sd	t4, \at+32(a0)
	sd	t5, \at+40(a0)
	sd	t6, \at+48(a0)
	sd	a3, \at+56(a0)
	.endm

	/* After a turn of \bytes: the next one begins at \again if as many are left.
	 * a7 is \bytes. */
	.macro NEXT_TURN bytes, again
	addi	a0, a0, \bytes
	addi	a1, a1, \bytes
	addi	a2, a2, -\bytes
	bgeu	a2, a7, \again
	.endm

	/* Stores at @at(a0) what begins in \low and ends in \high; \low is lost. */
	.macro MERGE at, low, high
	srl	\low, \low, a4
	sll	t6, \high, a5
	or	\low, \low, t6
	sd	\low, \at(a0)
	.endm

	/* Four words from @at on.  Before, t1 has the word at @at; after it, the last
	 * word loaded. */
	.macro MERGE_FOUR at
	ld	t2, \at+8(a3)
	ld	t3, \at+16(a3)
	ld	t4, \at+24(a3)
	MERGE	\at, t1, t2
	ld	t1, \at+32(a3)
	MERGE	\at+8, t2, t3
	MERGE	\at+16, t3, t4
	MERGE	\at+24, t4, t1
	.endm

	.text
	.globl uaccess_copy
uaccess_copy:			/* a0 dst, a1 src, a2 bytes left */
	li	a7, 8
	bltu	a2, a7, bytes
	or	t0, a0, a1
	andi	t0, t0, 7
	beqz	t0, aligned
	li	a7, 16
	bltu	a2, a7, bytes
1:	andi	t0, a0, 7	/* up to a word boundary of the destination */
	beqz	t0, 2f
	COPY_BYTE
	j	1b
2:	FIXUP	1b, 2b, done
	andi	a6, a1, 7
	bnez	a6, shifted

aligned:
	li	a7, 256
	bltu	a2, a7, 2f
1:	COPY_8_WORDS 0
	COPY_8_WORDS 64
	COPY_8_WORDS 128
	COPY_8_WORDS 192
	NEXT_TURN 256, 1b
2:	FIXUP	1b, 2b, 2b
	li	a7, 64
	bltu	a2, a7, 2f
1:	COPY_8_WORDS 0
	NEXT_TURN 64, 1b
2:	FIXUP	1b, 2b, bytes
	li	a7, 8
	bltu	a2, a7, bytes
1:	ld	t0, 0(a1)
	sd	t0, 0(a0)
	NEXT_TURN 8, 1b
	FIXUP	1b, bytes, bytes

bytes:				/* the rest byte by byte */
	beqz	a2, done
1:	COPY_BYTE
	bnez	a2, 1b
done:	FIXUP	1b, done, done
	mv	a0, a2
	ret

	/* The destination is aligned, and the source is a6 bytes into the word at a3.
	 * a1 is not kept up to date.  At least 9 bytes are left. */
shifted:
	sub	a3, a1, a6
	slli	a4, a6, 3	/* bits of that word that are not wanted */
	neg	a5, a4		/* 64 - a4: shifts take it modulo 64 */
	ld	t1, 0(a3)
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
	ld	t2, 8(a3)
	MERGE	0, t1, t2
	mv	t1, t2
	addi	a0, a0, 8
	addi	a3, a3, 8
	addi	a2, a2, -8
	j	2b
shifted_fault:			/* or less than a word is left */
	FIXUP	shifted, shifted_fault, shifted_fault
	add	a1, a3, a6
	j	bytes

	.globl uaccess_string
uaccess_string:			/* a0 dst, a1 src, a2 max */
	mv	t0, a1
	add	t1, a1, a2
1:	beq	a1, t1, 2f
	lb	t2, 0(a1)
	sb	t2, 0(a0)
	beqz	t2, 2f
	addi	a1, a1, 1
	addi	a0, a0, 1
	j	1b
2:	FIXUP	1b, 2b, 3f
	sub	a0, a1, t0
	ret
3:	li	a0, -1
	ret
