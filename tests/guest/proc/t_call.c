/* t_call.c - the calling convention: numbers, results, registers. */
#include "lib.h"

long regs_integer(long a0, long number, long spins);
long regs_float(long a0, long number, long spins, long seed);
extern long regs_result;

#define SPINS 30000000 /* long enough to be pre-empted */
#define FLOAT_SEED(n) (0x3ff1234500000000 + (long)(n)*0x1000001)

static const int bad_numbers[] = { 0,  63, 125,        1000,           4095,
				   -1, -2, 0x7fffffff, (int)0x80000000 };

TEST(call, unknown_number_fails)
{
	for (size_t i = 0; i < COUNT(bad_numbers); i++)
		REFUSED(ecall_raw(1, 2, 3, 4, 5, 6, bad_numbers[i]));
}

TEST(call, native_numbers_give_errno)
{
	EQ(ecall_raw(99, 0, 0, 0, 0, 0, SYS_NATIVE + 21), -9);              /* EBADF  */
	EQ(ecall_raw((long)"nothing", 0, 0, 0, 0, 0, SYS_NATIVE + 15), -2); /* ENOENT */
	EQ(ecall_raw((long)"", 0, 0, 0, 0, 0, SYS_NATIVE + 15), -2);
	EQ(ecall_raw((long)"", 0, 0, 0, 0, 0, SYS_NATIVE + 9), -2); /* chdir */
	EQ(ecall_raw(0, 0, 0, 0, 0, 0, SYS_NATIVE + 11), getpid());
	EQ(ecall_raw(0, 0, 0, 0, 0, 0, SYS_NATIVE + 63), -88); /* ENOSYS */
}

TEST(call, int_arguments_are_low_halves)
{
	long fd = dup(1);

	CHECK(fd >= 0);
	/* the upper half of a register is not part of an int */
	EQ(ecall_raw(fd | (0x1234l << 32), 0, 0, 0, 0, 0, 21), 0);
	REFUSED(close(fd));
}

TEST(call, registers_are_kept_over_calls)
{
	EQ(regs_integer(0, 11, 0), 0); /* getpid */
	EQ(regs_result, getpid());
	EQ(regs_integer(0, 14, 0), 0);  /* uptime */
	EQ(regs_integer(-1, 21, 0), 0); /* close, failing */
	EQ(regs_result, -1);
	EQ(regs_integer(0, 60, 0), 0); /* no such call */
	EQ(regs_result, -1);
	EQ(regs_integer(99, 5, 0), 0);  /* read */
	EQ(regs_integer(99, 16, 0), 0); /* write */
	EQ(regs_integer(-1, 15, 0), 0); /* open */
	EQ(regs_integer(-1, 7, 0), 0);  /* exec, failing */
	EQ(regs_integer(0, 64, 0), 0);  /* sync */
}

TEST(call, registers_are_kept_over_sleep)
{
	EQ(regs_integer(1, 13, 0), 0);
	EQ(regs_result, 0);
}

TEST(call, registers_are_kept_over_fork)
{
	long changed = regs_integer(0, 1, 0);

	EQ(changed, 0);
	if (regs_result == 0)
		exit(0); /* the child: its registers were compared as well */
	EQ(reap(regs_result), 0);
}

TEST(call, registers_are_kept_over_preemption)
{
	long pid[3];

	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			EQ(regs_integer(0, 0, SPINS), 0);
			exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
}

TEST(float, kept_over_calls)
{
	EQ(regs_float(0, 11, 0, FLOAT_SEED(1)), 0);
	EQ(regs_float(0, 60, 0, FLOAT_SEED(2)), 0);
	EQ(regs_float(2, 13, 0, FLOAT_SEED(3)), 0);
	EQ(regs_float(-1, 15, 0, FLOAT_SEED(5)), 0);
}

TEST(float, kept_over_preemption)
{
	long pid[4];

	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			EQ(regs_float(0, 0, SPINS, FLOAT_SEED(i)), 0);
			EQ(regs_float(0, 0, SPINS, FLOAT_SEED(i + 7)), 0);
			exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
}

