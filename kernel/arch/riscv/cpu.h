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

/* Hardware number of hart @index; set as harts are found. */
extern u64 cpu_hartid[MAX_HARTS];

/* Harts that are being started or run, by index; NULL for the boot hart and for
 * those not asked for yet.  Set before the firmware is asked, as a starting hart
 * looks itself up here by its hardware number. */
extern struct cpu *cpu_started[MAX_HARTS];

/* satp with the boot root; started harts load it before they have a stack. */
extern u64 kernel_satp;
