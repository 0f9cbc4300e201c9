/* plainfw.S - a firmware for processors that the real one does not run on: no instruction
 * of it is compressed, multiplies or is atomic.  It only starts hart 0 in supervisor mode,
 * prints bytes, and powers off. */

#define UART 0x10000000
#define TEST_DEVICE 0x100000
#define KERNEL 0x80200000
#define ALL_BUT_CALLS 0xb1ff	/* exceptions that go to the kernel: all but its calls */

	.globl	_start
_start:
	csrr	t0, mhartid
1:	bnez	t0, 1b
	la	t0, call
	csrw	mtvec, t0
	li	t0, -1
	csrw	pmpaddr0, t0
	li	t0, 0x1f
	csrw	pmpcfg0, t0		/* everything to everybody */
	li	t0, ALL_BUT_CALLS
	csrw	medeleg, t0
	li	t0, 1 << 11
	csrw	mstatus, t0
	li	t0, KERNEL
	csrw	mepc, t0
	li	a0, 0			/* a1: the device tree, as QEMU left it */
	mret

	.balign	4
call:
	csrr	t0, mepc
	addi	t0, t0, 4
	csrw	mepc, t0
	li	t0, 1
	beq	a7, t0, print
	li	t0, TEST_DEVICE		/* the other call is SRST: a1 is the reason */
	slli	a1, a1, 16
	li	t1, 0x3333
	or	t1, t1, a1
	sw	t1, 0(t0)
1:	j	1b
print:
	li	t0, UART
	sb	a0, 0(t0)
	li	a0, 0
	mret
