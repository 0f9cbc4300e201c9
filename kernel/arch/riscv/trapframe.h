/* trapframe.h - the registers of a program while the kernel runs for it.
 *
 * One page per process, mapped at TRAPFRAME in its address space, for the supervisor
 * only; it has one trap frame for each of the process's threads.  The kernel reaches the
 * same page through the direct map.  The code in trampoline.S saves the registers here. */
#pragma once

#include "lib/types.h"

struct trapframe {
	u64 kernel_sp;   /* top of the thread's kernel stack          */
	u64 hart;        /* tp in the kernel: this hart's struct hart */
	u64 handler;     /* where the vector jumps: user_trap_enter   */
	u64 kernel_satp; /* to load on entry; 0: leave satp as it is  */
	u64 user_satp;   /* to load on return; 0: leave satp as it is */
	u64 satp_fence;  /* nonzero: sfence.vma after each satp write */
	u64 pc;          /* where the program continues               */
	union {
		struct {
			u64 zero, ra, sp, gp, tp, t0, t1, t2;
			u64 s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
			u64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
			u64 t3, t4, t5, t6;
		};
		u64 x[32]; /* by register number; x[0] unused */
	};
};

/* The registers of the kernel when it was interrupted; on its stack. */
struct kframe {
	u64 x[32]; /* by register number; x[0] unused, x[4] (tp) not restored */
	u64 pc, status, cause, tval;
};

/* What a switch between threads saves: the callee-saved registers. */
struct context {
	u64 ra, sp;
	u64 s[12];
};

/* Floating point state, saved and loaded lazily. */
struct fpstate {
	u64 f[32];
	u64 fcsr;
};
