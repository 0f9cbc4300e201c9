/* sched.h - struct thread, and what the scheduler offers to core and proc.
 *
 * A thread is on a run queue, running, or asleep.  Its state changes only under the lock
 * of the run queue of harts[thread.hart], but for one step: while it runs, the thread
 * itself says that it is about to sleep.  If it is woken between thread_prepare_sleep() and
 * thread_sleep(), it does not sleep.
 *
 * A thread stays on its hart until it calls one of the functions below that may switch to
 * another: interrupt handlers never do. */
#pragma once

#include "arch/riscv/switch.h"
#include "core/hart.h"
#include "core/sync/lock_rank.h"
#include "core/thread.h"
#include "lib/list.h"

struct hart;

enum thread_state {
	THREAD_NEW,
	THREAD_READY,
	THREAD_RUNNING,
	THREAD_SLEEPING, /* until woken                   */
	THREAD_WAITING,  /* until woken or killed         */
	THREAD_MOVING,   /* to another hart: thread_pin() */
	THREAD_DEAD,
};

/* What a wait that a signal has ended asks for: see thread_interrupted(). */
enum thread_interruption {
	THREAD_NOT_INTERRUPTED,
	THREAD_RESTARTS,       /* the call is made again, if the handler wants that */
	THREAD_RESTARTS_ALONE, /* it is made again only if no handler runs          */
};

#define KSTACK_SIZE (3 * PAGE_SIZE)   /* mapped bytes of a kernel stack   */
#define KSTACK_STRIDE (4 * PAGE_SIZE) /* with its guard page below        */

/* (Q) run queue lock of harts[hart]  (S) only this thread  (A) atomic
 * (C) constant while it runs  (H) the hart that runs it, interrupts off */
struct thread {
	struct context ctx; /* (Q) when not running                     */
	struct list link;   /* (Q) run queue                            */
	u32 state;          /* (Q) enum thread_state; also read unlocked */
	u32 hart;           /* (Q) where it runs or ran last            */
	union {
		u64 attends; /* not 0: one of these is true, all of them rare */
		struct {
			union {
				u16 stops; /* not 0: no killable wait sleeps */
				struct {
					bool killed;    /* (A) is about to die            */
					bool signalled; /* (A) proc/signal/signal.h       */
				};
			};
			bool has_alarm;  /* (S) alarm is not NULL                  */
			bool sandboxed;  /* (A) proc/lab/sandbox.h                 */
			bool has_peers;  /* (S) proc/threads/threads.h             */
			bool traced;     /* (S) proc.trace or proc.tracer          */
			bool broke_pipe; /* (S) wrote to a pipe without reader     */
		};
	};
	bool waits_for_memory;            /* (C) instead of being refused it: mem_wait() */
	bool pinned;                      /* (Q) runs on `hart` only                  */
	u8 interrupted;                   /* (S) enum thread_interruption             */
	bool fp_used;                     /* (S) fp is meaningful                     */
	u32 no_fault;                     /* (S) user faults fail at once             */
	u64 interrupted_a0;               /* (S) first argument of the call that was  */
	u64 resumes_until;                /* (S) thread_resumed_end(); 0: nothing     */
	u64 stack_top;                    /* (C) */
	struct aspace *as;                /* (S) user memory; NULL: none; proc/proc.h */
	struct alarm *alarm;              /* (S) proc/lab/alarm.h; NULL: none          */
	struct proc *proc;                /* (C) its process; NULL: a kernel thread   */
	struct trapframe *tf;             /* (S) its program's registers, or NULL     */
	void (*fn)(void *);               /* (C) where it starts                      */
	void *arg;                        /* (C) */
	void (*on_dead)(struct thread *); /* (C) runs once its stack is not in use    */
	u64 started;                      /* (H) when it got the processor            */
	u64 runtime;                /* (H) time base cycles of the runs before this one */
	u64 samples;                /* (H) as those of struct cputime          */
	u32 fp_hart;                /* (H) 1 + the hart whose unit may hold its registers */
	u32 mutex_rank;             /* (S) a bit for each rank of a mutex held  */
	u8 mutex_count[RANK_COUNT]; /* (S) how many of each rank           */
	char name[16];
	struct fpstate fp; /* (S) last, as it means nothing until fp_used is set */
};

