/* lab_lazy.c - what the tests of lazy allocation do: a heap that is far larger than the
 * memory, touched here and there; pages given back; and a process that touches too much. */
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "user/user.h"

#define LARGE (1024 * 1024 * 1024)
#define STEP (64 * PGSIZE)

/* Runs @part in a child, which must end with @wanted. */
static void run(const char *name, void (*part)(void), int wanted)
{
	int status = 0;

	if (fork() == 0) {
		part();
		exit(0);
	}
	wait(&status);
	printf("test %s: %s\n", name, status == wanted ? "OK" : "FAILED");
	if (status != wanted)
		exit(1);
}

static char *grow(void)
{
	char *heap = sbrk(LARGE);

	if (heap == SBRK_ERROR) {
		printf("sbrk of 1 GiB fails\n");
		exit(2);
	}
	return heap;
}

static void alloc(void)
{
	char *heap = grow();

	for (uint64 i = 0; i < LARGE; i += STEP)
		*(char **)(heap + i) = heap + i;
	for (uint64 i = 0; i < LARGE; i += STEP)
		if (*(char **)(heap + i) != heap + i)
			exit(3);
}

static void unmap(void)
{
	char *heap = grow();
	int status = 0;

	for (uint64 i = 0; i < LARGE; i += 4 * STEP)
		heap[i] = 1;
	if (fork() == 0) {
		sbrk(-LARGE);
		heap[0] = 1;
		exit(0);
	}
	wait(&status);
	exit(status == -1 ? 0 : 4);
}

/* The last page of each call is touched by the kernel. */
static void by_the_kernel(void)
{
	char *heap = grow();
	int fd[2];

	if (pipe(fd) < 0 || write(fd[1], heap + LARGE - 1, 1) != 1 ||
	    read(fd[0], heap + STEP - 1, 1) != 1 || pipe((int *)(heap + 2 * STEP)) < 0)
		exit(5);
}

static void out_of_memory(void)
{
	char *heap = grow();

	for (uint64 i = 0; i < LARGE; i += PGSIZE)
		heap[i] = 1;
}

int main(void)
{
	run("lazy alloc", alloc, 0);
	run("lazy unmap", unmap, 0);
	run("lazy by the kernel", by_the_kernel, 0);
	run("out of memory", out_of_memory, -1);
	run("lazy alloc", alloc, 0);
	printf("ALL TESTS PASSED\n");
	exit(0);
}
