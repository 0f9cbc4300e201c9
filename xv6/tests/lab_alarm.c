// lab_alarm.c - what programs of the traps lab expect of sigalarm() and sigreturn().
// Prints `testN passed` for each part; `lab_alarm pause` only pauses.
#include "kernel/param.h"
#include "kernel/types.h"
#include "kernel/stat.h"
#include "kernel/riscv.h"
#include "user/user.h"

volatile static int calls;

static void dot(void)
{
	calls++;
	printf(".");
	sigreturn();
}

// The alarm comes at all.
static void test0(void)
{
	printf("test0 start\n");
	calls = 0;
	sigalarm(2, dot);
	for (uint64 i = 0; i < 1000000000000ul && !calls; i++)
		if (i % 1000000 == 0)
			write(2, ".", 1);
	sigalarm(0, 0);
	printf(calls ? "\ntest0 passed\n" : "\ntest0 failed: no alarm\n");
}

// Counts with variables that the compiler keeps in registers.
static int __attribute__((noinline)) step(int i, int *j)
{
	if (i % 2500000 == 0)
		write(2, ".", 1);
	*j += 1;
	return i + 1;
}

// Ten alarms interrupt the loop at any instruction, and each goes on where it was.
static void test1(void)
{
	int i, j;

	printf("test1 start\n");
	calls = j = 0;
	sigalarm(1, dot);
	for (i = 0; i < 2000000000 && calls < 10;)
		i = step(i, &j);
	sigalarm(0, 0);
	if (calls < 10)
		printf("\ntest1 failed: %d alarms\n", calls);
	else if (i != j)
		printf("\ntest1 failed: %d rounds, %d steps\n", i, j);
	else
		printf("\ntest1 passed\n");
}

static void slow(void)
{
	int end = uptime() + 5;

	calls++;
	if (calls > 1) {
		printf("test2 failed: the handler was called within the handler\n");
		exit(1);
	}
	while (uptime() < end)
		;
	sigalarm(0, 0);
	sigreturn();
}

// A handler that takes longer than the interval is not called again, also in a child.
static void test2(void)
{
	int status = -1;

	printf("test2 start\n");
	if (fork() == 0) {
		calls = 0;
		sigalarm(2, slow);
		for (uint64 i = 0; i < 1000000000000ul && !calls; i++)
			if (i % 1000000 == 0)
				write(2, ".", 1);
		exit(calls != 1);
	}
	wait(&status);
	printf(status == 0 ? "\ntest2 passed\n" : "\ntest2 failed\n");
}

static void once(void)
{
	calls++;
	sigalarm(0, 0);
	sigreturn();
}

// a0 and s11 are not what the calls in the handler returned.
static void test3(void)
{
	uint64 a0, s11;

	calls = 0;
	sigalarm(1, once);
	asm volatile("li a0, 0xac\n"
		     "li s11, 0xbd\n"
		     "1: lw t0, %2\n"
		     "beqz t0, 1b\n"
		     "mv %0, a0\n"
		     "mv %1, s11\n"
		     : "=r"(a0), "=r"(s11)
		     : "m"(calls)
		     : "a0", "s11", "t0");
	if (a0 != 0xac || s11 != 0xbd)
		printf("test3 failed: a0 is %lx, s11 %lx\n", a0, s11);
	else
		printf("test3 passed\n");
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		pause(1);
		exit(0);
	}
	test0();
	test1();
	test2();
	test3();
	exit(0);
}
