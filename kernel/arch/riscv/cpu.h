/* cpu.h - the part of a hart's data that assembly reads; tp points at it. */
#pragma once

#include "lib/types.h"

#define MAX_HARTS 8

struct thread;
struct trapframe;

/* (C) constant after start  (H) only this hart, interrupts off
 * (Q) lock of the hart's run queue; the hart itself reads it without */
struct cpu {
	struct trapframe
		*user_frame;   /* (H) of the program that runs; NULL: the kernel runs */
	u64 trap_t0;           /* (H) the vector's scratch                    */
	struct thread *thread; /* (Q) the running thread                      */
	u64 emergency_sp;      /* (C) top of the stack for stack overflows */
	u64 boot_sp;           /* (C) first stack of a started hart        */
	u32 index;             /* (C) 0 .. harts - 1, boot hart first      */
	u32 exit_work;         /* (A) CPU_*: to be looked at before a program is entered */
	u64 hartid;            /* (C) the hardware's number */
};

/* Bits of exit_work. */
#define CPU_RESCHED 1u      /* the turn of the running thread is over */
#define CPU_ICACHE_STALE 2u /* fence.i has to come first              */
#define CPU_ISOLATED 4u     /* always with isolate=on: go by way of the trampoline */

static inline void cpu_exit_set(struct cpu *cpu, u32 bit)
{
	__atomic_fetch_or(&cpu->exit_work, bit, __ATOMIC_RELEASE);
}

/* The bit that is cleared is one that was seen, and so is all that was written before it
 * was set. */
static inline void cpu_exit_clear(struct cpu *cpu, u32 bit)
{
	if (__atomic_load_n(&cpu->exit_work, __ATOMIC_RELAXED) & bit)
		__atomic_fetch_and(&cpu->exit_work, ~bit, __ATOMIC_ACQUIRE);
}

register struct cpu *cpu_tp __asm__("tp");

/* This hart's struct cpu, the first member of core's struct hart. */
static inline struct cpu *cpu_current(void)
{
	return cpu_tp;
}

static inline u64 cpu_sp(void)
{
	u64 sp;

	__asm__ volatile("mv %0, sp" : "=r"(sp));
	return sp;
}

/* The hardware number of each hart, by index.  Set when a hart is found. */
extern u64 cpu_hartid[MAX_HARTS];

/* By index: harts that have set their trap vector; others are NULL.  (A) */
extern struct cpu *cpu_ready[MAX_HARTS];

/* By index: harts that are being started, or that run.  NULL: the boot hart, or one that
 * was never started.  Set before the firmware is called, because a starting hart finds its
 * struct cpu here by its hardware number. */
extern struct cpu *cpu_started[MAX_HARTS];

/* satp with the root table of the kernel.  A started hart loads it before it has a
 * stack. */
extern u64 kernel_satp;
