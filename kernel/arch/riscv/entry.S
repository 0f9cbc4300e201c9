/* entry.S - the first instructions of each hart: paging on, stack, C.
 *
 * Until satp is set, this runs at physical addresses, so everything is PC-relative.  The
 * tables here are for boot alone: the first GiB of RAM at its own address, the kernel
 * image, and the direct map, all in 1 GiB leaves.
 *
 * A processor that lacks an extension that the kernel needs traps here, when no console
 * works yet.  s2 points at the name of the extension that is tried; early_trap prints it
 * through the firmware.  Until C has been tried, no instruction is compressed. */

#include "asm_offsets.h"

#define BOOT_STACK_SIZE 16384
#define KERNEL_OFFSET 0xffffffff00000000
#define SATP_SV39_SHIFT 60
#define LEAF_RWX 0xcf  /* D A X W R V */
#define LEAF_RW 0xc7   /* D A W R V   */

	.section .text.start, "ax"
	.globl _start
_start:
	.option push
	.option norvc
	.option norelax
	csrw	sie, zero
	csrw	sscratch, zero
	la	t0, early_trap
	csrw	stvec, t0
	la	s2, without_m
	mul	t0, t0, t0
	la	s2, without_a
	la	t0, boot_hart_taken
	li	t1, 1
	amoor.w.aqrl t0, t1, (t0)
	bnez	t0, _start_secondary
	la	s2, without_c
	.option rvc
	c.nop
	c.nop
	.option norvc
	la	s2, without_sv39
	.option pop
	mv	s0, a0
	mv	s1, a1
	la	t0, __bss_start
	la	t1, __bss_end
1:	sd	zero, 0(t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	call	paging_on
	la	sp, boot_stack_top
	la	tp, harts
	mv	a0, s0
	mv	a1, s1
	li	s0, 0
	call	boot_main

/* A hart that another one has started.  a0 is its hardware number, by which it finds its
 * struct cpu.  It relies on nothing else: OpenSBI 1.1 marks a hart as started before it
 * stores the entry point and the argument.  A hart that looks in between comes through
 * _start, with the argument of the boot hart. */
	.globl _start_secondary
_start_secondary:
	csrw	sie, zero
	csrw	sscratch, zero
	call	paging_on
	la	t0, cpu_started
	li	t1, ASM_MAX_HARTS
1:	ld	s1, 0(t0)
	beqz	s1, 2f
	ld	t2, CPU_HARTID(s1)
	beq	t2, a0, 4f
2:	addi	t0, t0, 8
	addi	t1, t1, -1
	bnez	t1, 1b
3:	wfi			/* nobody has started this one */
	j	3b
4:
	la	t0, kernel_satp
	ld	t0, 0(t0)
	csrw	satp, t0	/* boot_root does not map the stack */
	sfence.vma
	mv	tp, s1
	ld	sp, CPU_BOOT_SP(tp)
	li	s0, 0
	call	boot_secondary

/* Turns paging on with boot_root and returns at the linked address. */
paging_on:
	la	t0, boot_root
	srli	t0, t0, 12
	li	t1, 8
	slli	t1, t1, SATP_SV39_SHIFT
	or	t0, t0, t1
	li	t2, KERNEL_OFFSET
	sfence.vma
	csrw	satp, t0
	sfence.vma
	or	ra, ra, t2
	ret

	.section .text.early, "ax"
	.option push
	.option norvc
	.option norelax
	.balign	4
early_trap:
	la	s3, cannot_run
	call	early_print
	mv	s3, s2
	call	early_print
	li	a7, ASM_SBI_SRST
	li	a6, 0
	li	a0, 0			/* power off,       */
	li	a1, 1			/* as after a fault */
	ecall
1:	wfi
	j	1b

/* Prints the string at s3. */
early_print:
	lbu	a0, 0(s3)
	beqz	a0, 1f
	li	a7, 1			/* the legacy console: see sbi_putchar() */
	ecall
	addi	s3, s3, 1
	j	early_print
1:	ret
	.option pop

	.section .rodata
cannot_run:	.string	"this processor cannot run the kernel: it has no "
without_m:	.string	"multiplication (M)\n"
without_a:	.string	"atomic instructions (A)\n"
without_c:	.string	"compressed instructions (C)\n"
without_sv39:	.string	"paging (Sv39)\n"

	.data
boot_hart_taken:	/* not in .bss, which the first hart clears */
	.word	0
	.balign 4096
boot_root:
	.dword	0, 0, (0x80000000 >> 2) | LEAF_RWX
	.zero	8 * (256 - 3)
	.set	gib, 0
	.rept	128
	.dword	(gib << 28) | LEAF_RW
	.set	gib, gib + 1
	.endr
	.zero	8 * (510 - 384)
	.dword	(0x80000000 >> 2) | LEAF_RWX, 0

/* The first stack of the boot hart.  Its lowest page is unmapped later, as a guard. */
	.section .bss.stacks, "aw", @nobits
	.balign BOOT_STACK_SIZE
	.globl boot_stack
boot_stack:
	.zero	BOOT_STACK_SIZE
	.globl boot_stack_top
boot_stack_top:
