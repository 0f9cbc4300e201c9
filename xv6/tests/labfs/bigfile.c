// bigfile.c - writes the longest file that the file system lab allows, one block at a time,
// reads it back, and makes sure that it cannot be longer.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "user/user.h"

#define LONGEST (11 + 256 + 256 * 256)

static uint block[BSIZE / sizeof(uint)];

static void fail(char *what, int n)
{
	printf("bigfile: %s at block %d\n", what, n);
	exit(1);
}

// Blocks until a write fails.  Each has its number at both ends.
static int fill(int fd)
{
	int n = 0;

	for (;;) {
		block[0] = n;
		block[BSIZE / sizeof(uint) - 1] = ~n;
		if (write(fd, block, BSIZE) != BSIZE)
			return n;
		n++;
	}
}

static void check(int fd, int blocks)
{
	for (int n = 0; n < blocks; n++) {
		if (read(fd, block, BSIZE) != BSIZE)
			fail("read failed", n);
		if (block[0] != n || block[BSIZE / sizeof(uint) - 1] != ~n)
			fail("wrong contents", n);
	}
	if (read(fd, block, 1) != 0)
		fail("no end of the file", blocks);
}

int main(void)
{
	int fd = open("big.file", O_CREATE | O_WRONLY | O_TRUNC), n;

	if (fd < 0)
		fail("cannot create big.file", 0);
	n = fill(fd);
	printf("wrote %d blocks\n", n);
	if (n != LONGEST)
		fail("the file ends", n);
	if (write(fd, block, 1) != -1)
		fail("the file grows", n);
	close(fd);
	printf("reading bigfile\n");
	fd = open("big.file", O_RDONLY);
	if (fd < 0)
		fail("cannot open big.file again", 0);
	check(fd, n);
	close(fd);
	if (unlink("big.file") < 0)
		fail("cannot remove big.file", n);
	printf("bigfile done; ok\n");
	exit(0);
}
