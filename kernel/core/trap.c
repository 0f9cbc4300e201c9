/* trap.c - interrupts and faults taken in the kernel, and interrupts in general. */

#include "core/trap.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/switch.h"
#include "arch/riscv/uaccess/uaccess_asm.h"
#include "arch/riscv/upcalls.h"
#include "core/coreup.h"
#include "core/irq.h"
#include "core/report/klog.h"
#include "core/report/panic.h"
#include "core/sched.h"
#include "uapi/layout.h"

/* With CHECK=1: what a handler must not do is checked meanwhile. */
static inline void trap_note_interrupt(bool runs)
{
#ifdef PAGODA_CHECK
	hart_current()->in_interrupt = runs;
#else
	(void)runs;
#endif
}

void trap_interrupt(u64 cause)
{
	trap_note_interrupt(true);
	switch (cause & ~CAUSE_INTERRUPT) {
	case IRQ_S_TIMER:
		sched_timer();
		break;
	case IRQ_S_SOFT:
		sched_ipi();
		break;
	case IRQ_S_EXTERNAL:
		irq_dispatch();
		break;
	default:
		panic("unexpected interrupt, scause %lx", cause);
	}
	trap_note_interrupt(false);
}

static bool close_user; /* (C) */

void trap_close_user(void)
{
	close_user = true;
}

/* For a load or store in a row of the exception table: repairs the page, or continues at
 * the fixup.  False: it is in no row, or the fault is at a kernel address. */
static bool trap_repair_user_access(struct kframe *f)
{
	u64 fixup = ex_table_find(f->pc);
	int err;

	if (!fixup || (exc_is_page_fault(f->cause) && f->tval >= MAXVA))
		return false;
	if (!exc_is_page_fault(f->cause) || thread_current()->no_fault) {
		f->pc = fixup;
		return true;
	}
	trap_leave_to_user(); /* other threads may run before the return to @f */
	if (f->status & SSTATUS_SPIE)
		irq_enable();
	err = user_fault_in_kernel(f->tval, f->cause);
	irq_disable();
	if (err)
		f->pc = fixup;
	/* The thread may have slept, so the state of the FPU may have changed. */
	f->status = (f->status & ~SSTATUS_FS) | (csr_read(sstatus) & SSTATUS_FS);
	return true;
}

void kernel_trap(struct kframe *f)
{
	if (close_user)
		csr_clear(sstatus, SSTATUS_SUM);
	if (f->cause & CAUSE_INTERRUPT) {
		trap_interrupt(f->cause);
		return;
	}
	if (!trap_repair_user_access(f))
		panic_trap(f, "a fault in the kernel");
}

void kernel_stack_overflow(struct kframe *f)
{
	panic_trap(f, "a kernel stack overflowed");
}
