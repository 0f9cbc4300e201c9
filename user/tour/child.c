/* child.c - the child of a situation, which takes a step at a time. */
#include "tour.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int child;            /* its pid; 0: there is none           */
static int done[2], call[2]; /* pipes: from the child, to the child */

static void ends_close(void)
{
	close(done[0]);
	close(call[1]);
}

/* At an exec, too: then the parent sees that no more steps are done. */
static void pipes_make(void)
{
	if (pipe(done) < 0 || pipe(call) < 0)
		tour_fail("pipe");
	for (int i = 0; i < 2; i++) {
		(void)fcntl(done[i], F_SETFD, FD_CLOEXEC);
		(void)fcntl(call[i], F_SETFD, FD_CLOEXEC);
	}
}

int child_start(void (*main)(void))
{
	int pid;

	pipes_make();
	pid = fork();
	if (pid < 0)
		tour_fail("fork");
	if (pid == 0) {
		ends_close();
		main();
		_exit(0);
	}
	close(done[1]);
	close(call[0]);
	child = pid;
	return pid;
}

void child_step(unsigned long va)
{
	char c;

	if (write(done[1], &va, sizeof(va)) != sizeof(va) || read(call[0], &c, 1) != 1)
		_exit(1); /* the parent has ended */
}

bool child_is_called(int ms)
{
	struct pollfd in = { .fd = call[0], .events = POLLIN };
	char c;

	if (poll(&in, 1, ms) <= 0)
		return false;
	if (read(call[0], &c, 1) != 1)
		_exit(1);
	return true;
}

unsigned long child_done(void)
{
	unsigned long va;

	return read(done[0], &va, sizeof(va)) == sizeof(va) ? va : 0;
}

void child_go(void)
{
	if (write(call[1], "x", 1) != 1)
		tour_fail("child");
}

void child_wait(void)
{
	if (!child)
		return;
	(void)waitpid(child, NULL, 0);
	child = 0;
	ends_close();
}

void child_end(void)
{
	if (child)
		(void)kill(child, SIGKILL);
	child_wait();
}
