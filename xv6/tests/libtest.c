/* libtest.c - the library of xv6 programs, tried on the machine: the break, and the
 * functions that make system calls.  Prints `libtest: ok`, or what is wrong; the exit
 * status is the number of faults.  Functions that need no kernel are tested on the host. */
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static int failures;

static void expect(int truth, const char *what)
{
	if (truth)
		return;
	fprintf(2, "libtest: %s\n", what);
	failures++;
}

/* What printf() writes, through a pipe. */
static void test_printf(void)
{
	static const char want[] =
		"-5 5 FF 0x0000000000001000 str c % -9 18446744073709551615\n";
	char got[128];
	int fd[2], n;

	expect(pipe(fd) == 0, "pipe");
	fprintf(fd[1], "%d %u %x %p %s %c %% %ld %lu\n", -5, 5, 255, (void *)0x1000, "str",
		'c', -9L, ~0ul);
	close(fd[1]);
	n = read(fd[0], got, sizeof(got));
	close(fd[0]);
	expect(n == sizeof(want) - 1 && memcmp(got, want, (uint)n) == 0, "printf");
}

/* Two lines on descriptor 0; the second is left for the next reader. */
static void test_gets(void)
{
	char line[16];
	int fd[2], old = dup(0);

	pipe(fd);
	write(fd[1], "one\ntwo", 7);
	close(fd[1]);
	close(0);
	expect(dup(fd[0]) == 0, "dup takes the lowest descriptor");
	close(fd[0]);
	expect(strcmp(gets(line, sizeof(line)), "one\n") == 0, "gets: a line");
	expect(strcmp(gets(line, 3), "tw") == 0, "gets: no room");
	expect(strcmp(gets(line, sizeof(line)), "o") == 0, "gets: the end");
	expect(gets(line, sizeof(line))[0] == '\0', "gets: nothing");
	close(0);
	dup(old);
	close(old);
}

static void test_stat(void)
{
	struct stat st;

	expect(stat(".", &st) == 0 && st.type == T_DIR && st.dev == 1,
	       "stat of a directory");
	expect(stat("no such file", &st) == -1, "stat of nothing");
	for (int i = 0; i < 20; i++)
		stat(".", &st);
	expect(open(".", O_RDONLY) == 3, "stat gives its descriptor back");
	close(3);
}

static void test_sbrk(void)
{
	char *(*move)(int) = sbrk;
	char *start = move(0);

	expect(sbrk(8192) == start && sbrk(0) == start + 8192, "sbrk grows");
	start[8191] = 1;
	expect(sbrk(-8192) == start + 8192 && sbrk(0) == start, "sbrk shrinks");
	expect(sbrk(0x7fffffff) == SBRK_ERROR && sbrk(0) == start, "sbrk of too much");
	expect(sbrklazy(1 << 20) == start && (start[1 << 19] = 1), "sbrklazy");
	sbrk(-(1 << 20));
}

/* In a child: takes all memory in pieces, gives it back, takes some again. */
static int malloc_all(void)
{
	void **last = 0, **p;
	uint pieces = 0;

	while ((p = malloc(10001))) {
		if ((uint64)p % 16)
			return 2;
		*p = last;
		last = p;
		pieces++;
	}
	for (; last; last = p) {
		p = *last;
		free(last);
	}
	if (pieces < 100 || !malloc(20 * 1024) || !malloc(pieces * 5000))
		return 3;
	return 0;
}

static void test_malloc(void)
{
	int status = -1;
	int pid = fork();

	if (pid == 0)
		exit(malloc_all());
	expect(pid > 0 && wait(&status) == pid && status == 0, "malloc of everything");
}

int main(int argc, char *argv[])
{
	expect(argc == 1 && strcmp(argv[0], "libtest") == 0 && !argv[1], "arguments");
	test_printf();
	test_gets();
	test_stat();
	test_sbrk();
	test_malloc();
	if (!failures)
		printf("libtest: ok\n");
	return failures;
}
