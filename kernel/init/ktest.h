/* ktest.h (init) - runs the tests of core/ktest.h. */
#pragma once

/* With ktest=on: runs all, powers off.  Otherwise does nothing. */
void ktest_run(void);

/* Where a hart is to start: at @entry, or with ktest=start at the boot hart's. */
const void *ktest_hart_entry(const void *entry);
