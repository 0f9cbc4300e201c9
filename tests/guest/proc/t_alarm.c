/* t_alarm.c - sigalarm() and sigreturn(): when the handler is called, what it interrupts,
 * and when it is not called. */
#include "vm.h"

#define TICK_NS (100 * 1000 * 1000l)
#define PROCESSES 6

/* regs.S.  alarm_spin() puts a pattern into each register, a negative one into a0, and
 * spins without system calls until alarm_done is set.  It returns 0, or the number of a
 * register that has changed.  The handlers overwrite all registers, sp included, the second
 * one also those of floating point; they count in alarm_calls, and set alarm_done when that
 * is alarm_wanted. */
long alarm_spin(void);
void alarm_clobber(void);
void alarm_clobber_float(void);
void state_float_set(word mark);
void state_float_get(word out[33]);
extern volatile int alarm_calls, alarm_wanted, alarm_done;

static void count(void)
{
	alarm_calls++;
	sigreturn();
	FAIL("sigreturn() came back");
}

static void spin_until(int calls)
{
	long end = clock() + 300 * TICK_NS;

	while (alarm_calls < calls)
		if (clock() > end)
			FAIL("call %d of the handler does not come", calls);
}

/* Without system calls. */
static void spin_ticks(int ticks)
{
	const volatile struct usyscall *page = (void *)USYSCALL;
	word end = time_counter() + (word)ticks * page->timebase_hz / 10;

	while (time_counter() < end)
		;
}

/* --- what is kept ----------------------------------------------------------------- */

static void spin_with(void (*handler)(void), int wanted)
{
	alarm_calls = alarm_done = 0;
	alarm_wanted = wanted;
	EQ(sigalarm(1, handler), 0);
	EQ(alarm_spin(), 0);
	EQ(alarm_calls, wanted);
	EQ(sigalarm(0, 0), 0);
}

TEST(alarm, keeps_all_registers)
{
	spin_with(alarm_clobber, 2);
}

/* A machine without floating point kills the child that uses it. */
static int ended_clean(long pid)
{
	int status = reap(pid);

	return status == 0 || status == KILLED;
}

TEST(alarm, keeps_floating_point)
{
	word before[33], after[33];
	long pid = must_fork();

	if (pid == 0) {
		state_float_set(0x5a5ac3c3f00dbeef);
		state_float_get(before);
		spin_with(alarm_clobber_float, 1);
		state_float_get(after);
		exit(memcmp(before, after, sizeof(before)) != 0);
	}
	CHECK(ended_clean(pid));
}

/* What the handler did in the unit is no state of a program that has not used it. */
SLOW_TEST(alarm, leaves_floating_point_unused)
{
	word after[33];
	int left = 0;
	long pid = must_fork();

	if (pid == 0) {
		spin_with(alarm_clobber_float, 1);
		state_float_get(after);
		for (int i = 0; i < 33; i++)
			left += after[i] != 0;
		exit(left);
	}
	CHECK(ended_clean(pid));
}

TEST(alarm, many_processes_at_once)
{
	long pid[PROCESSES], spinning = must_fork();

	if (spinning == 0) {
		sigalarm(1, count);
		for (;;)
			;
	}
	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			if (i % 2)
				pause(1);
			spin_with(alarm_clobber, 1);
			exit(0);
		}
	}
	for (int i = 0; i < PROCESSES; i++)
		EQ(reap(pid[i]), 0);
	EQ(kill((int)spinning), 0);
	EQ(reap(spinning), KILLED);
}

/* --- when it is called --------------------------------------------------------- */

/* Time cannot pass faster for the process than for everybody. */
SLOW_TEST(alarm, comes_every_so_many_ticks)
{
	long start = clock();

	EQ(sigalarm(2, count), 0);
	spin_until(1);
	CHECK(clock() - start >= 2 * TICK_NS);
	spin_until(2);
	CHECK(clock() - start >= 4 * TICK_NS);
	EQ(sigalarm(0, 0), 0);
}

/* Almost all the time of this process passes in the kernel.  If that did not count, it
 * would take many times as long. */
SLOW_TEST(alarm, time_in_the_kernel_counts)
{
	long before;

	file_make("f", SCRATCH_SIZE, 1);
	before = (long)process_cputime((int)getpid());
	EQ(sigalarm(1, count), 0);
	while (!alarm_calls) {
		long fd = open("f", O_RDONLY);

		EQ(read(fd, scratch, SCRATCH_SIZE), SCRATCH_SIZE);
		EQ(close(fd), 0);
	}
	EQ(sigalarm(0, 0), 0);
	before = (long)process_cputime((int)getpid()) - before;
	CHECK(before >= 100 * 1000 && before < 500 * 1000);
	EQ(unlink("f"), 0);
}

