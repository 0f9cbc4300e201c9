/* t_proc.c - fork, exit, wait and kill. */
#include "lib.h"

TEST(proc, status_is_32_bits)
{
	static const int values[] = { 0,     1,          -1,
				      255,   256,        747,
				      65536, 0x7fffffff, (int)0x80000000 };

	for (size_t i = 0; i < COUNT(values); i++)
		CHILD(values[i], exit(values[i]));
}

TEST(proc, wait_gives_the_pid)
{
	for (int i = 0; i < 100; i++) {
		long pid = must_fork();
		int status;

		if (pid == 0)
			exit(i);
		EQ(wait(&status), pid);
		EQ(status, i);
	}
}

TEST(proc, wait_without_children)
{
	int status = 55;

	REFUSED(wait(&status));
	REFUSED(wait(0));
	EQ(status, 55);
	CHILD(0, REFUSED(wait(0)); REFUSED(wait(&status)));
}

TEST(proc, wait_that_ignores_the_status)
{
	long pid = must_fork();

	if (pid == 0)
		exit(9);
	EQ(wait(0), pid);
	REFUSED(wait(0));
}

TEST(proc, wait_sleeps_until_a_child_ends)
{
	long before = uptime(), pid = must_fork();

	if (pid == 0) {
		pause(3);
		exit(4);
	}
	EQ(reap(pid), 4);
	CHECK(uptime() - before >= 2);
}

TEST(proc, two_children)
{
	for (int i = 0; i < 200; i++) {
		long a = must_fork(), b;

		if (a == 0)
			exit(0);
		b = must_fork();
		if (b == 0)
			exit(0);
		CHECK(wait(0) > 0);
		CHECK(wait(0) > 0);
		REFUSED(wait(0));
	}
}

TEST(proc, fork_copies_memory)
{
	static volatile int data = 1;
	volatile int stack = 2;

	CHILD(0, {
		EQ(data, 1);
		EQ(stack, 2);
		data = 10;
		stack = 20;
	});
	EQ(data, 1);
	EQ(stack, 2);
}

