// sources: kernel/core/sync/spinlock.c kernel/core/sync/lockcount.c kernel/core/sync/lockwait.c
// cflags: -iquote tests/host/sync -iquote kernel -pthread
/* test_spinlock_inline.c - the tests of spin locks without CHECK=1: the free case is inline
 * then. */
#include "test_spinlock.c"
