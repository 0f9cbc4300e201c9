/* unlocked.c - the locks of streams, and characters without them. */
#include <stdio-bufio.h>
#include <stdio.h>
#include <sys/lock.h>

#include "sys.h"

/* That of @f, or the one that all other streams share. */
static struct __lock *stream_lock(FILE *f)
{
	struct __lock *own = f->flags & __SBUF ? ((struct __file_bufio *)f)->lock : NULL;

	return own ? own : &__lock___libc_recursive_mutex;
}

/* These take the lock of a program with one thread, too: it may make another one before it
 * gives the lock back. */
void flockfile(FILE *f)
{
	lock_take(stream_lock(f));
}

int ftrylockfile(FILE *f)
{
	return !lock_try(stream_lock(f));
}

void funlockfile(FILE *f)
{
	lock_give(stream_lock(f));
}

/* They take the lock again, which is free for who has it.  picolibc 1.8.10 has some of
 * them, in the same object file as getc() or putc(), and then those count. */
#define MAY_BE_PICOLIBCS __attribute__((weak))

MAY_BE_PICOLIBCS int getc_unlocked(FILE *f)
{
	return getc(f);
}

MAY_BE_PICOLIBCS int getchar_unlocked(void)
{
	return getc(stdin);
}

MAY_BE_PICOLIBCS int putc_unlocked(int c, FILE *f)
{
	return putc(c, f);
}

MAY_BE_PICOLIBCS int putchar_unlocked(int c)
{
	return putc(c, stdout);
}
