/* manyareas.c - for test_inside.py: `manyareas N` maps a page N times, with unmapped pages
 * between, has a heap of 1 GiB of which it touches little, and works for two seconds. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define GIB (1ul << 30)
#define STEP (5ul << 20)

static void map_pages(int n)
{
	int fd = open("README", O_RDONLY);

	for (int i = 0; i < n; i++) {
		char *page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

		page[0] = 1;
		munmap(page + 4096, 4096);
	}
}

int main(int argc, char **argv)
{
	char *heap = sbrklazy(GIB);

	map_pages(argc > 1 ? atoi(argv[1]) : 0);
	for (int round = 0; round < 20; round++) {
		for (uint64 at = 0; at < GIB; at += STEP)
			heap[at] = 1;
		pause(1);
	}
	exit(0);
}
