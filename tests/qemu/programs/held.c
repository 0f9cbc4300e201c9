/* held.c - for test_inside.py: a process that stands still, after it has printed its page
 * table with kpgtbl() and pgpte().  The prompt comes after that. */
#include "kernel/types.h"
#include "user/user.h"

#define PAGE 4096ul
#define BIG (4ul << 20)

static char data[PAGE];

static void touch_all(char *heap)
{
	for (uint64 i = 0; i < BIG; i += PAGE)
		heap[i] = 1;
	data[0]++;
}

static void show(uint64 va)
{
	printf("pgpte %p %p\n", (void *)va, (void *)pgpte((void *)va));
}

static void stand_still(char *heap, int done)
{
	if (fork() == 0) /* the child shares pages with it */
		pause(100000);
	/* The first round touches what the second touches: nothing changes after it. */
	for (int round = 1; round <= 2; round++) {
		printf("round %d of %d\n", round, getpid());
		if (round == 2)
			kpgtbl();
		show((uint64)stand_still);
		show((uint64)heap);
		show((uint64)heap + BIG - PAGE);
		show((uint64)heap + BIG + PAGE);
		show(0x3fffffd000);
		printf("\n");
	}
	write(done, "x", 1);
	pause(100000);
}

int main(void)
{
	char *heap = sbrk(BIG);
	int fd[2];
	char c;

	touch_all(heap);
	pipe(fd);
	if (fork() == 0)
		stand_still(heap, fd[1]);
	read(fd[0], &c, 1);
	exit(0);
}
