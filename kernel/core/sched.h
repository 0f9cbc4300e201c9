/* sched.h - struct thread, and what the scheduler offers to core and proc.
 *
 * A thread is on a run queue, running, or asleep.  Its state changes only
 * under the lock of the run queue of the hart it belongs to (thread.hart).
 * A thread that is woken before it got around to sleeping just goes on. */
#pragma once

#include "arch/riscv/switch.h"
#include "core/hart.h"
#include "core/sync/lock_rank.h"
#include "core/thread.h"
#include "lib/list.h"

enum thread_state {
	THREAD_NEW,
	THREAD_READY,
	THREAD_RUNNING,
	THREAD_SLEEPING, /* until woken                   */
	THREAD_WAITING,  /* until woken or killed         */
	THREAD_DEAD,
};

#define KSTACK_SIZE (3 * PAGE_SIZE)   /* mapped bytes of a kernel stack   */
#define KSTACK_STRIDE (4 * PAGE_SIZE) /* with its guard page below        */

/* (Q) run queue lock of harts[hart]  (S) only this thread  (A) atomic
 * (C) constant while it runs  (H) the hart that runs it, interrupts off */
struct thread {
	struct context ctx;               /* (Q) when not running                     */
	struct list link;                 /* (Q) run queue                            */
	u32 state;                        /* (Q) enum thread_state; others may peek   */
	u32 hart;                         /* (Q) where it runs or ran last            */
	bool killed;                      /* (A) is to die at the next chance         */
	bool is_kernel;                   /* (C) has no process                       */
	bool waits_for_memory;            /* (C) it is not refused any: mem_wait()    */
	u32 no_fault;                     /* (S) user faults fail at once             */
	u64 stack_top;                    /* (C) */
	struct aspace *as;                /* (S) user memory; NULL: none; proc/proc.h */
	void (*fn)(void *);               /* (C) where it starts                      */
	void *arg;                        /* (C) */
	void (*on_dead)(struct thread *); /* (C) runs when it is off its stack */
	u64 started;                      /* (H) when it got the processor            */
	u64 runtime;                /* (H) time base cycles, without the current run */
	u32 fp_hart;                /* (H) 1 + hart that may hold its registers */
	bool fp_used;               /* (S) fp is meaningful                     */
	u32 mutex_rank;             /* (S) a bit for each rank of a mutex held  */
	u8 mutex_count[RANK_COUNT]; /* (S) how many of each                */
	struct fpstate fp;          /* (S) */
	char name[16];
};

/* Prepares @t to run fn(arg) on the stack that ends at @stack_top. */
void thread_init(struct thread *t, const char *name, u64 stack_top, void (*fn)(void *),
		 void *arg);

/* Makes a new thread ready. */
void thread_start(struct thread *t);

/* Marks the running thread as going to sleep; a wake-up from here on counts.
 * @killable: thread_kill() wakes it, too. */
void thread_prepare_sleep(bool killable);

/* Sleeps unless a wake-up came since thread_prepare_sleep(). */
void thread_sleep(void);

/* Wakes @t if it sleeps; any context. */
void thread_wake(struct thread *t);

/* Marks @t as killed and wakes it from waits that allow it; a running one
 * notices within an interrupt. */
void thread_kill(struct thread *t);

/* Ends the running thread; on_dead() is called once its stack is free. */
NORETURN void thread_exit(void);

/* Cycles of processor time that @t has had. */
u64 thread_runtime(const struct thread *t);

/* Before going to user mode: gives the FS bits for sstatus, and after a first
 * use trap loads the registers.  Interrupts off. */
u64 fp_user_status(struct thread *t);
/* An illegal instruction came with the unit off.  False: that is not why. */
bool fp_first_use(struct thread *t) MUST_CHECK;
void fp_leave(struct thread *t); /* a switch: registers -> t->fp         */
void fp_flush(struct thread *t); /* registers -> t->fp, before fork copies  */
void fp_reset(struct thread *t); /* exec: start from zeros                  */

/* The rest of the switch for a thread's first run; called by its start code. */
void sched_finish_switch(void);

/* Boot: makes the running code this hart's idle thread; and its loop. */
void sched_init_hart(struct thread *idle);
NORETURN void sched_idle(void);

/* The timer interrupt / a software interrupt on this hart. */
void sched_timer(void);
void sched_ipi(void);

/* Runs what has become due; called by sched_timer(). */
void timer_run_due(void);

/* Arms the hardware for the end of the slice or the next timer, whichever is
 * first.  ~0: keep the slice's end if one is armed, else there is none. */
void timer_program(u64 slice_end);
