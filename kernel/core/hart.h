/* hart.h - one struct per hart; tp points at it while the kernel runs. */
#pragma once

#include "arch/riscv/cpu.h"
#include "core/clock.h"
#include "core/runq.h"
#include "core/sync/spinlock.h"

struct root;
struct thread;

/* (H) only this hart, interrupts off  (C) constant after start
 * (A) atomic  (T) timer_lock */
struct hart {
	struct cpu cpu;    /* (C) first: tp points at it            */
	bool online;       /* (A) runs threads                      */
	bool abandoned;    /* (A) did not start in time             */
	u32 irq_depth;     /* (H) nested irq_push_off               */
	bool irq_was_on;   /* (H) before the outermost of them      */
	u32 top_rank;      /* (H) a bit for each spin lock rank held */
	u32 spin_depth;    /* (H) spin locks held                   */
	bool in_interrupt; /* (H) a handler runs; all three with CHECK=1 only */
	struct runq rq;
	struct thread *idle;     /* (C) */
	struct root *loaded;     /* (A) what satp holds; NULL: the boot root */
	struct thread *fp_owner; /* (H) whose registers the FPU holds     */
	bool fp_on;              /* (H) sstatus.FS is not Off             */
	bool tick_armed;         /* (H) a slice timer is set              */
	u64 slice_end;           /* (H) when that is, or ~0               */
	u64 timer_next;          /* (H) deadline of the first timer, or ~0 */
	u64 sample_at;           /* (H) when the running thread is sampled, or ~0 */
	u64 timer_set;           /* (H) deadline set in the hardware      */
	struct spinlock timer_lock;
	struct list timers; /* (T) struct timer by deadline          */
	u64 ipi_work;       /* (A) HART_IPI_* asked for              */
};

#define HART_IPI_DROP 1 /* load the boot root, unless a process runs */
#define HART_IPI_HALT 2 /* another hart panics: stop                 */

extern struct hart harts[MAX_HARTS];
extern u32 nharts; /* harts[0 .. nharts) have been started */

/* Valid only while the caller cannot move to another hart: with interrupts off, or until
 * the next scheduling point. */
static inline struct hart *hart_current(void)
{
	return (struct hart *)cpu_current();
}

static inline u32 hart_index(void)
{
	return cpu_current()->index;
}

/* Sends hart @h, which may be this one, an interrupt in which it does @work: bits of
 * HART_IPI_*, or 0 if it is only to wake up.  Any context, but no lock of a run queue is
 * held: the host may take long, and other harts would wait. */
void hart_ipi(struct hart *h, u64 work);
