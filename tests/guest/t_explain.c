/* t_explain.c - the kernel says why an access is refused. */
#include "mapping.h"
#include "vm.h"

enum { READ, WRITE, EXECUTE };

static char text[1024];

static long ask(int pid, word va, int access, void *buf, long size)
{
	return ecall_raw(pid, (long)va, access, (long)buf, size, 0, NR_EXPLAIN);
}

/* Whether the answer has @word in it. */
static int says(word va, int access, const char *words)
{
	long n = ask(0, va, access, text, sizeof(text)), lines = 0,
	     len = (long)strlen(words);
	int found = 0;

	EQ(n, (long)strlen(text));
	for (long i = 0; i < n; i++) {
		lines += text[i] == '\n';
		found |= strncmp(text + i, words, (size_t)len) == 0;
	}
	CHECK(lines >= 2 && lines <= 8);
	return found;
}

TEST(explain, knows_the_usual_causes)
{
	word sp = start_regs[2] & ~(PAGE - 1), brk = (word)sbrk(0, EAGER);

	CHECK(says((word)etext - 4, WRITE, "program text"));
	CHECK(says(sp - PAGE + 8, WRITE, "stack overflow"));
	CHECK(says((brk + PAGE - 1) & ~(PAGE - 1), READ, "behind the break"));
	CHECK(says(brk - 8, EXECUTE, "X is clear"));
	CHECK(says(USYSCALL, WRITE, "USYSCALL"));
	CHECK(says(TRAPFRAME, READ, "U is clear"));
	CHECK(says(1ul << 40, READ, "wild pointer"));
	CHECK(says(0x80000000, READ, "physical memory"));
	CHECK(says((word)text, READ, "nothing refuses it"));
}

/* Null pointers, also where text is at 0. */
TEST(explain, null_pointers)
{
	CHECK(says(0, WRITE, "null pointer"));
	CHECK(says(16, WRITE, "null pointer"));
	CHECK(says(0x34, WRITE, "null pointer"));
}

/* What is not there yet, but would come, is not refused; what lies past the end of a
 * file is. */
TEST(explain, pages_that_come_at_the_touch)
{
	word lazy = pages_new(2, LAZY);
	word file, shared;
	int fd;

	CHECK(says(lazy, WRITE, "nothing refuses it"));
	CHECK(says(lazy + PAGE, READ, "nothing refuses it"));
	store8(lazy, 1);
	CHILD(7, exit(says(lazy, WRITE, "nothing refuses it") ? 7 : 1));
	file_make("ex", 100, 1);
	fd = open("ex", O_RDWR);
	file = map(0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
	shared = map(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	for (int i = 0; i < 2; i++) {
		CHECK(says(file, WRITE, "nothing refuses it"));
		CHECK(says(shared, WRITE, "nothing refuses it"));
		CHECK(says(file + PAGE, READ, "past the end"));
		CHECK(says(shared + PAGE, WRITE, "past the end"));
		load8(file);
		load8(shared);
	}
	EQ(unmap(file, 2 * PAGE), 0);
	EQ(unmap(shared, 2 * PAGE), 0);
	EQ(close(fd), 0);
	EQ(unlink("ex"), 0);
}

TEST(explain, bad_arguments)
{
	REFUSED(ask(0, 0, 3, text, sizeof(text)));
	REFUSED(ask(0, 0, -1, text, sizeof(text)));
	REFUSED(ask(0, 0, READ, text, 0));
	REFUSED(ask(0, 0, READ, (void *)0x80000000, 100));
	REFUSED(ask(0, 0, READ, (void *)TRAPFRAME, 100));
	REFUSED(ask(30000, 0, READ, text, sizeof(text)));
	REFUSED(ask(-1, 0, READ, text, sizeof(text)));
}

TEST(explain, answer_is_cut_to_the_buffer)
{
	memset(text, 'x', sizeof(text));
	EQ(ask(0, 0, READ, text, 10), 9);
	EQ(text[9], 0);
	EQ(text[10], 'x');
	CHECK(ask(1, 0, READ, text, sizeof(text)) > 0);
}
