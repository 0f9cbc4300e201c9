/* t_stop.c - signals that stop a process, and SIGCONT. */
#include "thread/thread.h"
#include "uapi/signal.h"

long sigsend(int pid, int tid, int sig);
long sigaction(int sig, const struct signal_action *new, struct signal_action *old);
long sigmask(int how, unsigned set);
long sigresume(void);

#define UNTRACED (WAIT_UNTRACED | WAIT_POSIX)
#define STOPPED(sig) ((sig) << 8 | 0x7f)
#define CONTINUED 0xffff
#define TICKS_LONG 300

/* Waits until child @pid is stopped by @sig. */
static void await_stop(long pid, int sig)
{
	int status = 0;

	EQ(wait4((int)pid, &status, UNTRACED), pid);
	EQ(status, STOPPED(sig));
	EQ(process_state((int)pid), PS_STOPPED);
}

static void stop(long pid)
{
	EQ(sigsend((int)pid, 0, SIGSTOP), 0);
	await_stop(pid, SIGSTOP);
}

static void proceed(long pid)
{
	EQ(sigsend((int)pid, 0, SIGCONT), 0);
}

static void finish(long pid)
{
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
}

TEST(stop, running_program_uses_no_time)
{
	long pid = must_fork();
	word before;

	if (pid == 0)
		spin_for_ever(0);
	EVENTUALLY(process_cputime((int)pid) > 1000, TICKS_LONG);
	stop(pid);
	pause(1); /* it was told that it stops, and then goes to sleep */
	before = process_cputime((int)pid);
	pause(2);
	EQ(process_cputime((int)pid), before);
	proceed(pid);
	EVENTUALLY(process_cputime((int)pid) > before, TICKS_LONG);
	stop(pid);
	finish(pid);
}

/* The sleep ends when it would have ended. */
TEST(stop, sleeping_program_sleeps_on)
{
	long start = uptime(), pid = must_fork();

	if (pid == 0)
		exit((int)pause(20));
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, TICKS_LONG);
	for (int i = 0; i < 3; i++) {
		stop(pid);
		pause(1);
		proceed(pid);
	}
	CHECK(uptime() - start < 20);
	EQ(reap(pid), 0);
	CHECK(uptime() - start >= 20 && uptime() - start < 30);
}

TEST(stop, sleep_ends_meanwhile)
{
	long pid = must_fork();

	if (pid == 0)
		exit((int)pause(3));
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, TICKS_LONG);
	stop(pid);
	pause(5);
	EQ(process_state((int)pid), PS_STOPPED);
	proceed(pid);
	EQ(reap(pid), 0);
}

/* What comes for a reader that is stopped is left to others. */
TEST(stop, reader_of_a_pipe_takes_nothing)
{
	int fd[2];
	long pid;
	char c = 0;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(read(fd[0], &c, 1), 1);
		exit(c);
	}
	EVENTUALLY(process_state((int)pid) == PS_SLEEPING, TICKS_LONG);
	stop(pid);
	EQ(write(fd[1], "a", 1), 1);
	pause(1);
	EQ(process_state((int)pid), PS_STOPPED);
	EQ(read(fd[0], &c, 1), 1);
	EQ(c, 'a');
	proceed(pid);
	EQ(write(fd[1], "b", 1), 1);
	EQ(reap(pid), 'b');
}

static volatile int word_at, threads_ready, counted;

static void wait_untimed(word unused)
{
	(void)unused;
	add(&threads_ready);
	await(&word_at, 1);
}

static void wait_timed(word ns)
{
	add(&threads_ready);
	while (!get(&word_at))
		CHECK(futex(&word_at, FUTEX_WAIT, 0, (long)ns) == 0 || get(&word_at));
}

static void count_up(word unused)
{
	(void)unused;
	add(&threads_ready);
	while (!get(&word_at))
		__atomic_fetch_add(&counted, 1, __ATOMIC_RELAXED);
}

/* Threads that wait, wait for a time and run; then the first one ends all with status 7. */
static void four_threads(int fd)
{
	int tid[4];

	tid[0] = thread(0, wait_untimed, 0);
	tid[1] = thread(1, wait_timed, 3600000000000ul);
	tid[2] = thread(2, count_up, 0);
	tid[3] = thread(3, wait_untimed, 0);
	await(&threads_ready, 4);
	EQ(write(fd, "r", 1), 1);
	pause(5);
	put(&word_at, 1);
	for (int i = 0; i < 4; i++)
		thread_join(tid[i]);
	exit(7);
}

