/* t_thread.c - threads of a process: what they share, how they end, and what exit, exec,
 * fork, wait and kill do to them. */
#include "thread.h"

#define NATIVE(name, ...) ecall_raw(__VA_ARGS__, SYS_NATIVE + (name))
#define NR_CLONE 110
#define NR_JOIN 112
#define ESRCH 3
#define EAGAIN 11
#define EFAULT 14
#define EINVAL 22
#define EDEADLK 45

static volatile int count, ready, go;

static void add_one(word unused)
{
	(void)unused;
	add(&count);
}

TEST(thread, shares_memory_and_gives_a_value)
{
	word value = 0;
	int tid = thread(0, add_one, 0x123456789abcdef);

	EQ(join(tid, &value, 0), tid);
	EQ(value, 0x123456789abcdef);
	EQ(count, 1);
	EQ(NATIVE(NR_JOIN, tid, 0, 0, 0, 0, 0), -ESRCH);
}

static void wait_for_go(word unused)
{
	(void)unused;
	add(&ready);
	await(&go, 1);
}

TEST(thread, as_many_as_the_limit_and_again)
{
	int tid[NTHREAD];

	for (int round = 0; round < 3; round++) {
		go = ready = 0;
		for (int i = 1; i < NTHREAD; i++)
			tid[i] = thread(i, wait_for_go, 0);
		await(&ready, NTHREAD - 1);
		EQ(NATIVE(NR_CLONE, (long)thread_main, 0, (long)stacks[0], 0, 0, 0),
		   -EAGAIN);
		put(&go, 1);
		for (int i = 1; i < NTHREAD; i++)
			thread_join(tid[i]);
	}
}

TEST(thread, slots_come_back)
{
	word processes = process_count();

	for (int i = 0; i < 200; i++)
		thread_join(thread(i % NTHREAD, add_one, 0));
	EQ(count, 200);
	EQ(process_count(), processes);
}

static void look_at_ids(word pid)
{
	EQ(getpid(), pid);
	CHECK(gettid() != getpid());
	put(&count, (int)gettid());
}

TEST(thread, has_its_own_number_and_the_pid_of_its_process)
{
	int tid = thread(0, look_at_ids, (word)getpid());

	EQ(gettid(), getpid());
	thread_join(tid);
	EQ(count, tid);
	REFUSED(kill(tid));
	REFUSED(wait4(tid, 0, 0));
}

TEST(thread, join_refuses)
{
	int tid = thread(0, wait_for_go, 7), other = thread(1, sleep_for_ever, 0);
	word value = 0;

	EQ(NATIVE(NR_JOIN, gettid(), 0, 0, 0, 0, 0), -EDEADLK);
	EQ(NATIVE(NR_JOIN, 0, 0, 0, 0, 0, 0), -EINVAL);
	EQ(NATIVE(NR_JOIN, tid, 0, 2, 0, 0, 0), -EINVAL);
	EQ(NATIVE(NR_JOIN, 1, 0, 0, 0, 0, 0), -ESRCH);
	EQ(join(tid, &value, JOIN_NOHANG), 0);
	put(&go, 1);
	EVENTUALLY(NATIVE(NR_JOIN, tid, -8, 0, 0, 0, 0) == -EFAULT, 100);
	EQ(join(tid, &value, 0), tid);
	EQ(value, 7);
	EQ(join(other, &value, JOIN_NOHANG), 0);
}

static void join_first(word pid)
{
	EQ(join((int)pid, 0, 0), pid);
	exit(5);
}

TEST(thread, the_first_may_leave_and_be_joined)
{
	CHILD(5, thread(0, join_first, (word)getpid()); leave(3));
}

TEST(thread, any_can_be_joined)
{
	int sum = 0, tid[3];

	for (int i = 0; i < 3; i++)
		sum += tid[i] = thread(i, add_one, 0);
	for (int i = 0; i < 3; i++)
		sum -= (int)join(-1, 0, 0);
	EQ(sum, 0);
	REFUSED(join(-1, 0, 0));
}

static volatile int both;

