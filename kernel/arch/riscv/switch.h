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

/* The trap vectors: their addresses in the text of the kernel, and those in the
 * trampoline page, which are the same in every address space. */
void kernel_vector(void);
void user_trap_enter(void);
void user_trap_exit(va_t trapframe) __attribute__((noreturn));
extern va_t user_vector_va, user_leave_va;

/* Sets stvec to kernel_vector, and limits what user mode may reach.  Once on each hart. */
void trap_init_hart(void);

/* The frame with the trampoline's code. */
pa_t trampoline_pa(void);
