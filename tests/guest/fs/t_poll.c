/* t_poll.c - poll(): what it says of files, and that it wakes. */
#include "mapping.h"

#include "uapi/errno.h"
#define NR_POLL (SYS_NATIVE + 117)
#define MS 1000000l

static struct pollfd ask(int fd, int events)
{
	struct pollfd p = { fd, (short)events, -1 };

	CHECK(poll(&p, 1, 0) == (p.revents != 0));
	return p;
}

TEST(poll, ends_of_a_pipe)
{
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(ask(fd[0], POLLIN | POLLOUT).revents, 0);
	EQ(ask(fd[1], POLLIN | POLLOUT).revents, POLLOUT);
	EQ(ask(fd[1], POLLIN).revents, 0);
	EQ(write(fd[1], scratch, PIPESIZE - 1), PIPESIZE - 1);
	EQ(ask(fd[0], POLLIN).revents, POLLIN);
	EQ(ask(fd[0], 0).revents, 0);
	EQ(ask(fd[1], POLLOUT).revents, POLLOUT);
	EQ(write(fd[1], scratch, 1), 1);
	EQ(ask(fd[1], POLLOUT).revents, 0);
	EQ(close(fd[1]), 0);
	EQ(ask(fd[0], POLLIN).revents, POLLIN | POLLHUP);
	EQ(read(fd[0], scratch, SCRATCH_SIZE), PIPESIZE);
	EQ(ask(fd[0], 0).revents, POLLHUP);
	EQ(close(fd[0]), 0);
	EQ(pipe(fd), 0);
	EQ(close(fd[0]), 0);
	EQ(ask(fd[1], POLLOUT).revents, POLLOUT | POLLERR);
	EQ(close(fd[1]), 0);
}

TEST(poll, other_files)
{
	int fd = (int)open("f", O_CREATE | O_RDWR);
	struct pollfd some[] = {
		{ -1, POLLIN, 7 },
		{ fd, POLLIN | POLLOUT, 7 },
		{ 15, 0, 7 },
		{ 99, POLLIN, 7 },
	};

	EQ(poll(some, 4, -1), 3);
	EQ(some[0].revents, 0);
	EQ(some[1].revents, POLLIN | POLLOUT);
	EQ(some[2].revents, POLLNVAL);
	EQ(some[3].revents, POLLNVAL);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
	EQ(ask(1, POLLOUT).revents, POLLOUT);
}

TEST(poll, wrong_arguments)
{
	static struct pollfd many[POLL_MAX + 1];

	EQ(ecall_raw((long)many, POLL_MAX + 1, 0, 0, 0, 0, NR_POLL), -EINVAL);
	EQ(ecall_raw((long)many, -1, 0, 0, 0, 0, NR_POLL), -EINVAL);
	EQ(ecall_raw(-8, 1, 0, 0, 0, 0, NR_POLL), -EFAULT);
	EQ(ecall_raw(-8, 0, 0, 0, 0, 0, NR_POLL), 0);
	EQ(ecall_raw(0x1000, 1, 0, 0, 0, 0, NR_POLL), -EFAULT); /* cannot be written */
	for (int i = 0; i < POLL_MAX; i++)
		many[i] = (struct pollfd){ 1, POLLOUT, 0 };
	EQ(poll(many, POLL_MAX, -1), POLL_MAX);
}

TEST(poll, waits_for_a_time)
{
	static const long waits[] = { 0, 1, 3 * MS, 250 * MS };
	int fd[2];

	EQ(pipe(fd), 0);
	for (unsigned i = 0; i < COUNT(waits); i++) {
		struct pollfd p = { fd[0], POLLIN, 7 };
		long start = clock();

		EQ(poll(i % 2 ? 0 : &p, i % 2 ? 0 : 1, waits[i]), 0);
		CHECK(clock() - start >= waits[i]);
		EQ(p.revents, i % 2 ? 7 : 0);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

static void act_write(int fd[2])
{
	write(fd[1], "x", 1);
}

static void act_read(int fd[2])
{
	read(fd[0], scratch, 10);
}

static void act_close(int fd[2])
{
	close(fd[0]);
	close(fd[1]);
}

/* A child acts on the pipe after a while; that wakes who waits for @event at @end. */
static void act_wakes(int b[2], void (*act)(int fd[2]), int end, short event)
{
	struct pollfd p = { b[end], event, 0 };
	long pid = must_fork();

	if (pid == 0) {
		pause(1);
		act(b);
		exit(0);
	}
	EQ(poll(&p, 1, -1), 1);
	EQ(p.revents, event);
	EQ(reap(pid), 0);
	act_close(b);
}

TEST(poll, a_write_wakes)
{
	int b[2];

	EQ(pipe(b), 0);
	act_wakes(b, act_write, 0, POLLIN);
}

TEST(poll, a_read_wakes)
{
	int b[2];

	EQ(pipe(b), 0);
	EQ(write(b[1], scratch, PIPESIZE), PIPESIZE);
	act_wakes(b, act_read, 1, POLLOUT);
}

TEST(poll, the_last_close_wakes)
{
	int b[2];
	struct pollfd p;
	long pid;

	EQ(pipe(b), 0);
	pid = must_fork();
	if (pid == 0) {
		pause(1);
		exit(0); /* closes both ends */
	}
	EQ(close(b[1]), 0);
	p = (struct pollfd){ b[0], POLLIN, 0 };
	EQ(poll(&p, 1, -1), 1);
	EQ(p.revents, POLLHUP);
	EQ(reap(pid), 0);
	EQ(close(b[0]), 0);
}

TEST(poll, a_kill_wakes)
{
	long pid = must_fork();

	if (pid == 0) {
		poll(0, 0, -1);
		exit(1);
	}
	pause(1);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), -1);
}

/* Bytes go to and fro many times; a lost event would hang. */
TEST(poll, no_event_is_lost)
{
	int to[2], from[2];
	long pid;
	char c;

	EQ(pipe(to), 0);
	EQ(pipe(from), 0);
	pid = must_fork();
	if (pid == 0) {
		while (close(to[1]), read(to[0], &c, 1) == 1)
			write(from[1], &c, 1);
		exit(0);
	}
	EQ(close(to[0]), 0);
	for (int i = 0; i < 2000; i++) {
		struct pollfd p = { from[0], POLLIN, 0 };

		EQ(write(to[1], "x", 1), 1);
		EQ(poll(&p, 1, -1), 1);
		EQ(read(from[0], &c, 1), 1);
	}
	EQ(close(to[1]), 0);
	EQ(reap(pid), 0);
	act_close(from);
}
