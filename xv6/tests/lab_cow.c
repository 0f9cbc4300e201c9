/* lab_cow.c - what the test of the copy-on-write lab does: forks while two thirds of the
 * memory are in use, writes on both sides, and lets the kernel write to shared pages.  Each
 * part prints its name and its result with two calls, as that program does. */
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "kernel/memlayout.h"
#include "user/user.h"

static char *part;

static void check(int good, const char *what)
{
	if (good)
		return;
	printf("%s is wrong\n", what);
	exit(1);
}

static void begin(char *name)
{
	part = name;
	printf("%s: ", part);
}

/* Grows by @size, and writes the owner's number into each page. */
static char *fill(uint64 size)
{
	char *heap = sbrk((int)size);

	check(heap != SBRK_ERROR, "sbrk");
	for (uint64 i = 0; i < size; i += PGSIZE)
		*(int *)(heap + i) = getpid();
	return heap;
}

static void check_owner(const char *heap, uint64 size, int owner)
{
	for (uint64 i = 0; i < size; i += PGSIZE)
		check(*(int *)(heap + i) == owner, "what a page holds");
}

static int fork_or_fail(void)
{
	int pid = fork();

	check(pid >= 0, "fork");
	return pid;
}

static void wait_for(int n)
{
	for (int status = -1; n > 0; n--) {
		check(wait(&status) > 0, "wait");
		check(status == 0, "a child's status");
	}
}

/* A fork with copies would need more memory than there is. */
static void simple(void)
{
	uint64 size = (PHYSTOP - KERNBASE) / 3 * 2;
	char *heap;

	begin("simple");
	heap = fill(size);
	if (fork_or_fail() == 0)
		exit(0);
	wait_for(1);
	check_owner(heap, size, getpid());
	check(sbrk(-(int)size) != SBRK_ERROR, "shrinking");
	printf("ok\n");
}

/* Three processes write to a part of the same memory each, all at once. */
static void three(void)
{
	uint64 size = (PHYSTOP - KERNBASE) / 16;
	char *heap;
	int me = getpid();

	begin("three");
	heap = fill(size);
	for (int child = 0; child < 2; child++) {
		if (fork_or_fail() > 0)
			continue;
		for (uint64 i = 0; i < size / 5 * (child + 2); i += PGSIZE)
			*(int *)(heap + i) = getpid();
		check_owner(heap, size / 5 * (child + 2), getpid());
		check_owner(heap + PGROUNDUP(size / 5 * (child + 2)),
			    size - PGROUNDUP(size / 5 * (child + 2)), me);
		exit(0);
	}
	wait_for(2);
	check_owner(heap, size, me);
	check(sbrk(-(int)size) != SBRK_ERROR, "shrinking");
	printf("ok\n");
}

/* The kernel writes to a page that a child shares with its parent. */
static void file(void)
{
	static char buffer[4096];
	int fd[2], n;

	begin("file");
	buffer[0] = 99;
	for (int i = 0; i < 4; i++) {
		check(pipe(fd) == 0, "pipe");
		if (fork_or_fail() == 0) {
			sleep(1);
			check(read(fd[0], buffer, sizeof(int)) == sizeof(int), "read");
			check(*(int *)buffer == i, "what came through the pipe");
			exit(0);
		}
		n = i;
		check(write(fd[1], &n, sizeof(n)) == sizeof(n), "write");
		wait_for(1);
		close(fd[0]);
		close(fd[1]);
	}
	check(buffer[0] == 99, "the parent's page");
	printf("ok\n");
}

/* Many children at once, of a process that has shared its memory before. */
static void forkfork(void)
{
	uint64 size = 256 * PGSIZE;
	char *heap;
	int me = getpid();

	begin("forkfork");
	heap = fill(size);
	for (int round = 0; round < 20; round++) {
		for (int child = 0; child < 3; child++) {
			if (fork_or_fail() > 0)
				continue;
			if (fork_or_fail() == 0)
				exit(0);
			wait_for(1);
			check_owner(heap, size, me);
			exit(0);
		}
		wait_for(3);
	}
	check(sbrk(-(int)size) != SBRK_ERROR, "shrinking");
	printf("ok\n");
}

int main(void)
{
	simple();
	simple(); /* the first one gave back everything */
	three();
	three();
	three();
	file();
	forkfork();
	printf("ALL COW TESTS PASSED\n");
	exit(0);
}
