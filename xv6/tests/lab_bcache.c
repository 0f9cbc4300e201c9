// lab_bcache.c - files used by several processes at once, as the lock labs test it.  How
// often do they get into each other's way in the block cache, and are all blocks right?
// Prints `test0: OK`, then `testN OK` for each part.  `lab_bcache N` runs part N alone.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/stat.h"
#include "user/user.h"
#include "collisions.h"

#define READERS 3
#define READS 300 // of each reader's file
#define SMALL 10  // blocks of a small file
#define LARGE 200 // blocks of a large one
#define NAMES 100 // made and removed by each process

static char block[BSIZE];

// Block i of the file is full of what seed + i gives.
static void make(char *name, int blocks, int seed)
{
	int fd = open(name, O_CREATE | O_RDWR);

	for (int i = 0; i < blocks; i++) {
		memset(block, seed + i, BSIZE);
		if (write(fd, block, BSIZE) != BSIZE)
			exit(2);
	}
	close(fd);
}

static void look(char *name, int blocks, int seed)
{
	int fd = open(name, O_RDONLY);

	for (int i = 0; i < blocks; i++) {
		if (read(fd, block, BSIZE) != BSIZE)
			exit(3);
		for (int j = 0; j < BSIZE; j++) {
			if (block[j] != (char)(seed + i))
				exit(4);
		}
	}
	close(fd);
}

// Runs a process for each number below n, and waits for all.
static void together(int part, int n, void (*what)(int number, char *name))
{
	for (int i = 0; i < n; i++) {
		char name[3] = { 'b', 'A' + i, 0 };
		int pid = fork();

		if (pid < 0)
			fail(part, "fork");
		if (pid == 0) {
			what(i, name);
			exit(0);
		}
	}
	for (int i = 0; i < n; i++) {
		int status = -1;

		wait(&status);
		if (status != 0)
			fail(part, "a process");
	}
}

// In whole blocks, and byte by byte.
static void read_often(int number, char *name)
{
	make(name, SMALL, number);
	for (int i = 0; i < READS; i++)
		look(name, SMALL, number);
	for (int i = 0; i < 3; i++) {
		int fd = open(name, O_RDONLY), n = 0;
		char c;

		while (read(fd, &c, 1) == 1)
			n++;
		close(fd);
		if (n != SMALL * BSIZE)
			exit(5);
	}
	unlink(name);
}

static void large_and_small(int number, char *name)
{
	int blocks = number ? SMALL : LARGE;

	for (int i = 0; i < 3; i++) {
		make(name, blocks, number + i);
		look(name, blocks, number + i);
		unlink(name);
	}
}

static void names(int number, char *name)
{
	char path[6] = { 'b', 'd', '/', name[1], 'a', 0 };

	for (int i = 0; i < NAMES; i++) {
		path[4] = 'a' + i % 26;
		if (i % 2)
			make(path, 1, number);
		else if (mkdir(path) < 0)
			exit(2);
		if (i % 2)
			look(path, 1, number);
		if (unlink(path) < 0)
			exit(3);
	}
}

// The last process reads the directory, in which the others make and remove names.
static void names_and_reader(int number, char *name)
{
	struct dirent entry;

	if (number < READERS) {
		names(number, name);
		return;
	}
	for (int i = 0; i < NAMES; i++) {
		int fd = open("bd", O_RDONLY), n, dots = 0;

		while ((n = read(fd, &entry, sizeof(entry))) == sizeof(entry))
			dots += entry.inum && entry.name[0] == '.';
		close(fd);
		if (n != 0 || dots != 2)
			exit(5);
	}
}

int main(int argc, char **argv)
{
	int only = argc > 1 ? atoi(argv[1]) : -1;

	if (only < 0 || only == 0) {
		int before = collisions(0);

		together(0, READERS, read_often);
		if (collisions(1) - before >= 500)
			fail(0, "too many collisions");
		printf("test0: OK\n");
	}
	if (only < 0 || only == 1) {
		together(1, READERS, large_and_small);
		printf("test1 OK\n");
	}
	mkdir("bd");
	if (only < 0 || only == 2) {
		together(2, READERS, names);
		printf("test2 OK\n");
	}
	if (only < 0 || only == 3) {
		together(3, READERS + 1, names_and_reader);
		printf("test3 OK\n");
	}
	unlink("bd");
	exit(0);
}