static long fork_threads(void)
{
	long pid;
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0)
		four_threads(fd[1]);
	EQ(read(fd[0], &c, 1), 1);
	close(fd[0]);
	close(fd[1]);
	return pid;
}

TEST(stop, threads_stop_and_go_on_together)
{
	long pid = fork_threads();
	word before;

	stop(pid);
	before = process_cputime((int)pid);
	pause(10);
	EQ(process_cputime((int)pid), before);
	EQ(process_state((int)pid), PS_STOPPED);
	proceed(pid);
	EQ(reap(pid), 7);
}

TEST(stop, threads_are_killed_while_stopped)
{
	long pid = fork_threads();

	stop(pid);
	finish(pid);
}

TEST(stop, killed_while_stopped)
{
	for (int i = 0; i < 20; i++) {
		long pid = must_fork();

		if (pid == 0)
			spin_for_ever(0);
		EQ(sigsend((int)pid, 0, SIGSTOP), 0);
		if (i % 2)
			await_stop(pid, SIGSTOP);
		finish(pid);
	}
}

/* A signal that ends a process waits until it goes on. */
TEST(stop, other_signals_wait)
{
	int status = 0;
	long pid = must_fork();

	if (pid == 0)
		spin_for_ever(0);
	stop(pid);
	EQ(sigsend((int)pid, 0, SIGTERM), 0);
	EQ(sigsend((int)pid, 0, SIGHUP), 0);
	pause(1);
	EQ(process_state((int)pid), PS_STOPPED);
	proceed(pid);
	EQ(wait4((int)pid, &status, WAIT_POSIX), pid);
	EQ(status, SIGTERM);
}

TEST(stop, is_told_once)
{
	int status = 0;
	long pid = must_fork();

	if (pid == 0)
		spin_for_ever(0);
	EQ(wait4((int)pid, &status, UNTRACED | WAIT_NOHANG), 0);
	EQ(sigsend((int)pid, 0, SIGSTOP), 0);
	EVENTUALLY(process_state((int)pid) == PS_STOPPED, TICKS_LONG);
	EQ(wait4((int)pid, &status, WAIT_POSIX | WAIT_CONTINUED | WAIT_NOHANG), 0);
	REFUSED(wait4((int)pid, (int *)1, UNTRACED));
	EQ(wait4(-1, &status, UNTRACED), pid);
	EQ(status, STOPPED(SIGSTOP));
	EQ(sigsend((int)pid, 0, SIGSTOP), 0); /* it is stopped already */
	EQ(wait4((int)pid, &status, UNTRACED | WAIT_NOHANG), 0);
	proceed(pid);
	EQ(wait4((int)pid, &status, UNTRACED | WAIT_NOHANG), 0);
	REFUSED(wait4((int)pid, (int *)1, WAIT_CONTINUED));
	EQ(wait4((int)pid, &status, WAIT_POSIX | WAIT_CONTINUED), pid);
	EQ(status, CONTINUED);
	EQ(wait4((int)pid, &status, UNTRACED | WAIT_CONTINUED | WAIT_NOHANG), 0);
	proceed(pid);
	EQ(wait4((int)pid, &status, UNTRACED | WAIT_CONTINUED | WAIT_NOHANG), 0);
	finish(pid);
}

/* wait() and wait4() without options see only the end. */
TEST(stop, plain_wait_sees_the_end)
{
	long pid = must_fork(), helper;

	if (pid == 0)
		exit((int)pause(2));
	stop(pid);
	helper = must_fork();
	if (helper == 0) {
		pause(4);
		proceed(pid);
		exit(3);
	}
	EQ(reap(pid), 0);
	EQ(reap(helper), 3);
}

static volatile int handled;

static void handle(int sig)
{
	(void)sig;
	handled++;
}

static int pending(int sig)
{
	return (int)(sigmask(SIGMASK_PENDING, 0) >> sig & 1);
}

static void note_child(unsigned flags)
{
	struct signal_action a = { .handler = (word)handle, .flags = flags };

	EQ(sigaction(SIGCHLD, &a, 0), 0);
	CHECK(sigmask(SIG_BLOCK, 1u << SIGCHLD) >= 0);
}