TEST(float, each_process_has_its_own)
{
	long pid[5];

	for (int i = 0; i < 5; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 20; k++)
				EQ(regs_float(k % 4 == 0, 13, 0, FLOAT_SEED(i * 20 + k)),
				   0);
			exit(0);
		}
	}
	for (int i = 0; i < 5; i++)
		EQ(reap(pid[i]), 0);
}

TEST(float, fork_copies_the_registers)
{
	long changed = regs_float(0, 1, 0, FLOAT_SEED(30));

	EQ(changed, 0);
	if (regs_result == 0) {
		/* and the child's changes are not the parent's */
		EQ(regs_float(1, 13, 0, FLOAT_SEED(31)), 0);
		exit(0);
	}
	EQ(reap(regs_result), 0);
}

TEST(float, child_does_not_disturb_parent)
{
	const word before = 0x400921fb54442d18;
	word after;
	long pid;

	__asm__ volatile("fmv.d.x fs11, %0" ::"r"(before) : "fs11");
	pid = must_fork();
	if (pid == 0) {
		EQ(regs_float(2, 13, 0, FLOAT_SEED(8)), 0);
		exit(0);
	}
	EQ(reap(pid), 0);
	__asm__ volatile("fmv.x.d %0, fs11" : "=r"(after));
	EQ(after, before);
}

TEST(call, getpid_differs_from_parent)
{
	long parent = getpid(), pid = must_fork();

	if (pid == 0) {
		CHECK(getpid() != parent);
		exit((int)getpid());
	}
	EQ(reap(pid), pid);
}

TEST(call, usyscall_page_has_the_pid)
{
	const struct usyscall *page = (const struct usyscall *)USYSCALL;

	EQ(*(volatile const int *)&page->pid, getpid());
	CHILD(0, EQ(*(volatile const int *)&page->pid, getpid()));
	EQ(*(volatile const int *)&page->pid, getpid());
	KILLS(store8(USYSCALL, 1));
	KILLS(jump(USYSCALL));
}

TEST(call, uptime_counts_ticks)
{
	long before = uptime(), after;

	EQ(pause(3), 0);
	after = uptime();
	CHECK(after - before >= 2);
	/* 300 ticks would mean another unit of time */
	CHECK(after - before < 300);
}

TEST(call, pause_of_nothing_returns)
{
	EQ(pause(0), 0);
	EQ(pause(-1), 0);
	EQ(pause((int)0x80000000), 0);
}

TEST(call, clock_grows)
{
	long a = clock(), b;

	CHECK(a > 0);
	EQ(pause(2), 0);
	b = clock();
	CHECK(b - a >= 100 * 1000 * 1000l);
}

TEST(call, isatty_knows_the_console)
{
	int fd[2];

	EQ(isatty(0), 1);
	EQ(pipe(fd), 0);
	EQ(isatty(fd[0]), 0);
	REFUSED(isatty(-1));
	REFUSED(isatty(99));
}

/* `abitest @flood WHAT N`: N failing calls, each of which the kernel reports.  WHAT is
 * `calls` for unknown calls, `inodes` for creations when no inode is left. */
ROLE(flood)
{
	long n = number(argv[3]);
	char name[16];

	(void)argc;
	if (strcmp(argv[2], "calls") == 0) {
		while (n-- > 0)
			ecall_raw(0, 0, 0, 0, 0, 0, 63);
		return 0;
	}
	for (int i = 0;; i++) {
		long fd;

		format(name, sizeof(name), "f%d", i);
		fd = open(name, O_CREATE | O_WRONLY);
		if (fd >= 0)
			close(fd);
		else if (--n <= 0)
			return 0;
	}
}

/* `abitest @node PATH MAJOR` makes a device node. */
ROLE(node)
{
	return argc == 4 ? (int)mknod(argv[2], (int)number(argv[3]), 0) : 1;
}
