/* powercut.c - `powercut [ROUNDS [START]]`: writes records that can be checked after a
 * power cut, and says which of them are on the disk for sure.
 *
 * Round N writes /cut/new, a file of 1 to 23 blocks, renames it to /cut/dP/rS (slot S
 * is N mod 8, P is the parity of N div 8), and removes what round N - 8 had left in the
 * other directory.  Each block begins with `N block blocks.`, the rest is a pattern made
 * from N and the block.  Links, directories and short files come and go beside them, so
 * that the log has all kinds of work.  Every third round ends in sync(), and then
 * `synced N` is printed: from there on no power cut may lose round N or one before it. */
#include "lib.h"

#define FILES 8
#define BLOCK 1024

static unsigned char block[BLOCK];

/* The number of blocks of round @n's file. */
static int round_blocks(long n)
{
	return 1 + (int)(n * 7 % 23);
}

static void round_write(long n, const char *name)
{
	long fd = open(name, O_CREATE | O_WRONLY | O_TRUNC);
	int blocks = round_blocks(n);

	CHECK(fd >= 0);
	for (int b = 0; b < blocks; b++) {
		pattern_fill(block, BLOCK, (uint32_t)(n * 64 + b));
		format((char *)block, 32, "%ld %d %d.", n, b, blocks);
		EQ(write(fd, block, BLOCK), BLOCK);
	}
	EQ(close(fd), 0);
}

/* The file of slot @slot lives in one of two directories, by the parity of its round. */
static void slot_name(char name[24], long slot, long parity)
{
	format(name, 24, "/cut/d%ld/r%ld", parity, slot);
}

static void round_do(long n)
{
	char name[24], old[24], junk[24];

	slot_name(name, n % FILES, n / FILES % 2);
	slot_name(old, n % FILES, (n / FILES + 1) % 2);
	format(junk, sizeof(junk), "/cut/t%ld", n % 5);
	round_write(n, "/cut/new");
	EQ(rename("/cut/new", name), 0); /* whole, or not there */
	unlink(old);
	if (n % 3 == 0) {
		unlink(junk);
		EQ(link(name, junk), 0);
	} else if (n % 3 == 1) {
		unlink(junk);
		EQ(mkdir(junk), 0);
		EQ(unlink(junk), 0);
	} else {
		unlink(junk);
		file_make(junk, n % 2000, (uint32_t)n);
	}
}

int main(int argc, char *argv[])
{
	long rounds = argc > 1 ? number(argv[1]) : 1000000000;
	long start = argc > 2 ? number(argv[2]) : 1;

	test_name = "powercut";
	mkdir("/cut");
	mkdir("/cut/d0");
	mkdir("/cut/d1");
	EQ(sync(), 0);
	printf("powercut: start\n");
	for (long n = start; n < start + rounds; n++) {
		round_do(n);
		if (n % 3 == 0) {
			EQ(sync(), 0);
			printf("synced %ld\n", n);
		}
	}
	EQ(sync(), 0);
	printf("powercut: end\n");
	return 0;
}
