/* t_exec_many.c - exec() with more arguments than xv6 allows: its native form, and programs
 * whose stack has room for them. */
#include "elf.h"

#define EFAULT 14
#define E2BIG 7
#define ENOMEM 12
#define KERNEL_ADDRESS ((char *)0xffffffff80200000ul)
#define CALLED 300 /* status: exec() gave the error that was expected */

static char *many[MAXARGS + 1];
static char words[MAXARGS][8];

static long exec_native(const char *path, char *const argv[])
{
	return ecall_raw((long)path, (long)argv, 0, 0, 0, 0, SYS_NATIVE + 7);
}

/* Fills many[] with the numbers 0 to @n - 1 and a NULL. */
static void number_arguments(int n)
{
	for (int i = 0; i < n; i++) {
		format(words[i], sizeof(words[i]), "%d", i);
		many[i] = words[i];
	}
	many[n] = 0;
}

typedef long exec_fn(const char *path, char *const argv[]);

/* Runs `echo` with its output in the file "out"; returns the exit status. */
static int echo_run(exec_fn *fn, char *const argv[])
{
	long pid = must_fork();

	if (pid == 0) {
		close(1);
		EQ(open("out", O_CREATE | O_WRONLY | O_TRUNC), 1);
		EQ(fn("/echo", argv), 0);
		exit(98);
	}
	return reap(pid);
}

/* Checks that "out" holds many[1] to many[n - 1] with blanks between them, and removes
 * it. */
static void echo_check(int n)
{
	static char buf[65536];
	long fd = open("out", O_RDONLY), size = 0, got;

	CHECK(fd >= 0);
	while ((got = read(fd, buf + size, sizeof(buf) - size)) > 0)
		size += got;
	EQ(close(fd), 0);
	got = 0;
	for (int i = 1; i < n; i++) {
		long len = strlen(many[i]);

		EQ(memcmp(buf + got, many[i], len), 0);
		EQ(buf[got + len], i + 1 < n ? ' ' : '\n');
		got += len + 1;
	}
	EQ(size, got);
	EQ(unlink("out"), 0);
}

TEST(exec_many, arguments_arrive)
{
	static const int counts[] = { 31, 32, 33, 511, 512, 513, 1000, MAXARGS - 1 };

	for (unsigned i = 0; i < COUNT(counts); i++) {
		number_arguments(counts[i]);
		EQ(echo_run(exec_native, many), 0);
		echo_check(counts[i]);
	}
}

TEST(exec_many, too_many)
{
	word free;

	number_arguments(MAXARGS);
	EQ(exec_native("/echo", many), -E2BIG);
	free = free_memory();
	for (int i = 0; i < 20; i++)
		EQ(exec_native("/echo", many), -E2BIG);
	EQ(free_memory(), free);
	/* the plain call keeps xv6's limit, whatever the program can take */
	number_arguments(MAXARG);
	REFUSED(exec("/echo", many));
	number_arguments(MAXARG - 1);
	EQ(echo_run(exec, many), 0);
	echo_check(MAXARG - 1);
}

/* Saves a program that exits with argc, as "odd". */
static void odd_make(word stack)
{
	static const uint32_t code[] = { EXIT_A0 };
	struct elf_file *f = elf_simple(code, COUNT(code));
	struct elf_segment *s = elf_add(f, PF_R | PF_W, 0, 0, 0);

	s->type = PT_GNU_STACK;
	s->memsz = stack;
	elf_save(f, "odd");
}

/* Runs it with many[]; returns its exit status, or CALLED if exec_native() gave @error. */
static int odd_run(int error)
{
	long pid = must_fork();

	if (pid == 0) {
		EQ(exec_native("odd", many), error);
		exit(CALLED);
	}
	return reap(pid);
}

/* Arguments may fill a stack of one page, as in xv6. */
TEST(exec_many, stack_of_a_page)
{
	odd_make(0);
	number_arguments(170); /* 170 * 16 + 1,376 = 4,096 */
	EQ(odd_run(0), 170);
	number_arguments(171);
	EQ(odd_run(-E2BIG), CALLED);
	EQ(unlink("odd"), 0);
}

/* Runs /echo and "odd", which has a stack of 16 pages, by plain exec() with many[]: both
 * exit with @status, or CALLED if exec() fails. */
static void plain_run(int status)
{
	static const char *const path[] = { "/echo", "odd" };

	for (unsigned i = 0; i < COUNT(path); i++) {
		volatile word mark = 0x5eed + i;
		long pid = must_fork();

		if (pid == 0) {
			close(1);
			EQ(open("out", O_CREATE | O_WRONLY | O_TRUNC), 1);
			REFUSED(exec(path[i], many));
			EQ(mark, 0x5eed + i); /* the old image goes on */
			exit(CALLED);
		}
		EQ(reap(pid), status == CALLED ? CALLED : i == 0 ? 0 : status);
	}
	EQ(unlink("out"), 0);
}

/* As in xv6: whatever program is started, and however large its stack is. */
TEST(exec_many, plain_call_fills_one_page)
{
	static char big[MAXARG][401];
	static const int sizes[] = { 220, 400 };

	odd_make(16 * PAGE);
	/* 30 strings of 128 bytes take 3,840, and the array of 31 takes 256. */
	for (int i = 0; i < 30; i++) {
		memset(big[i], 'a', 127);
		many[i] = big[i];
	}
	many[30] = 0;
	plain_run(30);
	big[29][127] = 'a'; /* one byte more */
	plain_run(CALLED);
	big[29][127] = 0;
	many[30] = big[30];
	many[31] = 0;
	plain_run(CALLED);
	for (unsigned k = 0; k < COUNT(sizes); k++) {
		for (int i = 0; i < 31; i++) {
			memset(big[i], 'b', sizes[k] - 1);
			many[i] = big[i];
		}
		plain_run(CALLED);
		EQ(echo_run(exec_native, many), 0);
		echo_check(31);
	}
	EQ(unlink("odd"), 0);
}

