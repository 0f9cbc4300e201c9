/* switch.h - switching between threads, and the lazy floating point unit. */
#pragma once

#include "arch/riscv/trapframe.h"

/* Saves the running thread in @from, goes on with @to; returns when somebody
 * switches back to @from.  Interrupts off. */
void context_switch(struct context *from, struct context *to);

/* Where a new thread's context begins: on to thread_entry(), without a caller. */
void thread_first(void) __attribute__((noreturn));

/* sstatus.FS must not be Off. */
void fp_save(struct fpstate *fp);
void fp_load(const struct fpstate *fp);

/* The trap vectors: in the kernel's text, and where the trampoline page has
 * them in every address space. */
void kernel_vector(void);
void user_trap_enter(void);
void user_trap_exit(void) __attribute__((noreturn));
extern va_t user_vector_va, user_leave_va;

/* Points stvec to kernel_vector; once on each hart. */
void trap_init_hart(void);

/* The frame with the trampoline's code. */
pa_t trampoline_pa(void);