TEST(proc, fork_shares_offsets)
{
	long fd;

	file_make("f", 100, 1);
	fd = open("f", O_RDONLY);
	EQ(read(fd, scratch, 10), 10);
	CHILD(0, EQ(read(fd, scratch + 10, 10), 10));
	EQ(read(fd, scratch + 20, 10), 10);
	EQ(lseek(fd, 0, 1), 30);
	CHILD(0, EQ(lseek(fd, 90, 0), 90));
	EQ(read(fd, scratch, 100), 10);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(proc, fork_keeps_the_directory)
{
	EQ(mkdir("d"), 0);
	CHILD(0, {
		EQ(chdir("d"), 0);
		file_make("in", 1, 1);
		CHILD(0, CHECK(file_exists("in")));
	});
	CHECK(!file_exists("in"));
	CHECK(file_exists("d/in"));
	EQ(unlink("d/in"), 0);
	EQ(unlink("d"), 0);
}

TEST(proc, close_in_a_child_leaves_the_parents_open)
{
	long fd;

	file_make("f", 10, 1);
	fd = open("f", O_RDONLY);
	CHILD(0, EQ(close(fd), 0));
	EQ(read(fd, scratch, 10), 10);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(proc, kill_ends_a_sleeper)
{
	long pid = must_fork();

	if (pid == 0) {
		pause(100000);
		exit(0);
	}
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
}

TEST(proc, kill_ends_a_spinner)
{
	for (int i = 0; i < 10; i++) {
		long pid = must_fork();

		if (pid == 0)
			for (;;)
				;
		pause(1);
		EQ(kill(pid), 0);
		EQ(reap(pid), KILLED);
	}
}

TEST(proc, kill_ends_a_caller)
{
	long pid = must_fork();

	if (pid == 0)
		for (;;)
			getpid();
	pause(1);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
}

TEST(proc, killed_within_a_tick)
{
	long took = 0;

	for (int i = 0; i < 20; i++) {
		long pid = must_fork(), start;

		if (pid == 0)
			for (;;)
				;
		pause(1);
		start = uptime();
		EQ(kill(pid), 0);
		EQ(reap(pid), KILLED);
		took += uptime() - start;
	}
	CHECK(took <= 40); /* a tick each, with as much again for a slow host */
}

TEST(proc, kill_of_nobody)
{
	long pid = must_fork();

	if (pid == 0)
		exit(0);
	EQ(reap(pid), 0);
	REFUSED(kill(pid));
	REFUSED(kill(0));
	REFUSED(kill(-1));
	REFUSED(kill(-(int)getpid()));
	REFUSED(kill(0x7fffffff));
	REFUSED(kill((int)0x80000000));
	CHILD(0, exit(0)); /* and the calls marked no free slot as killed */
	CHILD(0, pause(1));
}

TEST(proc, kill_of_oneself)
{
	CHILD(KILLED, kill(getpid()); exit(0));
}

TEST(proc, kill_of_the_parent)
{
	long pid = must_fork();

	if (pid == 0) {
		long me = getpid();

		if (must_fork() == 0) {
			EQ(kill(me), 0);
			exit(0);
		}
		for (;;)
			pause(1);
	}
	EQ(reap(pid), KILLED);
}

TEST(proc, killed_while_waiting)
{
	long pid = must_fork();

	if (pid == 0) {
		if (must_fork() == 0) {
			pause(10);
			exit(0);
		}
		wait(0);
		exit(1);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
}

TEST(proc, killed_in_a_pipe)
{
	int fd[2];
	long reader, writer;

	EQ(pipe(fd), 0);
	reader = must_fork();
	if (reader == 0) {
		char c;

		read(fd[0], &c, 1);
		exit(1);
	}
	EVENTUALLY(process_state(reader) == PS_SLEEPING, 100);
	EQ(kill(reader), 0);
	EQ(reap(reader), KILLED);
	writer = must_fork();
	if (writer == 0) {
		write(fd[1], scratch, 10000);
		exit(1);
	}
	EVENTUALLY(process_state(writer) == PS_SLEEPING, 100);
	EQ(kill(writer), 0);
	EQ(reap(writer), KILLED);
}

TEST(proc, killed_at_the_console)
{
	long pid;
	char c;

	if (booted("eof", "stays"))
		return; /* no terminal: a reader finds the end and does not wait */
	pid = must_fork();
	if (pid == 0) {
		read(0, &c, 1);
		exit(1);
	}
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 100);
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
}

TEST(proc, killed_before_it_ever_ran)
{
	for (int i = 0; i < 100; i++) {
		long pid = must_fork();

		if (pid == 0)
			for (;;)
				;
		EQ(kill(pid), 0);
		EQ(reap(pid), KILLED);
	}
}

TEST(proc, killed_at_any_moment)
{
	for (int i = 0; i < 30; i++) {
		long pid = must_fork();

		if (pid == 0) {
			for (;;) {
				long child = fork();
				int fd[2];

				if (child == 0)
					exit(0);
				wait(0);
				if (pipe(fd) == 0) {
					close(fd[0]);
					close(fd[1]);
				}
				sbrk(4 * PAGE, EAGER);
				sbrk(-4 * (int)PAGE, EAGER);
			}
		}
		if (i % 3)
			pause(1);
		EQ(kill(pid), 0);
		EQ(reap(pid), KILLED);
	}
}

TEST(proc, orphans_are_reaped)
{
	word before = process_count();

	for (int i = 0; i < 100; i++) {
		long pid;

		/* init may not have reaped all yet, and the slots are few */
		EVENTUALLY(process_count() < before + 20, 100);
		pid = must_fork();
		if (pid == 0) {
			must_fork();
			must_fork();
			exit(0); /* parent and three others */
		}
		EQ(reap(pid), 0);
	}
	EVENTUALLY(process_count() == before, 100);
}

TEST(proc, orphan_keeps_running)
{
	int fd[2];
	char c = 0;

	EQ(pipe(fd), 0);
	CHILD(0, {
		if (must_fork() == 0) {
			pause(2);
			write(fd[1], "o", 1);
			exit(0);
		}
	});
	EQ(close(fd[1]), 0);
	EQ(read(fd[0], &c, 1), 1);
	EQ(c, 'o');
	EQ(read(fd[0], &c, 1), 0);
}

TEST(proc, zombies_of_a_dead_parent)
{
	word before = process_count();

	CHILD(0, {
		for (int i = 0; i < 10; i++)
			if (must_fork() == 0)
				exit(i);
		pause(1); /* they are zombies now */
	});
	EVENTUALLY(process_count() == before, 100);
}

TEST(proc, two_processes_fork_at_once)
{
	long pid[2];

	for (int i = 0; i < 2; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int k = 0; k < 200; k++)
				CHILD(0, exit(0));
			exit(0);
		}
	}
	EQ(reap(pid[0]), 0);
	EQ(reap(pid[1]), 0);
}

