/* futex.h - threads that wait for words of their process's memory. */
#pragma once

#include "lib/types.h"

/* At boot. */
void futex_init(void);

/* Sleeps until futex_wake() or the time @end (as clock_now() counts; ~0: for ever), if the
 * word at @at is @value.  Nobody can change the word and wake between the look and the
 * sleep.  0: woken; -EAGAIN: the word differs; -ETIMEDOUT; -EINTR: killed; -EINVAL: @at is
 * not a multiple of 4; -EFAULT or another error of uaccess_fault_in(). */
s64 futex_wait(uptr_t at, u32 value, u64 end) MUST_CHECK;

/* Wakes up to @max threads of the process that wait at @at, those that have waited longest
 * first.  Returns how many; -EINVAL; -EFAULT: @at is no address that a program can have. */
s64 futex_wake(uptr_t at, u32 max) MUST_CHECK;