TEST(stop, parent_gets_sigchld)
{
	long pid = must_fork();

	if (pid == 0)
		spin_for_ever(0);
	note_child(0);
	stop(pid);
	EQ(pending(SIGCHLD), 1);
	note_child(SIGNAL_DEFAULT);
	finish(pid);
}

TEST(stop, parent_can_do_without_sigchld)
{
	int status;
	long pid = must_fork();

	if (pid == 0)
		spin_for_ever(0);
	note_child(SA_NOCLDSTOP);
	stop(pid);
	proceed(pid);
	EQ(wait4((int)pid, &status, WAIT_CONTINUED), pid);
	EQ(pending(SIGCHLD), 0);
	EQ(kill((int)pid), 0);
	EVENTUALLY(pending(SIGCHLD), TICKS_LONG);
	EQ(reap(pid), KILLED);
}

/* SIGCONT and signals that stop drop each other while they wait. */
TEST(stop, drops_signals_that_wait)
{
	struct signal_action a = { .handler = (word)handle };
	int me = (int)getpid(), tid = (int)gettid();

	EQ(sigaction(SIGTSTP, &a, 0), 0);
	EQ(sigaction(SIGCONT, &a, 0), 0);
	CHECK(sigmask(SIG_BLOCK, 1u << SIGTSTP | 1u << SIGCONT) >= 0);
	EQ(sigsend(me, 0, SIGTSTP), 0);
	EQ(pending(SIGTSTP), 1);
	EQ(sigsend(me, 0, SIGCONT), 0);
	EQ(pending(SIGTSTP), 0);
	EQ(pending(SIGCONT), 1);
	EQ(sigsend(me, 0, SIGTSTP), 0);
	EQ(pending(SIGCONT), 0);
	EQ(sigsend(0, tid, SIGCONT), 0);
	EQ(pending(SIGTSTP), 0);
	EQ(sigsend(0, tid, SIGTSTP), 0);
	EQ(pending(SIGCONT), 0);
}

/* A process goes on whether SIGCONT is ignored, blocked or caught. */
TEST(stop, always_goes_on)
{
	for (int how = 0; how < 3; how++) {
		long pid = must_fork();

		if (pid == 0) {
			struct signal_action a = {
				.handler = how == 1 ? SIGNAL_IGNORE : (word)handle,
				.restorer = (word)sigresume,
			};

			EQ(sigaction(SIGCONT, &a, 0), 0);
			if (how != 2)
				CHECK(sigmask(SIG_BLOCK, 1u << SIGCONT) >= 0);
			EQ(sigsend(0, (int)gettid(), SIGSTOP), 0);
			exit(5 + handled);
		}
		await_stop(pid, SIGSTOP);
		proceed(pid);
		EQ(reap(pid), 5 + (how == 2));
	}
}

static void tell(int fd, long pid)
{
	EQ(write(fd, &pid, sizeof(pid)), sizeof(pid));
}

static long told(int fd)
{
	long pid = 0;

	EQ(read(fd, &pid, sizeof(pid)), sizeof(pid));
	return pid;
}

/* SIGTSTP stops nothing that nobody would continue, and all of a job at once. */
TEST(stop, jobs)
{
	long pid = must_fork(), inner, deep;
	int number, fd[2];

	if (pid == 0)
		spin_for_ever(0);
	EQ(job(JOB_PROMPT), 0);
	number = (int)job(JOB_CONTROL);
	CHECK(number > 0);
	REFUSED(job(JOB_FOREGROUND, number + 1));
	EQ(pipe(fd), 0);
	inner = must_fork();
	if (inner == 0) {
		deep = must_fork();
		if (deep)
			tell(fd[1], deep);
		spin_for_ever(0);
	}
	deep = told(fd[0]);
	EQ(sigsend(-number, 0, SIGTSTP), 0);
	await_stop(inner, SIGTSTP);
	EVENTUALLY(process_state((int)deep) == PS_STOPPED, TICKS_LONG);
	EQ(job(JOB_FOREGROUND, number), 0);
	EQ(sigsend(-number, 0, SIGCONT), 0);
	CHECK(process_state((int)deep) != PS_STOPPED);
	EQ(sigsend(-number, 0, SIGKILL), 0);
	EQ(reap(inner), KILLED);
	EVENTUALLY(process_state((int)deep) == 0, TICKS_LONG);
	REFUSED(sigsend(-number, 0, 0));
	finish(pid);
}