static void join_too(word tid)
{
	if (join((int)tid, 0, 0) == (long)tid)
		add(&both);
	add(&count);
}

TEST(thread, one_of_two_joins)
{
	int tid = thread(0, wait_for_go, 0), other = thread(1, join_too, (word)tid);

	await(&ready, 1);
	pause(1);
	put(&go, 1);
	join_too((word)tid);
	thread_join(other);
	EQ(count, 2);
	EQ(both, 1);
}

/* --- registers ------------------------------------------------------------- */

/* Fills registers with what no other thread has, and looks at them again and again. */
static void keep_registers(word n)
{
	double f = (double)n;

	for (int i = 0; i < 300; i++) {
		double now = f;
		word s = n, tp;

		__asm__ volatile("fmv.d fs3, %0\n fsflags %1" ::"f"(now), "r"(n % 32)
				 : "fs3");
		if (i % 3 == 0)
			pause(0);
		for (volatile int k = 0; k < 300; k++)
			;
		__asm__ volatile("mv %0, tp" : "=r"(tp));
		EQ(tp, n * 8);
		__asm__ volatile("fmv.d %0, fs3" : "=f"(now));
		CHECK(now == f);
		__asm__ volatile("" : "+r"(s));
		EQ(s, n);
	}
}

TEST(thread, registers_are_its_own)
{
	int tid[4];

	for (word i = 0; i < 4; i++)
		tid[i] = thread_with((int)i, keep_registers, i + 1, (void *)((i + 1) * 8));
	for (int i = 0; i < 4; i++)
		thread_join(tid[i]);
}

/* --- the end of a process -------------------------------------------------- */

static int pipe_fd[2];

static void read_pipe(word unused)
{
	char c;

	(void)unused;
	read(pipe_fd[0], &c, 1);
}

static void pause_long(word unused)
{
	(void)unused;
	pause(100000);
}

static void wait_for_a_child(word unused)
{
	(void)unused;
	wait(0);
}

/* Threads in all sorts of states. */
static void threads_everywhere(void)
{
	EQ(pipe(pipe_fd), 0);
	if (must_fork() == 0) {
		EQ(close(pipe_fd[1]), 0);
		read_pipe(0); /* until the process has ended */
		exit(0);
	}
	thread(1, spin_for_ever, 0);
	thread(2, sleep_for_ever, 0);
	thread(3, read_pipe, 0);
	thread(4, pause_long, 0);
	thread(5, wait_for_a_child, 0);
}

static void exit_with(word status)
{
	exit((int)status);
}

TEST(thread, exit_ends_all)
{
	for (int round = 0; round < 5; round++) {
		CHILD(0x12345, threads_everywhere(); exit(0x12345));
		CHILD(77, threads_everywhere(); thread(0, exit_with, 77); leave(0));
	}
}

TEST(thread, return_from_the_first_function_is_a_fault)
{
	KILLS(clone(add_one, 0, stacks[1], 0); sleep_for_ever(0));
}

static void bad_store(word unused)
{
	(void)unused;
	store8(8, 1);
}

TEST(thread, fault_ends_all)
{
	KILLS(threads_everywhere(); thread(0, bad_store, 0); sleep_for_ever(0));
}

TEST(thread, kill_ends_all)
{
	int told[2];
	char c;

	EQ(pipe(told), 0);
	for (int round = 0; round < 5; round++) {
		long pid = must_fork();

		if (pid == 0) {
			threads_everywhere();
			EQ(write(told[1], "r", 1), 1);
			if (round % 2)
				leave(0);
			sleep_for_ever(0);
		}
		EQ(read(told[0], &c, 1), 1);
		EQ(kill((int)pid), 0);
		EQ(reap(pid), KILLED);
	}
}

TEST(thread, last_to_leave_ends_the_process)
{
	CHILD(0, thread(0, add_one, 9); leave(8));
	CHILD(0, leave(8));
	CHILD(0, thread(0, wait_for_go, 9); await(&ready, 1); put(&go, 1); leave(1));
}

static volatile int gate[NTHREAD];

static void wait_at_gate(word i)
{
	await(&gate[i], 1);
	add(&count);
}

