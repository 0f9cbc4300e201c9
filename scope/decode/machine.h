/* machine.h - the whole machine: processes, harts, counters, frames by kind, a panic. */
#pragma once

#include "ram/kernel.h"

#define SCOPE_NAME 24

/* --- processes ------------------------------------------------------------ */

struct process {
	int pid, parent; /* parent 0: none      */
	u32 state;       /* enum proc_state of kernel/uapi/info.h */
	u32 hart;        /* where it runs or ran last             */
	va_t as;         /* its struct aspace, or 0               */
	u64 brk;         /* the break, bytes                      */
	u64 resident;    /* pages                                 */
	u64 faults;      /* since exec, or since fork without one */
	char name[SCOPE_NAME];
};

const char *process_state_name(u32 state);

u64 machine_slots(const struct kernel *k);

/* The process in slot @i, below machine_slots().  False: there is none, or it cannot be
 * read. */
bool machine_process(struct kernel *k, u64 i, struct process *p) MUST_CHECK;

/* The process @pid. */
bool machine_find(struct kernel *k, int pid, struct process *p) MUST_CHECK;

/* --- harts ------------------------------------------------------------------ */

struct machine_hart {
	u64 hartid; /* the hardware's number */
	bool online, idle, panicked;
	int pid;    /* whose thread runs, or 0: a thread of the kernel   */
	int loaded; /* whose page table is loaded, or 0: the boot root's */
	char thread[SCOPE_NAME];
};

u64 machine_harts(struct kernel *k);
bool machine_hart(struct kernel *k, u64 i, struct machine_hart *h) MUST_CHECK;

/* --- counters ---------------------------------------------------------------- */

struct counter {
	char name[SCOPE_NAME];
	char what[64];
	u64 value; /* since boot */
};

bool machine_counter(struct kernel *k, u64 i, struct counter *c) MUST_CHECK;

/* --- frames by kind ------------------------------------------------------------ */

u64 machine_kinds(const struct kernel *k);

/* How many frames of kind @kind there are: the kernel's own counts, added up. */
u64 machine_frames(struct kernel *k, u64 kind);

/* How many free blocks of 2^order frames there are, and free frames on the list of a
 * hart. */
u64 machine_blocks(struct kernel *k, u64 order);
u64 machine_cached(struct kernel *k, u64 hart);

/* Whether some hart is changing these, and the kinds of frames: of a machine that stands
 * still they then need not agree, else they do. */
bool machine_counts_change(struct kernel *k);

/* --- a panic ------------------------------------------------------------------- */

#define PANIC_CALLS 32

struct machine_panic {
	u32 hart;       /* which hart has panicked        */
	char what[160]; /* "": the message was lost       */
	u32 ncalls;
	u64 calls[PANIC_CALLS]; /* addresses within the calls, the innermost first */
};

/* False: no hart has panicked. */
bool machine_panic(struct kernel *k, struct machine_panic *p) MUST_CHECK;
