/* vm.h - shared by the cases about page tables: the calls that look at them, and memory
 * in a known state. */
#pragma once

#include "lib.h"
#include "uapi/snapshot.h"

long pgaccess(const void *va, long n, void *mask);
long pgaccess2026(const void *va, long n, void *mask);
long pgpte(const void *va);
long kpgtbl(void);
long vmprint(void);
long ksupernpte(void *large, void *small);
long snapshot(int kind, int pid, word start, void *buf, word bytes);
long harvest(int pid, word start, void *buf, word bytes);

#define PTE_V 0x01l
#define PTE_R 0x02l
#define PTE_W 0x04l
#define PTE_X 0x08l
#define PTE_U 0x10l
#define PTE_A 0x40l
#define PTE_D 0x80l

/* The guard page below the stack: mapped, but not for user mode. */
static inline word guard_page(void)
{
	return (start_regs[2] & -PAGE) - PAGE;
}

/* Adds @n pages at the break, which becomes a page boundary; @mode as in sbrk. */
static inline word pages_new(int n, int mode)
{
	word brk = sbrk(0, EAGER);

	if (brk % PAGE)
		EQ(sbrk((int)(PAGE - brk % PAGE), EAGER), brk);
	brk = (brk + PAGE - 1) & -PAGE;
	EQ(sbrk(n * (int)PAGE, mode), brk);
	return brk;
}

static inline word time_counter(void)
{
	word now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}