TEST(proc, pids_are_not_used_again_at_once)
{
	long last = 0;

	for (int i = 0; i < 50; i++) {
		long pid = must_fork();

		if (pid == 0)
			exit(0);
		EQ(reap(pid), 0);
		CHECK(pid > last);
		last = pid;
	}
}

TEST(proc, child_of_a_child)
{
	CHILD(3, CHILD(2, CHILD(1, exit(1)); exit(2)); exit(3));
}

TEST(proc, wait4_takes_the_one_asked_for)
{
	long a = must_fork(), b;
	int status = 0;

	if (a == 0)
		exit(1);
	b = must_fork();
	if (b == 0)
		exit(2);
	EQ(wait4(b, &status, 0), b);
	EQ(status, 2);
	REFUSED(wait4(b, &status, 0));
	EQ(wait4(-1, &status, 0), a);
	EQ(status, 1);
	REFUSED(wait4(-1, &status, 0));
}

/* The mode of the console.  If the caller has set it, this ends it. */
static unsigned console_mode(void)
{
	struct console_info info;

	EQ(console(CONSOLE_LINES, &info), 0);
	return info.mode;
}

ROLE(console_mode)
{
	(void)argc;
	(void)argv;
	CHILD(0, EQ(console_mode(), CONSOLE_LINES));
	return 0;
}

/* tests/qemu/test_console.py tests what reads return in each mode. */
TEST(proc, console_mode_belongs_to_its_program)
{
	char *argv[] = { (char *)test_self, "@console_mode", 0 };
	struct console_info info;

	REFUSED(console(3, 0));
	REFUSED(console(-1, 0));
	REFUSED(console(CONSOLE_RAW, (struct console_info *)0x3000000000));
	CHILD(0, EQ(console_mode(), CONSOLE_LINES));
	CHILD(0, EQ(console(CONSOLE_RAW, &info), 0); EQ(info.mode, CONSOLE_RAW);
	      CHILD(0, EQ(console_mode(), CONSOLE_RAW));
	      EQ(console(CONSOLE_LINES, &info), 0); EQ(info.mode, CONSOLE_LINES));
	/* The mode ends with its program. */
	CHILD(0, EQ(console(CONSOLE_RAW, 0), 0));
	EQ(console_mode(), CONSOLE_LINES);
	KILLS(EQ(console(CONSOLE_RAW, 0), 0); *(volatile char *)0x3000000000 = 0);
	EQ(console_mode(), CONSOLE_LINES);
	CHILD(0, EQ(console(CONSOLE_RAW, 0), 0); exec(test_self, argv));
	CHILD(0, EQ(job(JOB_BACKGROUND), 0); REFUSED(console(CONSOLE_RAW, 0)));
}

/* tests/qemu/test_jobs.py tests what ^C does. */
TEST(proc, job_checks_its_argument_and_its_caller)
{
	EQ(job(JOB_INTERRUPTED), 0);
	REFUSED(job(JOB_CONTROL)); /* it is no shell */
	REFUSED(job(JOB_FOREGROUND, 1));
	REFUSED(job(5));
	REFUSED(job(-1));
	CHILD(0, EQ(job(JOB_PROMPT), 0); EQ(job(JOB_INTERRUPTED), 0));
	CHILD(0, EQ(job(JOB_BACKGROUND), 0); REFUSED(job(JOB_PROMPT)));
	CHILD(0, EQ(job(JOB_BACKGROUND), 0); CHILD(0, REFUSED(job(JOB_PROMPT))));
}
