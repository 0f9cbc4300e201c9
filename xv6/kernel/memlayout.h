/* memlayout.h - addresses that programs test with, or read from. */
#pragma once

#include "riscv.h"

/* The physical memory of the machine that xv6's tests are written for.  Tests rely on an
 * error for these addresses, and this kernel maps nothing there. */
#define KERNBASE 0x80000000L
#define PHYSTOP (KERNBASE + (128L << 20))

#define UART0 0x10000000L
#define UART0_IRQ 10
#define VIRTIO0 0x10001000L
#define VIRTIO0_IRQ 1
#define E1000_IRQ 33
#define CLINT 0x2000000L
#define PLIC 0x0c000000L

/* At the top of every user address space, one page each. */
#define TRAMPOLINE (MAXVA - 1 * PGSIZE)
#define TRAPFRAME (MAXVA - 2 * PGSIZE)
#define USYSCALL (MAXVA - 3 * PGSIZE)

/* The highest break that a program can have. */
#ifdef LAB_PGTBL
#define UTOP USYSCALL
#else
#define UTOP TRAPFRAME
#endif

/* The kernel stack of process slot @i in xv6, a page with a guard page between it and
 * the next.  This kernel has its stacks elsewhere. */
#define KSTACK(i) (TRAMPOLINE - 2 * PGSIZE * (1L + (i)))

/* What a program reads at USYSCALL. */
struct usyscall {
	int pid;
};