/* While this process spins, another hart takes over the child.  The process that the child
 * wakes goes on there, before the time at which the alarm would have come on the first
 * hart.  From then on it makes no system calls, and nothing else interrupts it. */
SLOW_TEST(alarm, comes_on_another_hart)
{
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	for (int i = 1; i <= 2; i++) {
		long pid = must_fork();

		if (pid == 0) {
			spin_ticks(2);
			exit(write(fd[1], "x", 1) != 1);
		}
		EQ(sigalarm(3, count), 0);
		spin_ticks(1);
		EQ(read(fd[0], &c, 1), 1);
		for (int k = 0; k < 50 && alarm_calls < i; k++)
			spin_ticks(1);
		EQ(alarm_calls, i);
		EQ(sigalarm(0, 0), 0);
		EQ(reap(pid), 0);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

SLOW_TEST(alarm, time_asleep_does_not_count)
{
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	CHILD(0, {
		long writer;

		EQ(sigalarm(3, count), 0);
		EQ(pause(2), 0);
		writer = must_fork();
		if (writer == 0) {
			pause(4);
			exit(write(fd[1], "x", 1) != 1);
		}
		EQ(read(fd[0], &c, 1), 1);
		EQ(reap(writer), 0);
		EQ(alarm_calls, 0);
		spin_until(1);
	});
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

static void slow(void)
{
	alarm_calls++;
	spin_ticks(2);
	if (alarm_calls != 1)
		FAIL("the handler is called within the handler");
	EQ(sigalarm(1, count), 0);
	spin_ticks(2);
	if (alarm_calls != 1)
		FAIL("another handler is called within the handler");
	sigreturn();
}

SLOW_TEST(alarm, is_not_called_within_the_handler)
{
	long start;

	EQ(sigalarm(1, slow), 0);
	spin_until(1);
	/* The calls that were missed are not made up for: a whole interval passes. */
	start = clock();
	spin_until(2);
	CHECK(clock() - start >= TICK_NS / 2);
	EQ(sigalarm(0, 0), 0);
}

static void stop(void)
{
	alarm_calls++;
	EQ(sigalarm(0, 0), 0);
	sigreturn();
	FAIL("sigreturn() came back");
}

SLOW_TEST(alarm, stops)
{
	EQ(sigalarm(1, count), 0);
	EQ(sigalarm(0, 0), 0);
	EQ(sigalarm(0, 0), 0);
	spin_ticks(2);
	EQ(alarm_calls, 0);
	/* in the handler, which still returns to where the program was */
	EQ(sigalarm(1, stop), 0);
	spin_until(1);
	spin_ticks(2);
	EQ(alarm_calls, 1);
	/* and it can begin again */
	EQ(sigalarm(1, count), 0);
	spin_until(2);
	EQ(sigalarm(0, 0), 0);
}

SLOW_TEST(alarm, new_interval_replaces_the_old_one)
{
	long start = clock();

	EQ(sigalarm(1000000000, count), 0);
	EQ(sigalarm(1, count), 0);
	spin_until(1);
	EQ(sigalarm(0x7fffffff, count), 0);
	spin_ticks(2);
	EQ(alarm_calls, 1);
	CHECK(clock() - start >= 3 * TICK_NS);
	EQ(sigalarm(0, 0), 0);
}

SLOW_TEST(alarm, wrong_calls_are_refused)
{
	REFUSED(sigalarm(-1, count));
	REFUSED(sigalarm((int)0x80000000, count));
	REFUSED(sigreturn());
	EQ(sigalarm(1, count), 0);
	REFUSED(sigreturn());
	spin_until(1);
	REFUSED(sigreturn());
	REFUSED(sigalarm(-1, 0));
	spin_until(2); /* a refused call has changed nothing */
	EQ(sigalarm(0, 0), 0);
	REFUSED(sigreturn());
}

#define NATIVE(name, a, b) ecall_raw((long)(a), (long)(b), 0, 0, 0, 0, SYS_NATIVE + (name))
#define SIGALARM 97
#define SIGRETURN 98
#define EINVAL 22

static void count_natively(void)
{
	alarm_calls++;
	NATIVE(SIGRETURN, 0, 0);
	FAIL("sigreturn() came back");
}

SLOW_TEST(alarm, programs_of_ours_have_it)
{
	EQ(NATIVE(SIGALARM, -1, count_natively), -EINVAL);
	EQ(NATIVE(SIGRETURN, 0, 0), -EINVAL);
	EQ(NATIVE(SIGALARM, 1, count_natively), 0);
	spin_until(1);
	EQ(NATIVE(SIGALARM, 0, 0), 0);
}

/* --- handlers that cannot run ---------------------------------------------------- */

SLOW_TEST(alarm, handler_that_cannot_run_kills)
{
	static const word bad[] = {
		0xffffffff80200000, 0xffffffc080200000, 1ul << 38, 0x3ffffff000,
		0x3fffffe000,       USYSCALL,           ~0ul,      1ul << 63,
		0x3000000000
	};
	long pid[COUNT(bad) + 2];

	for (size_t i = 0; i < COUNT(pid); i++) {
		word at = i < COUNT(bad)    ? bad[i]
			  : i == COUNT(bad) ? start_regs[2]
					    : (word)scratch;

		pid[i] = must_fork();
		if (pid[i] == 0) {
			sigalarm(1, (void (*)(void))at);
			spin_ticks(100);
			exit(1);
		}
	}
	for (size_t i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), KILLED);
}

/* `abitest @zero`: address 0 is where this program begins, so it is entered again. */
ROLE(zero)
{
	static const char *const again[] = { "abitest", "@zero", "again", 0 };
	word rounds = 4000000000;

	(void)argv;
	if (argc == 3)
		return 7;
	EQ(sigalarm(1, 0), 0);
	__asm__ volatile("li a0, 3; mv a1, %1; 1: addi %0, %0, -1; bnez %0, 1b"
			 : "+&r"(rounds)
			 : "r"(again)
			 : "a0", "a1", "memory");
	return 8;
}

SLOW_TEST(alarm, handler_may_be_at_address_0)
{
	CHILD(7, exec(test_self, (char *[]){ "abitest", "@zero", 0 }); exit(9));
}

/* --- fork, exec, exit ---------------------------------------------------------- */

SLOW_TEST(alarm, is_not_inherited)
{
	EQ(sigalarm(1, count), 0);
	CHILD(0, {
		alarm_calls = 0;
		spin_ticks(2);
		EQ(alarm_calls, 0);
		REFUSED(sigreturn());
		EQ(sigalarm(1, count), 0);
		spin_until(1);
	});
	spin_until(1);
	EQ(sigalarm(0, 0), 0);
}

static volatile long forked = -1;

static void fork_here(void)
{
	alarm_calls++;
	if (alarm_calls == 1)
		forked = fork();
	sigreturn();
	FAIL("sigreturn() came back");
}

/* Both go on where the parent was; the child has no alarm from then on. */
SLOW_TEST(alarm, fork_in_the_handler)
{
	EQ(sigalarm(1, fork_here), 0);
	spin_until(1);
	CHECK(forked >= 0);
	if (forked == 0) {
		spin_ticks(2);
		EQ(alarm_calls, 1);
		REFUSED(sigreturn());
		exit(0);
	}
	spin_until(2);
	EQ(reap(forked), 0);
	EQ(sigalarm(0, 0), 0);
}

/* `abitest @no_alarm`: 0 if this program has neither an alarm nor a handler to return
 * from. */
ROLE(no_alarm)
{
	(void)argc, (void)argv;
	spin_ticks(2);
	return alarm_calls || sigreturn() != -1;
}

static void exec_no_alarm(void)
{
	exec(test_self, (char *[]){ "abitest", "@no_alarm", 0 });
	exit(9);
}

SLOW_TEST(alarm, ends_with_exec)
{
	CHILD(0, sigalarm(1, count); exec_no_alarm());
	CHILD(0, sigalarm(1, exec_no_alarm); spin_ticks(100); exit(8));
}

SLOW_TEST(alarm, survives_an_exec_that_failed)
{
	EQ(sigalarm(1, count), 0);
	REFUSED(exec("nothing", (char *[]){ "nothing", 0 }));
	spin_until(1);
	EQ(sigalarm(0, 0), 0);
}

static void leave(void)
{
	exit(5);
}

SLOW_TEST(alarm, process_may_end_at_any_moment)
{
	long pid;

	CHILD(0, sigalarm(1, count));
	CHILD(5, sigalarm(1, leave); spin_ticks(100));
	pid = must_fork();
	if (pid == 0) {
		sigalarm(1, slow);
		spin_ticks(100);
		exit(0);
	}
	pause(2);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
}
