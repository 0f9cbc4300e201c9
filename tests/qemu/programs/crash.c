/* crash.c - for test_crash.py: a program as users write it, which dies in several ways, and
 * uses its stack in others. */
#include <pagoda.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB 1024ul
#define MIB (1024 * KIB)
#define STACK_TOP 0x3fffffd000ul
#define STACK_LOW (STACK_TOP - 8 * MIB)

struct far {
	char before[40 * KIB];
	int number;
};

long sys_sbrk(int n, int mode); /* user/lib/sys.h */
#define SBRK_LAZY 2

/* Not known to the compiler, which would see what is wrong with it. */
static struct far *volatile nowhere;
static void (*volatile nothing)(void);

static void crash_write(void)
{
	nowhere->number = 1;
}

/* Each call takes 16 KiB or more.  Returns how many bytes were as they were written. */
__attribute__((noinline)) static unsigned long crash_deep(unsigned long kib)
{
	volatile char room[16 * KIB];
	unsigned long good = 0;

	memset((char *)room, (int)(kib / 16), sizeof(room));
	if (kib > 16)
		good = crash_deep(kib - 16);
	for (unsigned i = 0; i < sizeof(room); i++)
		good += room[i] == (char)(kib / 16);
	return good;
}

__attribute__((noinline)) static void crash_frame(unsigned long bytes)
{
	volatile char room[bytes];

	room[0] = 1;
	(void)room[0];
}

static int crash_compare(const void *a, const void *b)
{
	(void)b;
	*(volatile char *)a += *(const char *)nowhere;
	return 0;
}

__attribute__((noinline)) static int crash_sort(void)
{
	int numbers[] = { 4, 3, 2, 1 };

	qsort(numbers, 4, sizeof(int), crash_compare);
	return numbers[0] + 1;
}

__attribute__((noinline)) static int crash_leaf(volatile char *room)
{
	return nowhere->number + room[0];
}

__attribute__((noinline)) static int crash_array(unsigned long bytes)
{
	volatile char room[bytes];

	room[1] = 1;
	return crash_leaf(room) + room[1];
}

/* The array of the caller that is too small. */
__attribute__((noinline)) static void crash_fill(volatile unsigned long *room,
						 unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		room[i] = 0x5000;
	printf("%lu words\n", n);
}

__attribute__((noinline)) static int crash_smash(unsigned long n)
{
	volatile unsigned long room[2];

	crash_fill(room, n);
	return (int)room[1];
}

/* At the bottom of half of the stack, a child uses its copy and more. */
__attribute__((noinline)) static int crash_fork(unsigned long kib)
{
	volatile char room[16 * KIB];
	int status;

	memset((char *)room, 7, sizeof(room));
	if (kib > 16)
		return crash_fork(kib - 16) + (room[99] != 7);
	if (!fork()) {
		room[99] = 9;
		_exit(crash_deep(2 * KIB) == 2 * MIB ? 0 : 1);
	}
	wait(&status);
	return status || room[99] != 7;
}

/* No place that the kernel chooses for a mapping or the heap is near the stack. */
static int crash_places(void)
{
	char *at = mmap(NULL, MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved = mremap(at, MIB, 2 * MIB, MREMAP_MAYMOVE);

	printf("map %d, ", (unsigned long)at + MIB == STACK_LOW - MIB);
	printf("grow %d, ", moved != MAP_FAILED && moved + 2 * MIB <= at + MIB);
	munmap(moved, 2 * MIB);
	for (long n = 1 << 30; n > 0; n /= 2) {
		while (sys_sbrk((int)n, SBRK_LAZY) >= 0)
			;
	}
	printf("break %d\n", (unsigned long)sbrk(0) == STACK_LOW - MIB);
	return 0;
}

static void *crash_thread(void *bytes)
{
	crash_frame(*(unsigned long *)bytes);
	return bytes;
}

static int crash_in_thread(unsigned long bytes)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, crash_thread, &bytes) ||
	       pthread_join(thread, NULL);
}

static int crash_without_memory(void)
{
	char *new;

	/* Touched, as heap=lazy gives memory only then. */
	for (long n = MIB; n >= 4096; n /= 2) {
		while ((new = sbrk(n)) != (void *)-1)
			for (long i = 0; i < n; i += 4096)
				new[i] = 1;
	}
	return crash_deep(4 * KIB) ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	unsigned long n = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	if (!strcmp(how, "read"))
		return *(volatile char *)nowhere;
	if (!strcmp(how, "write"))
		crash_write();
	if (!strcmp(how, "call"))
		nothing();
	if (!strcmp(how, "deep"))
		return crash_deep(n) != n * KIB;
	if (!strcmp(how, "frame"))
		crash_frame(n);
	if (!strcmp(how, "thread"))
		return crash_in_thread(n);
	if (!strcmp(how, "sort"))
		return crash_sort() + (int)n;
	if (!strcmp(how, "array"))
		return crash_array(n) + (int)n;
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "caught")) {
		signal(SIGABRT, _exit);
		raise(SIGABRT);
	}
	if (!strcmp(how, "smash"))
		return crash_smash(n) + (int)n;
	if (!strcmp(how, "fork"))
		return crash_fork(n);
	if (!strcmp(how, "places"))
		return crash_places();
	if (!strcmp(how, "memory"))
		return crash_without_memory();
	return 0;
}
