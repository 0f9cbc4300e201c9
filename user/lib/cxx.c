/* cxx.c - what programs in C++ without exceptions need: new, delete, first uses
 *
 * The compiler calls these by itself (Itanium C++ ABI).  Each name is that of one C++
 * function, in the form that linkers see. */
#include <stdlib.h>
#include <unistd.h>

void *_Znwm(size_t size); /* operator new(size_t) */
void *_Znam(size_t size); /* operator new[](size_t) */
void _ZdlPv(void *mem);   /* operator delete, with and without a size */
void _ZdlPvm(void *mem, size_t size);
void _ZdaPv(void *mem);
void _ZdaPvm(void *mem, size_t size);
void __cxa_pure_virtual(void);
int __cxa_guard_acquire(unsigned char *guard);
void __cxa_guard_release(unsigned char *guard);

static _Noreturn void cxx_die(const char *text, size_t len)
{
	(void)!write(STDERR_FILENO, text, len);
	abort();
}

/* Nobody can catch std::bad_alloc, so a program without memory ends. */
void *_Znwm(size_t size)
{
	void *mem = malloc(size ? size : 1);

	if (!mem)
		cxx_die("new: out of memory\n", 19);
	return mem;
}

void *_Znam(size_t size)
{
	return _Znwm(size);
}

void _ZdlPv(void *mem)
{
	free(mem);
}

void _ZdlPvm(void *mem, size_t size)
{
	(void)size;
	free(mem);
}

void _ZdaPv(void *mem)
{
	free(mem);
}

void _ZdaPvm(void *mem, size_t size)
{
	(void)size;
	free(mem);
}

void __cxa_pure_virtual(void)
{
	cxx_die("a pure virtual function was called\n", 35);
}

/* Static variables of functions: the first byte tells that they have been made.  Threads
 * that race for one are not kept apart. */
int __cxa_guard_acquire(unsigned char *guard)
{
	return !*guard;
}

void __cxa_guard_release(unsigned char *guard)
{
	*guard = 1;
}
