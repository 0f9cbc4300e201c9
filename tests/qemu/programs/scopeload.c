/* scopeload.c - for test_scope.py: two processes that stand still, with one of each thing
 * that a page table can have.  The prompt comes when they do. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pagoda.h>

#define PAGE 4096ul
#define LARGE (2ul << 20)
#define PRIVATE (PROT_READ | PROT_WRITE), (MAP_PRIVATE | MAP_ANONYMOUS), -1, 0
#define SHARED (PROT_READ | PROT_WRITE), (MAP_SHARED | MAP_ANONYMOUS), -1, 0

static void need(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "scopeload: %s failed\n", what);
	exit(1);
}

/* Mapped here, the address is printed for the test; each @step bytes one is written. */
static char *touched(const char *name, char *at, unsigned long bytes, unsigned long step)
{
	need(at != MAP_FAILED, name);
	for (unsigned long i = 0; step && i < bytes; i += step)
		at[i] = 1;
	printf("%s %lx\n", name, (unsigned long)at);
	return at;
}

/* Blocks of 2 MiB: some stay whole, one is split. */
static void map_large(void)
{
	char *at = touched("large", mmap(NULL, 4 * LARGE, PRIVATE), 4 * LARGE, PAGE);
	char *block = (char *)(((unsigned long)at + LARGE - 1) & ~(LARGE - 1));

	need(munmap(block + 7 * PAGE, PAGE) == 0, "munmap");
}

static void map_files(void)
{
	int fd = open("scopeload.file", O_RDWR | O_CREAT, 0644);
	char *at;

	need(fd >= 0 && ftruncate(fd, 4 * PAGE) == 0, "file");
	at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	touched("file", at, 4 * PAGE, 2 * PAGE);
	at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	touched("copy", at, PAGE, PAGE);
}

/* Prints how many faults this process has had.  At the second time all that the printing
 * needs has been touched. */
static void print_faults(void)
{
	static struct procinfo list[NPROC];
	int n = procinfo(list, NPROC);

	for (int i = 0; i < n; i++)
		if (list[i].pid == getpid())
			printf("faults %llu\n", list[i].faults);
	fflush(stdout);
	usleep(100000);
}

int main(void)
{
	char *pages = touched("pages", mmap(NULL, 300 * PAGE, PRIVATE), 300 * PAGE, PAGE);
	char *parked, *shared, c;
	int ready[2], child;

	map_large();
	map_files();
	shared = touched("shared", mmap(NULL, 3 * PAGE, SHARED), 3 * PAGE, PAGE);
	touched("lazy", mmap(NULL, 8 * PAGE, PRIVATE), 8 * PAGE, 0);
	parked = touched("parked", mmap(NULL, 2 * PAGE, PRIVATE), 2 * PAGE, PAGE);
	need(mprotect(parked, 2 * PAGE, PROT_NONE) == 0, "mprotect");
	fflush(stdout);
	need(pipe(ready) == 0, "pipe");
	if (fork() > 0)
		_exit(read(ready[0], &c, 1) == 1 ? 0 : 1);
	child = fork();
	need(child >= 0, "fork");
	if (child == 0) { /* copies some of what it shares with its parent */
		pages[5 * PAGE] = pages[6 * PAGE] = shared[0] = 2;
		print_faults();
		print_faults();
		write(ready[1], "x", 1);
	}
	for (;;)
		sleep(1000);
}