/* Half of a stack of four pages: 16 strings of 496 bytes take 7,936, and 256 are left for
 * one more and the array of 18, which takes 144. */
TEST(exec_many, half_of_the_stack_is_left)
{
	static char big[496], last[128];

	odd_make(4 * PAGE);
	memset(big, 'b', sizeof(big) - 1);
	memset(last, 'l', sizeof(last) - 1);
	for (int i = 0; i < 16; i++)
		many[i] = big;
	many[16] = last;
	many[17] = 0;
	last[111] = 0; /* 112 bytes */
	EQ(odd_run(0), 17);
	last[111] = 'l'; /* 128 */
	EQ(odd_run(-E2BIG), CALLED);
	EQ(unlink("odd"), 0);
}

/* For our own programs strings and array may have 64 KiB; here most strings fill a page. */
TEST(exec_many, long_strings)
{
	static char big[4096], last[4096];

	memset(big, 'b', sizeof(big) - 1);
	memset(last, 'l', sizeof(last) - 1);
	many[0] = "echo";
	for (int i = 1; i < 16; i++)
		many[i] = big;
	many[16] = last;
	many[17] = 0;
	last[3935] = 0; /* 16 + 15 * 4,096 + 3,936 + 144 = 65,536 */
	EQ(echo_run(exec_native, many), 0);
	echo_check(17);
	last[3935] = 'l';
	last[3936] = 0;
	EQ(exec_native("/echo", many), -E2BIG);
}

TEST(exec_many, bad_pointers)
{
	static char *const bad[] = { KERNEL_ADDRESS, (char *)-1, (char *)MAXVA,
				     (char *)TRAPFRAME, (char *)0xeaeb0b5b00002f5e };
	static const int places[] = { 0, 31, 32, 500, 511, 512, 700, 1022 };
	word free = 0;

	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < COUNT(bad) * COUNT(places); i++) {
			number_arguments(MAXARGS - 1);
			many[places[i % COUNT(places)]] = bad[i / COUNT(places)];
			EQ(exec_native("/echo", many), -EFAULT);
		}
		if (round == 0)
			free = free_memory();
	}
	EQ(free_memory(), free);
}

/* The array lies on two pages; the strings cross a boundary or end at the last byte of
 * memory. */
TEST(exec_many, across_pages)
{
	word p = (sbrk(0, EAGER) + PAGE - 1) & -PAGE, top = p + 4 * PAGE;
	char **array = (char **)(p + PAGE) - 300;

	sbrk(top - sbrk(0, EAGER), EAGER);
	strcpy((char *)(p + 3 * PAGE) - 3, "abcdef");
	strcpy((char *)top - 4, "end");
	for (int i = 0; i < 600; i++)
		array[i] = many[i] = i % 5 ? (char *)(p + 3 * PAGE) - i % 5 + 1
					   : (char *)top - 4;
	array[600] = many[600] = 0;
	EQ(echo_run(exec_native, many), 0);
	echo_check(600);
	/* without a NULL or NUL before the end of memory, array and string are bad
	 * addresses */
	array = (char **)top - 600;
	for (int i = 0; i < 600; i++)
		array[i] = "x";
	EQ(exec_native("/echo", array), -EFAULT);
	array[599] = 0;
	EQ(echo_run(exec_native, array), 0);
	EQ(unlink("out"), 0);
	array[598] = (char *)top - 3;
	array[599] = (char *)-1; /* bytes other than 0 up to the end */
	EQ(exec_native("/echo", array), -EFAULT);
}

/* With 0, 1, 2, ... pages left exec works or returns an error, and no memory is lost. */
SLOW_TEST(exec_many, memory_runs_out)
{
	int refused = 0, done = 0;
	word free = 0;

	heap_eager();
	odd_make(64 * PAGE);
	number_arguments(MAXARGS - 1);
	for (int left = 0; left < 60; left += left < 30 ? 1 : 10) {
		long pid = must_fork();
		int status;

		if (pid == 0) {
			while (sbrk(1 << 20, EAGER) != -1 || sbrk(PAGE, EAGER) != -1)
				;
			if (left)
				sbrk(-left * (int)PAGE, EAGER);
			EQ(exec_native("odd", many), -ENOMEM);
			exit(CALLED);
		}
		status = reap(pid);
		CHECK(status == MAXARGS - 1 || status == CALLED);
		refused += status == CALLED;
		done += status != CALLED;
		if (left == 0)
			free = free_memory();
		else
			EVENTUALLY(free_memory() == free, 50);
	}
	CHECK(refused > 0 && done > 0);
	EQ(unlink("odd"), 0);
}

TEST(exec_many, from_several_processes_at_once)
{
	long pid[6];

	odd_make(16 * PAGE);
	number_arguments(1000);
	for (int i = 0; i < 6; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int n = 0; n < 5; n++) {
				many[500] = (char *)-1;
				EQ(exec_native("odd", many), -EFAULT);
				many[500] = "x";
				EQ(odd_run(0), 1000);
			}
			exit(0);
		}
	}
	for (int i = 0; i < 6; i++)
		EQ(reap(pid[i]), 0);
	EQ(unlink("odd"), 0);
}
