/* t_sched.c - many processes at once: no wake-up is lost, no process starves, tables fill
 * and empty. */
#include "lib.h"

static void ping_pong(int rounds)
{
	int there[2], back[2];
	long pid;
	char c = 0;

	EQ(pipe(there), 0);
	EQ(pipe(back), 0);
	pid = must_fork();
	if (pid == 0) {
		for (int i = 0; i < rounds; i++) {
			EQ(read(there[0], &c, 1), 1);
			CHECK(c == (char)i);
			EQ(write(back[1], &c, 1), 1);
		}
		exit(0);
	}
	for (int i = 0; i < rounds; i++) {
		c = i;
		EQ(write(there[1], &c, 1), 1);
		EQ(read(back[0], &c, 1), 1);
		CHECK(c == (char)i);
	}
	EQ(reap(pid), 0);
	close(there[0]), close(there[1]), close(back[0]), close(back[1]);
}

TEST(sched, ping_pong)
{
	ping_pong(10000);
}

SLOW_TEST(sched, ping_pongs_at_once)
{
	long pid[4];

	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			ping_pong(10000);
			exit(0);
		}
	}
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
}

TEST(sched, ring_of_processes)
{
	enum { MEMBERS = 10, ROUNDS = 300 };
	int first[2], in, next[2];
	long pid[MEMBERS];
	int value = 0;

	EQ(pipe(first), 0);
	in = first[0];
	for (int i = 0; i < MEMBERS; i++) {
		EQ(pipe(next), 0);
		pid[i] = must_fork();
		if (pid[i] == 0) {
			close(first[1]);
			close(next[0]);
			while (read(in, &value, sizeof(value)) == sizeof(value)) {
				value++;
				EQ(write(next[1], &value, sizeof(value)), sizeof(value));
			}
			exit(0);
		}
		close(in);
		close(next[1]);
		in = next[0];
	}
	for (int round = 0; round < ROUNDS; round++) {
		EQ(write(first[1], &value, sizeof(value)), sizeof(value));
		EQ(read(in, &value, sizeof(value)), sizeof(value));
	}
	EQ(value, MEMBERS * ROUNDS);
	close(first[1]);
	for (int i = 0; i < MEMBERS; i++)
		EQ(reap(pid[i]), 0);
}

TEST(sched, spinners_do_not_starve_others)
{
	enum { SPINNERS = 6 };
	long pid[SPINNERS];

	for (int i = 0; i < SPINNERS; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0)
			for (;;)
				;
	}
	ping_pong(20);
	CHILD(0, pause(2));
	for (int i = 0; i < SPINNERS; i++)
		EQ(kill(pid[i]), 0);
	for (int i = 0; i < SPINNERS; i++)
		EQ(reap(pid[i]), KILLED);
}

TEST(sched, spinners_share_the_time)
{
	enum { SPINNERS = 5 };
	long pid[SPINNERS];
	int fd[2];
	static unsigned seen[SPINNERS];

	/* each writes again and again; all must be heard from */
	EQ(pipe(fd), 0);
	for (int i = 0; i < SPINNERS; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			char me = i;

			for (;;) {
				for (volatile int k = 0; k < 300000; k++)
					;
				write(fd[1], &me, 1);
			}
		}
	}
	for (int heard = 0; heard < SPINNERS;) {
		char who;

		EQ(read(fd[0], &who, 1), 1);
		if (++seen[(int)who] == 3)
			heard++;
	}
	for (int i = 0; i < SPINNERS; i++)
		EQ(kill(pid[i]), 0);
	for (int i = 0; i < SPINNERS; i++)
		EQ(reap(pid[i]), KILLED);
}

TEST(sched, sleepers_wake_in_time)
{
	long pid[20], before = uptime();

	for (int i = 0; i < 20; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			long start = uptime();

			EQ(pause(1 + i % 5), 0);
			CHECK(uptime() - start >= i % 5);
			exit(0);
		}
	}
	for (int i = 0; i < 20; i++)
		EQ(reap(pid[i]), 0);
	CHECK(uptime() - before < 100);
}

/* Forks children that wait for the end of a pipe, until fork fails; returns their
 * number. */
static int fork_to_the_limit(int stop)
{
	char c;
	int n = 0;

	for (; n < 1000; n++) {
		long pid = fork();

		if (pid < 0) {
			EQ(pid, -1);
			break;
		}
		if (pid == 0) {
			read(stop, &c, 1);
			exit(0);
		}
	}
	return n;
}

TEST(sched, sixty_four_processes)
{
	word before = process_count();
	int fd[2], n;

	EQ(pipe(fd), 0);
	/* children hold the writing end too, unless it is closed before they are made */
	if (must_fork() == 0) {
		close(fd[1]);
		n = fork_to_the_limit(fd[0]);
		EQ(process_count(), NPROC);
		EQ(n, NPROC - before - 1);
		REFUSED(fork());
		exit(0);
	}
	EVENTUALLY(process_count() == NPROC || process_count() == before, 100);
	close(fd[1]);
	CHECK(wait(0) > 0);
	REFUSED(wait(0));
	EVENTUALLY(process_count() == before, 100);
	CHILD(0, exit(0));
}

TEST(sched, limit_of_processes_again_and_again)
{
	word before = process_count();

	for (int round = 0; round < 5; round++) {
		int fd[2], n, made;

		EQ(pipe(fd), 0);
		made = 0;
		for (;;) {
			long pid = fork();

			if (pid < 0)
				break;
			if (pid == 0) {
				char c;

				close(fd[1]);
				read(fd[0], &c, 1);
				exit(0);
			}
			made++;
		}
		EQ(made, NPROC - before);
		EQ(process_count(), NPROC);
		close(fd[1]);
		close(fd[0]);
		for (n = 0; wait(0) > 0; n++)
			;
		EQ(n, made);
		REFUSED(wait(0));
	}
}

SLOW_TEST(sched, storm_of_forks)
{
	word before = process_count();
	long pid = must_fork();

	if (pid == 0) {
		/* all descendants fork until a file says stop */
		for (;;) {
			long fd = open("stop", O_RDONLY);

			if (fd >= 0)
				exit(0);
			if (fork() < 0)
				close(open("stop", O_CREATE | O_RDWR));
		}
	}
	reap(pid);
	EVENTUALLY(process_count() == before, 300);
	pause(1);
	EVENTUALLY(process_count() == before, 300);
	for (int i = 0; i < 10; i++)
		CHILD(0, exit(0));
	EQ(unlink("stop"), 0);
}

SLOW_TEST(sched, two_children_many_times)
{
	for (int i = 0; i < 1000; i++) {
		if (must_fork() == 0)
			exit(0);
		if (must_fork() == 0)
			exit(0);
		CHECK(wait(0) > 0);
		CHECK(wait(0) > 0);
	}
}

SLOW_TEST(sched, kill_while_they_start)
{
	for (int i = 0; i < 300; i++) {
		long pid = must_fork();

		if (pid == 0) {
			for (;;)
				exec("/echo", (char *[]){ "echo", "-n", 0 });
		}
		kill(pid);
		reap(pid);
	}
}
