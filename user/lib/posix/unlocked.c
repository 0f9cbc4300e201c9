/* unlocked.c - the locks of streams, and characters without them. */
#include <stdio-bufio.h>
#include <stdio.h>
#include <sys/lock.h>

/* That of @f; NULL: the one that all other streams share. */
static _LOCK_T stream_lock(FILE *f)
{
	return f->flags & __SBUF ? ((struct __file_bufio *)f)->lock : NULL;
}

void flockfile(FILE *f)
{
	__retarget_lock_acquire_recursive(stream_lock(f));
}

int ftrylockfile(FILE *f)
{
	return !__retarget_lock_try_acquire_recursive(stream_lock(f));
}

void funlockfile(FILE *f)
{
	__retarget_lock_release_recursive(stream_lock(f));
}

/* They take the lock again, which is free for who has it. */
int getc_unlocked(FILE *f)
{
	return getc(f);
}

int getchar_unlocked(void)
{
	return getc(stdin);
}

int putc_unlocked(int c, FILE *f)
{
	return putc(c, f);
}

int putchar_unlocked(int c)
{
	return putc(c, stdout);
}
