/* ktest.h (init) - runs the tests of core/ktest.h. */
#pragma once

/* With ktest=on: runs all, powers off.  Otherwise does nothing. */
void ktest_run(void);