/* It has no shell that continues jobs, but SIGSTOP stops it. */
TEST(stop, without_a_shell)
{
	long pid;
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(job(JOB_PROMPT), 0);
	pid = must_fork();
	if (pid == 0) {
		EQ(sigsend(0, (int)gettid(), SIGTSTP), 0);
		EQ(sigsend((int)getpid(), 0, SIGTTIN), 0);
		tell(fd[1], 1);
		spin_for_ever(0);
	}
	EQ(told(fd[0]), 1);
	stop(pid);
	finish(pid);
}

/* A process that is stopped when its parent ends gets SIGHUP and goes on. */
TEST(stop, orphan_goes_on)
{
	struct signal_action ignore = { .handler = SIGNAL_IGNORE };

	for (int ignores = 0; ignores < 2; ignores++) {
		long parent, child;
		int fd[2];

		EQ(pipe(fd), 0);
		parent = must_fork();
		if (parent == 0) {
			if (ignores)
				EQ(sigaction(SIGHUP, &ignore, 0), 0);
			child = must_fork();
			if (child == 0)
				spin_for_ever(0);
			stop(child);
			tell(fd[1], child);
			spin_for_ever(0);
		}
		child = told(fd[0]);
		finish(parent);
		if (ignores) {
			EVENTUALLY(process_state((int)child) != PS_STOPPED, TICKS_LONG);
			EQ(kill((int)child), 0);
		}
		EVENTUALLY(process_state((int)child) == 0, TICKS_LONG);
		close(fd[0]);
		close(fd[1]);
	}
}

static void pass(word n)
{
	for (word i = 0; i < n; i++)
		pause(0);
}

/* Threads that begin and end, children that are waited for, a pipe, short sleeps. */
static void do_this_and_that(void)
{
	int fd[2];
	char c;

	EQ(pipe(fd), 0);
	for (;;) {
		int tid = thread(0, pass, 3);
		long pid = must_fork();

		if (pid == 0) {
			write(fd[1], "x", 1);
			exit(1);
		}
		EQ(read(fd[0], &c, 1), 1);
		EQ(reap(pid), 1);
		thread_join(tid);
	}
}

SLOW_TEST(stop, at_any_moment)
{
	uint32_t seed = 1;

	for (int i = 0; i < 10; i++) {
		long pid = must_fork();

		if (pid == 0)
			do_this_and_that();
		for (int k = 0; k < 40; k++) {
			int status = 0;

			for (uint32_t n = next_random(&seed) % 30000; n; n--)
				__asm__ volatile("" ::: "memory");
			EQ(sigsend((int)pid, 0, SIGSTOP), 0);
			if (k % 4) {
				EQ(wait4((int)pid, &status, UNTRACED), pid);
				EQ(status, STOPPED(SIGSTOP));
			}
			proceed(pid);
		}
		if (i % 2)
			stop(pid);
		finish(pid);
	}
}

static char *again_path;

static void exec_again(word unused)
{
	char *argv[] = { again_path, "@again", 0 };

	(void)unused;
	exec(again_path, argv);
	exit(9);
}

/* Execs itself in one thread while others wait and run. */
ROLE(again)
{
	(void)argc;
	again_path = argv[0];
	thread(0, sleep_for_ever, 0);
	thread(1, spin_for_ever, 0);
	thread(2, exec_again, 0);
	sleep_for_ever(0);
	return 1;
}

SLOW_TEST(stop, during_exec)
{
	char *argv[] = { (char *)(word)test_self, "@again", 0 };
	uint32_t seed = 2;
	int status = 0;
	long pid = must_fork();

	if (pid == 0)
		exit((int)exec(test_self, argv));
	for (int k = 0; k < 200; k++) {
		for (uint32_t n = next_random(&seed) % 100000; n; n--)
			__asm__ volatile("" ::: "memory");
		EQ(sigsend((int)pid, 0, SIGSTOP), 0);
		EQ(wait4((int)pid, &status, UNTRACED), pid);
		EQ(status, STOPPED(SIGSTOP));
		proceed(pid);
	}
	finish(pid);
}
