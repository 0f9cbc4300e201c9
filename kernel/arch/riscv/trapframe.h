/* trapframe.h - the registers of a program while the kernel runs for it.
 *
 * One page per process, mapped at TRAPFRAME in its address space, for the supervisor
 * only; it has one trap frame for each of the process's threads.  The kernel reaches the
 * same page through the direct map.  vector.S saves the registers here, and with
 * isolate=on trampoline.S does. */
#pragma once

#include "lib/types.h"

struct trapframe {
	u64 kernel_sp;   /* top of the thread's kernel stack          */
	u64 hart;        /* with isolate=on, for trampoline.S: tp in the kernel, */
	u64 handler;     /*   where it jumps, user_trap_enter,                   */
	u64 kernel_satp; /*   what satp is in the kernel,                        */
	u64 satp_fence;  /*   and nonzero: sfence.vma after each satp write      */
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
