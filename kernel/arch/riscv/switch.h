/* switch.h - switching between threads, and the lazy floating point unit. */
#pragma once

#include "arch/riscv/trapframe.h"

/* Saves the running thread in @from and continues @to.  Returns when somebody switches
 * back to @from.  Interrupts off. */
void context_switch(struct context *from, struct context *to);

/* The first code of a new thread: goes on to thread_entry(), which has no caller. */
void thread_first(void) __attribute__((noreturn));

/* Save and load the registers of floating point.  sstatus.FS must not be Off. */
void fp_save(struct fpstate *fp);
void fp_load(const struct fpstate *fp);

/* The trap vector (vector.S), and where trampoline.S goes on in the kernel. */
void trap_vector(void);
void user_trap_enter(void);

/* Enters the program whose registers are in @tf.  Interrupts off. */
void user_trap_exit(struct trapframe *tf) __attribute__((noreturn));

/* The same by way of the trampoline (isolate=on). @va: where @tf is in the loaded space;
 * @kernel_satp and @user_satp: its roots; @fence: they have no ASIDs. */
NORETURN void user_trap_exit_isolated(struct trapframe *tf, va_t va, u64 kernel_satp,
				      u64 user_satp, bool fence);

/* Sets stvec and sscratch, and limits what user mode may reach.  Once on each hart. */
void trap_init_hart(void);

/* Makes sstatus say that the next return from a trap is to user mode, with interrupts on.
 * It says so whenever no trap taken in the kernel is being handled. */
void trap_leave_to_user(void);

/* The frame with the trampoline's code. */
pa_t trampoline_pa(void);
