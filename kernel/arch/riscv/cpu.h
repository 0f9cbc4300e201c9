/* cpu.h - the part of a hart's data that assembly reads; tp points at it. */
#pragma once

#include "lib/types.h"

#define MAX_HARTS 8

struct cpu {
	u64 emergency_sp; /* top of the stack for stack overflows */
	u64 boot_sp;      /* first stack of a started hart        */
	u32 index;        /* 0 .. harts - 1, boot hart first      */
	u32 pad;
	u64 hartid; /* the hardware's number                */
};

/* This hart's struct cpu, the first member of core's struct hart. */
static inline struct cpu *cpu_current(void)
{
	struct cpu *cpu;

	__asm__ volatile("mv %0, tp" : "=r"(cpu));
	return cpu;
}

static inline u64 cpu_sp(void)
{
	u64 sp;

	__asm__ volatile("mv %0, sp" : "=r"(sp));
	return sp;
}

/* The hardware number of each hart, by index.  Set when a hart is found. */
extern u64 cpu_hartid[MAX_HARTS];

/* By index: harts that are being started, or that run.  NULL: the boot hart, or one that
 * was never started.  Set before the firmware is called, because a starting hart finds its
 * struct cpu here by its hardware number. */
extern struct cpu *cpu_started[MAX_HARTS];

/* satp with the root table of the kernel.  A started hart loads it before it has a
 * stack. */
extern u64 kernel_satp;
