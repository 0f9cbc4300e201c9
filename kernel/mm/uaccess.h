/* uaccess.h - memory of the running process, from the kernel.
 *
 * All of these check the range (no wrap, and it ends at or below aspace_user_end()) and
 * then load and store through the MMU, or with uaccess=walk through the direct map.  A
 * fault takes the same path as one of the program's own.
 *
 * The plain ones may sleep, reclaim memory and read files.  Their callers hold no spin
 * lock, no inode, page, buffer or area lock, and no open log transaction.
 * The _nofault ones never sleep: they stop at the first byte whose page is not there.
 * They may be called under locks, but not in interrupts. */
#pragma once

#include "lib/types.h"

static inline uptr_t uptr(va_t va)
{
	return (uptr_t){ va };
}

static inline uptr_t uptr_add(uptr_t p, u64 n)
{
	return (uptr_t){ p.va + n };
}

/* 0, or -EFAULT: then any part of the @n bytes may have been copied. */
int copyin(void *dst, uptr_t src, u64 n) MUST_CHECK;
int copyout(uptr_t dst, const void *src, u64 n) MUST_CHECK;

/* How many bytes were copied: @n, or those before the first page that was refused. */
u64 copyin_partial(void *dst, uptr_t src, u64 n) MUST_CHECK;
u64 copyin_nofault(void *dst, uptr_t src, u64 n) MUST_CHECK;
u64 copyout_nofault(uptr_t dst, const void *src, u64 n) MUST_CHECK;

/* Copies a string of at most @max bytes, NUL included.  Returns its length without NUL,
 * -EFAULT, or -ENAMETOOLONG: no NUL in @max bytes. */
s64 copyinstr(char *dst, uptr_t src, u64 max) MUST_CHECK;

/* Makes the page of @p readable, or with @write writable, for a _nofault copy that
 * follows.  The page may be gone again by then: call both in a loop.  0, -EFAULT, or
 * another error of aspace_fault().  Sleeps. */
int uaccess_fault_in(uptr_t p, bool write) MUST_CHECK;

/* The same before the first copy: does nothing if the page permits the access already. */
int uaccess_prepare(uptr_t p, bool write) MUST_CHECK;

/* Boot: chooses the mode (option uaccess=); then on each hart. */
void uaccess_init(void);
void uaccess_init_hart(void);

/* Adds @n to the number of copies: for a copy that xv6 makes in that many pieces more. */
void uaccess_count_more(u64 n);

/* Takes back what exec has counted for an environment, which xv6 has not. */
void uaccess_count_less(u64 copyins, u64 strings);

/* The number of complete copies from user memory, and of strings copied, since boot; for
 * the lab's "statistics". */
u64 uaccess_count_copyin(void);
u64 uaccess_count_copyinstr(void);
