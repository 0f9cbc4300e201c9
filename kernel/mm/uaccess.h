/* uaccess.h - memory of the running process, from the kernel.
 *
 * All of these check the range (no wrap, end at or below USYSCALL unless the
 * heap reaches there) and then load and store through the MMU; a fault takes
 * the same path as one of the program's own.
 *
 * The plain ones may sleep, reclaim memory and read files: no spin lock, no
 * inode, page, buffer or area lock and no open log transaction is held.
 * The _nofault ones never sleep: they stop at the first byte whose page is
 * not there, and may be called under locks (not in interrupts). */
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

/* 0, or -EFAULT with an unspecified part copied. */
int copyin(void *dst, uptr_t src, u64 n) MUST_CHECK;
int copyout(uptr_t dst, const void *src, u64 n) MUST_CHECK;

/* How many bytes were copied: @n, or fewer when a page was refused. */
u64 copyin_partial(void *dst, uptr_t src, u64 n) MUST_CHECK;
u64 copyout_partial(uptr_t dst, const void *src, u64 n) MUST_CHECK;
u64 copyin_nofault(void *dst, uptr_t src, u64 n) MUST_CHECK;
u64 copyout_nofault(uptr_t dst, const void *src, u64 n) MUST_CHECK;

/* A string of at most @max bytes, NUL included.  Its length without NUL;
 * -EFAULT, or -ENAMETOOLONG if there is no NUL in @max bytes. */
s64 copyinstr(char *dst, uptr_t src, u64 max) MUST_CHECK;

/* Makes the page that @p lies in readable (writable) for a following
 * _nofault copy: 0 or -EFAULT.  It may be gone again by then: loop. */
int uaccess_fault_in(uptr_t p, bool write) MUST_CHECK;

/* The same for a page that no copy has faulted on yet: what is there is left alone. */
int uaccess_prepare(uptr_t p, bool write) MUST_CHECK;

/* Boot: chooses the mode (option uaccess=); then on each hart. */
void uaccess_init(void);
void uaccess_init_hart(void);

/* Copies from user memory that went through whole, and strings fetched, since
 * boot; the lab's "statistics". */
u64 uaccess_count_copyin(void);
u64 uaccess_count_copyinstr(void);
