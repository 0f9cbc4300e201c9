/* coreup.h - functions of the layers above that core calls.  Each comment begins with the
 * file that defines the function. */
#pragma once

#include "lib/types.h"

struct aspace;
struct kframe;

/* mm/space/aspace.c: makes @as the address space of this hart; interrupts off. */
void aspace_load(struct aspace *as);

/* mm/xlate/root.c: the root stays loaded, but its user addresses are not touched before the
 * next aspace_load(); interrupts off. */
void root_rest(void);

/* mm/xlate/root.c: loads the boot root; interrupts off. */
void root_unload(void);

/* mm/uaccess.c: repairs a page fault (scause @cause) that the kernel took at user
 * address @va.  0: access it again.  Interrupts on; may sleep. */
int user_fault_in_kernel(va_t va, u64 cause) MUST_CHECK;

/* mm/xlate/kmap.c: maps a kernel stack with a guard page below it.  Returns the address
 * of its top, a multiple of 16 KiB, or 0 without memory.  It is never given back.
 * At boot only. */
u64 kstack_alloc(void);

/* proc/table.c: prints the running process, for a panic. */
void proc_describe_current(void);