/* A thread that were made after its process has ended would wait for ever. */
static void start_and_join(word i)
{
	for (;;) {
		int tid;

		put(&gate[i], 0);
		tid = thread((int)i, wait_at_gate, i);
		put(&gate[i], 1);
		thread_join(tid);
	}
}

/* A process ends while its threads make threads. */
TEST(thread, end_while_threads_start)
{
	for (int round = 0; round < 8; round++)
		CHILD(3, thread(1, start_and_join, 2); thread(3, start_and_join, 4);
		      while (get(&count) < round * 5) pause(0); exit(3));
	for (int round = 0; round < 6; round++) {
		long pid = must_fork();

		if (pid == 0) {
			thread(1, start_and_join, 2);
			start_and_join(3);
		}
		if (round % 2)
			pause(1);
		EQ(kill((int)pid), 0);
		EQ(reap(pid), KILLED);
	}
}

/* --- exec ------------------------------------------------------------------ */

/* Its argument is the pid. */
ROLE(alone)
{
	EQ(getpid(), number(argv[argc - 1]));
	EQ(gettid(), getpid());
	REFUSED(join(-1, 0, 0));
	thread_join(thread(0, add_one, 0));
	EQ(count, 1);
	return 44;
}

static void exec_alone(word pid)
{
	char text[16];

	format(text, sizeof(text), "%d", (int)pid);
	exec(test_self, (char *[]){ "abitest", "@alone", text, 0 });
	exit(1);
}

TEST(thread, exec_leaves_one_thread)
{
	for (int round = 0; round < 5; round++) {
		CHILD(44, threads_everywhere(); exec_alone((word)getpid()));
		CHILD(44, threads_everywhere(); thread(0, exec_alone, (word)getpid());
		      sleep_for_ever(0));
		CHILD(44, thread(0, exec_alone, (word)getpid()); leave(0));
	}
}

TEST(thread, exec_by_two_at_once)
{
	for (int round = 0; round < 10; round++)
		CHILD(44, thread(0, exec_alone, (word)getpid());
		      thread(1, exec_alone, (word)getpid()); exec_alone((word)getpid()));
}

TEST(thread, exec_that_fails_ends_nobody)
{
	int tid = thread(0, wait_for_go, 0);

	await(&ready, 1);
	REFUSED(exec("/nowhere", (char *[]){ "x", 0 }));
	REFUSED(exec("/README", (char *[]){ "x", 0 }));
	put(&go, 1);
	thread_join(tid);
}

/* --- fork and wait --------------------------------------------------------- */

static void fork_and_look(word n)
{
	for (int round = 0; round < 10; round++) {
		long pid = must_fork();
		int status = -5;

		if (pid == 0) {
			EQ(gettid(), getpid());
			REFUSED(join(-1, 0, 0));
			exit((int)n + round);
		}
		EQ(wait4((int)pid, &status, 0), pid);
		EQ(status, (int)n + round);
	}
}

TEST(thread, fork_copies_the_caller_alone)
{
	int tid[3];

	for (int i = 0; i < 3; i++)
		tid[i] = thread(i, fork_and_look, (word)(100 * i));
	fork_and_look(1000);
	for (int i = 0; i < 3; i++)
		thread_join(tid[i]);
}

static volatile int reaped, none_left;

static void reap_all(word unused)
{
	(void)unused;
	await(&go, 1);
	while (wait((int *)sbrk(PAGE, LAZY)) > 0) /* the kernel has to bring the page in */
		__atomic_fetch_add(&reaped, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&none_left, 1, __ATOMIC_SEQ_CST);
}

TEST(thread, each_child_is_waited_for_once)
{
	int tid[3];

	for (int round = 0; round < 20; round++) {
		go = reaped = none_left = 0;
		for (int i = 0; i < 3; i++)
			tid[i] = thread(i, reap_all, 0);
		for (int i = 0; i < 10; i++)
			if (must_fork() == 0)
				exit(i);
		put(&go, 1);
		for (int i = 0; i < 3; i++)
			thread_join(tid[i]);
		EQ(reaped, 10);
		EQ(none_left, 3);
	}
}
