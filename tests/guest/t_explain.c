/* t_explain.c - the kernel says why an access is refused. */
#include "lib.h"

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
