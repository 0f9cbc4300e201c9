/* upcalls.h - what the trap and boot code calls in the layers above.  Declared here and
 * defined there, so that no layer includes one above it. */
#pragma once

#include "arch/riscv/trapframe.h"

struct thread;

/* proc/trap.c: the program of @t, which runs on this hart, has trapped; interrupts are off.
 * Returns when the program may continue: its trap frame. */
struct trapframe *user_trap(struct thread *t);

/* core/sched.c: where a new thread starts; never returns. */
void thread_entry(void) __attribute__((noreturn));

/* core/trap.c: an interrupt or fault in the kernel itself; interrupts off. */
void kernel_trap(struct kframe *f);

/* core/trap.c: the kernel ran out of its stack; on the emergency stack. */
void kernel_stack_overflow(struct kframe *f) __attribute__((noreturn));

/* init/main.c: the first C code of the boot hart / of a started one. */
void boot_main(u64 hartid, pa_t fdt) __attribute__((noreturn));
void boot_secondary(void) __attribute__((noreturn));
