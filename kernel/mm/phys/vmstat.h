/* vmstat.h - counters of the memory system since boot, kept per hart. */
#pragma once

#include "core/hart.h"

/* X(name, what is counted) */
#define VMSTATS(X)                                                             \
	X(fault_lazy, "pages brought in at a first touch")                     \
	X(fault_file, "file pages mapped at their first touch")                \
	X(fault_cow_copy, "shared pages copied at a first write")              \
	X(fault_cow_reuse, "pages kept at a write, as nobody shared them")     \
	X(fault_spurious, "faults on an A or D bit, or a stale translation")   \
	X(fault_refused, "faults that ended in a kill or EFAULT")              \
	X(page_zeroed, "pages cleared for programs")                           \
	X(fork_shared, "pages that fork shared")                               \
	X(fork_copied, "pages that fork copied")                               \
	X(super_mapped, "2 MiB leaves made")                                   \
	X(super_split, "2 MiB leaves split into pages")                        \
	X(super_owned, "2 MiB leaves copied: a program asked for the entry")   \
	X(super_fallback, "2 MiB leaves not made: no block of 2 MiB was free") \
	X(super_shed, "pages taken out of 2 MiB leaves as memory ran out")     \
	X(tables, "page tables of spaces that exit or exec gave back")         \
	X(space_load, "times that a hart loaded another address space")        \
	X(space_flush, "loads that flushed the translations of that space")    \
	X(space_flush_all, "loads that flushed all translations")              \
	X(asid_rollover, "times that the ASIDs ran out")                       \
	X(syscall, "system calls that stats COMMAND was asked to count")

enum vmstat {
#define X(name, what) VM_##name,
	VMSTATS(X) VM_NSTAT
#undef X
};

/* (A) Each hart's are in cache lines of their own, so that no hart waits for another. */
struct vmstat_hart {
	u64 n[VM_NSTAT];
} __attribute__((aligned(64)));

extern struct vmstat_hart vmstat_harts[MAX_HARTS];

/* Any context. */
static inline void vmstat_inc(enum vmstat s)
{
	__atomic_fetch_add(&vmstat_harts[hart_index()].n[s], 1, __ATOMIC_RELAXED);
}

static inline void vmstat_add(enum vmstat s, u64 n)
{
	__atomic_fetch_add(&vmstat_harts[hart_index()].n[s], n, __ATOMIC_RELAXED);
}

/* A sum over harts: exact only while no hart counts. */
u64 vmstat_read(enum vmstat s);

extern const char *const vmstat_name[VM_NSTAT], *const vmstat_what[VM_NSTAT];
