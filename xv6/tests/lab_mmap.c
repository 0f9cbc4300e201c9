/* lab_mmap.c - what the tests of the mmap lab do: maps files, looks at the bytes and at
 * the file, gives back parts, forks, and touches what must not be touched. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/stat.h"
#include "user/user.h"

#define SIZE (PGSIZE + PGSIZE / 2)
#define FAILED ((char *)-1)

static const char *part;

static void check(int good, const char *what)
{
	if (good)
		return;
	printf("%s: %s is wrong\n", part, what);
	exit(1);
}

/* A new file of one page and a half of the letter A. */
static int make_file(int flags)
{
	char text[512];
	int fd;

	unlink("mapped");
	fd = open("mapped", O_CREATE | O_WRONLY);
	check(fd >= 0, "open");
	memset(text, 'A', sizeof(text));
	for (int i = 0; i < SIZE; i += sizeof(text))
		check(write(fd, text, sizeof(text)) == sizeof(text), "write");
	close(fd);
	fd = open("mapped", flags);
	check(fd >= 0, "open again");
	return fd;
}

/* Maps two pages of a new file, whose descriptor is closed. */
static char *map_file(int prot, int flags, int open_flags)
{
	int fd = make_file(open_flags);
	char *p = mmap(0, 2 * PGSIZE, prot, flags, fd, 0);

	check(p != FAILED, "mmap");
	close(fd);
	return p;
}

static void check_bytes(const char *p, char wanted)
{
	for (int i = 0; i < 2 * PGSIZE; i++)
		check(p[i] == (i < SIZE ? wanted : 0), "a byte of the mapping");
}

static void check_file(char first_page, char second_page)
{
	int fd = open("mapped", O_RDONLY);
	struct stat st;
	char byte;

	check(fstat(fd, &st) == 0 && st.size == SIZE, "the size of the file");
	for (int i = 0; i < SIZE; i++)
		check(read(fd, &byte, 1) == 1 &&
			      byte == (i < PGSIZE ? first_page : second_page),
		      "a byte of the file");
	close(fd);
}

/* Whether a child that runs @touch dies of that. */
static void check_kills(void (*touch)(char *), char *p)
{
	int status = 0;

	if (fork() == 0) {
		touch(p);
		exit(0);
	}
	wait(&status);
	check(status == -1, "the status of who touched it");
}

static void write_byte(char *p)
{
	*(volatile char *)p = 'x';
}

static void read_byte(char *p)
{
	exit(*(volatile char *)p);
}

static void basic(void)
{
	char *p = map_file(PROT_READ, MAP_PRIVATE, O_RDONLY);

	check_bytes(p, 'A');
	check(munmap(p, 2 * PGSIZE) == 0, "munmap");
}

static void private(void)
{
	char *p = map_file(PROT_READ | PROT_WRITE, MAP_PRIVATE, O_RDONLY);

	memset(p, 'Z', SIZE);
	check_bytes(p, 'Z');
	check(munmap(p, 2 * PGSIZE) == 0, "munmap");
	check_file('A', 'A');
}

static void read_only(void)
{
	int fd = make_file(O_RDONLY);

	check(mmap(0, PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == FAILED,
	      "a shared mapping to write of a file that may be read only");
	close(fd);
}

/* Head, tail and pages that were never touched; what was written is in the file. */
static void shared(void)
{
	char *p = map_file(PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR);

	memset(p, 'B', PGSIZE);
	check(munmap(p, PGSIZE) == 0, "munmap of the head");
	p[PGSIZE] = 'A';
	check(munmap(p + PGSIZE, PGSIZE) == 0, "munmap of the tail");
	check_file('B', 'A');
	p = map_file(PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR);
	check(munmap(p, 2 * PGSIZE) == 0, "munmap of what was never touched");
	check_file('A', 'A');
}

/* What is written to the file later is seen at the first touch. */
static void lazy(void)
{
	int fd = make_file(O_RDWR);
	char *p = mmap(0, SIZE, PROT_READ, MAP_SHARED, fd, 0);

	check(p != FAILED && write(fd, "m", 1) == 1, "mmap, then write");
	check(p[0] == 'm' && p[1] == 'A', "what was written after the mapping was made");
	check(munmap(p, SIZE) == 0, "munmap");
	close(fd);
}

static void two_files(void)
{
	int fd[2];
	char *p[2];

	for (int i = 0; i < 2; i++) {
		const char *name = i ? "two" : "one";

		fd[i] = open(name, O_RDWR | O_CREATE);
		check(write(fd[i], name, 3) == 3, "write");
		p[i] = mmap(0, PGSIZE, PROT_READ, MAP_PRIVATE, fd[i], 0);
		close(fd[i]);
		unlink(name);
	}
	check(memcmp(p[0], "one", 3) == 0 && memcmp(p[1], "two", 3) == 0,
	      "the two mappings");
	check(munmap(p[0], PGSIZE) == 0 && p[1][0] == 't', "the other one after munmap");
	check(munmap(p[1], PGSIZE) == 0, "munmap");
}

static void after_fork(void)
{
	char *p = map_file(PROT_READ, MAP_SHARED, O_RDONLY);
	char *q = map_file(PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR);
	int status = -1;

	check(p[0] == 'A', "a byte before fork");
	if (fork() == 0) {
		check_bytes(p, 'A');
		q[0] = 'C';
		check(munmap(p, PGSIZE) == 0, "munmap in the child");
		exit(0); /* gives back the rest */
	}
	wait(&status);
	check(status == 0, "the child");
	check_bytes(p, 'A');
	check(q[0] == 'C', "what the child wrote to a shared mapping");
	check(munmap(p, 2 * PGSIZE) == 0 && munmap(q, 2 * PGSIZE) == 0, "munmap");
}

static void no_access(void)
{
	char *p = map_file(PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR);

	check(p[0] == 'A', "a byte");
	check(munmap(p, PGSIZE) == 0, "munmap");
	check_kills(read_byte, p);
	check_kills(write_byte, p);
	check(p[PGSIZE] == 'A', "the rest");
	check(munmap(p + PGSIZE, PGSIZE) == 0, "munmap of the rest");
}

static void no_write(void)
{
	char *p = map_file(PROT_READ, MAP_SHARED, O_RDWR);

	check_kills(write_byte, p);
	check(munmap(p, 2 * PGSIZE) == 0, "munmap");
	check_file('A', 'A');
}

static void run(const char *name, void (*test)(void))
{
	part = name;
	test();
	printf("test %s: OK\n", part);
}

int main(void)
{
	run("basic mmap", basic);
	run("mmap private", private);
	run("mmap read-only", read_only);
	run("mmap read/write", shared);
	run("lazy access", lazy);
	run("mmap two files", two_files);
	run("fork", after_fork);
	run("munmap prevents access", no_access);
	run("writes to read-only mapped memory", no_write);
	unlink("mapped");
	printf("lab_mmap: all tests succeeded\n");
	exit(0);
}
