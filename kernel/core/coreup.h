/* coreup.h - what core calls in the layers above; defined there. */
#pragma once

#include "lib/types.h"

struct aspace;
struct kframe;

/* mm/space/aspace.c: makes @as the address space of this hart; interrupts off. */
void aspace_load(struct aspace *as);

/* mm/xlate/root.c: what is loaded stays loaded, but its user addresses are not touched
 * before the next aspace_load(); interrupts off. */
void root_rest(void);

/* mm/xlate/root.c: loads the boot root; interrupts off. */
void root_unload(void);

/* mm/uaccess.c: a fault of the kernel at a user address (scause @cause).
 * 0: repaired, try again.  Interrupts on, may sleep. */
int user_fault_in_kernel(va_t va, u64 cause) MUST_CHECK;

/* mm/xlate/kmap.c: a kernel stack with a guard page below, for ever; the address of
 * its top (a multiple of 16 KiB), 0: no memory.  At boot only. */
u64 kstack_alloc(void);

/* dev/: an interrupt from the PLIC is core/irq.h's irq_dispatch(). */

/* proc/: prints who runs, for panic. */
void proc_describe_current(void);