/* Prepares @t to run @fn(@arg) on the stack whose top is @stack_top; thread_start()
 * then lets it run. */
void thread_init(struct thread *t, const char *name, u64 stack_top, void (*fn)(void *),
		 void *arg);

/* Makes a new thread ready to run. */
void thread_start(struct thread *t);

/* Marks the running thread as going to sleep: a wake-up after this call ends the sleep,
 * even if it comes before thread_sleep().  @killable: thread_kill() wakes it, too. */
void thread_prepare_sleep(bool killable);

/* Sleeps unless a wake-up came since thread_prepare_sleep(). */
void thread_sleep(void);

/* Wakes @t if it sleeps.  Any context. */
void thread_wake(struct thread *t);

/* Marks @t as killed, and wakes it from a killable wait.  If it runs on another hart, an
 * interrupt makes it notice. */
void thread_kill(struct thread *t);

/* The same with `signalled`: @t looks for signals before it returns to user mode. */
void thread_signal(struct thread *t);

/* thread_interrupted() for waits, which are many: most have nothing to stop for. */
static inline bool thread_wait_interrupted(bool restarts)
{
	return __atomic_load_n(&thread_current()->stops, __ATOMIC_RELAXED) &&
	       thread_interrupted(restarts);
}

#define HART_ANY (-1)

/* The running thread goes to hart @n and runs only there until the next call; HART_ANY: it
 * may run on any.  -EINVAL: no hart of this machine has that number, or it did not start.
 * No spin lock held. */
int thread_pin(int n) MUST_CHECK;

/* Ends the running thread.  on_dead() is called once nothing uses its stack. */
NORETURN void thread_exit(void);

/* Processor time of some threads.  How long they ran is exact.  Samples tell how much of it
 * was the kernel's: 500 times in a second of it, the timer looks what it interrupts. */
#define SAMPLE_KERNEL (1ul << 32) /* 99 days of samples are less */
struct cputime {
	u64 cycles;  /* of the time base */
	u64 samples; /* those in the kernel * SAMPLE_KERNEL + those in the program */
};

/* The sum of all runs of @t so far is added. */
void cputime_add_thread(struct cputime *sum, struct thread *t);

/* How long @t has run, in time base cycles; never less than before.  Takes its queue
 * lock. */
u64 thread_runtime(struct thread *t);

/* --- floating point (fp.c) -------------------------------------------------- */

/* @t took an illegal instruction exception.  If the unit was off, switches it on and loads
 * the registers of @t.  False: that was not the cause.  Interrupts off. */
bool fp_first_use(struct thread *t) MUST_CHECK;

/* The running thread: saves its registers in t->fp, where they can be copied. */
void fp_flush(struct thread *t);

/* The running thread: its registers are now *@fp; NULL: zeros. */
void fp_replace(struct thread *t, const struct fpstate *fp);

/* At a switch, interrupts off.  @t leaves the hart, and the unit is on (hart.fp_on): saves
 * its registers and switches the unit off. */
void fp_leave(struct hart *h, struct thread *t);

/* @t, which has used the unit (t->fp_used), is about to run: switches it on if it still has
 * the registers of @t. */
void fp_enter(struct hart *h, struct thread *t);

/* Boot: sched_init_hart() makes the running code the idle thread @idle of this hart, and
 * sched_idle() is its loop. */
void sched_init_hart(struct thread *idle);
NORETURN void sched_idle(void);

/* Handle a timer interrupt and a software interrupt on this hart. */
void sched_timer(void);
void sched_ipi(void);

/* Runs the functions of all timers that are due on this hart; sched_timer() calls it. */
void timer_run_due(void);

/* Sets the hardware timer for @slice_end (time base cycles) or the next timer, whichever
 * is first.  @slice_end ~0: the end of a slice that is being timed stays as it is.
 * Interrupts off. */
void timer_program(u64 slice_end);
