/* ktest.h (init) - runs the tests of core/ktest.h. */
#pragma once

/* Does what the option ktest= asks for, which never returns; with off and start it
 * does nothing. */
void ktest_run(void);

/* The address at which a hart is to start: @entry, or with ktest=start that of the boot
 * hart. */
const void *ktest_hart_entry(const void *entry);
