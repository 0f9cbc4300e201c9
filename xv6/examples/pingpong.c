/* pingpong.c - two processes send one byte to each other.
 *
 * A pipe has one direction, so there are two of them: down to the child, up to the parent.
 * Each side closes the ends that it does not use.  If the other one dies, a read then sees
 * the end of the input, and does not wait for ever for itself. */
#include "kernel/types.h"
#include "user/user.h"

static void fail(const char *what)
{
	fprintf(2, "pingpong: %s\n", what);
	exit(1);
}

/* Reads the byte of the other side, and says so. */
static char receive(int fd, const char *what)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		fail("the other process is gone");
	printf("%d: received %s\n", getpid(), what);
	return byte;
}

static void child(int in, int out)
{
	char byte = receive(in, "ping");

	write(out, &byte, 1);
	exit(0);
}

int main(void)
{
	int down[2], up[2], pid, status;
	char byte = 'b';

	if (pipe(down) < 0 || pipe(up) < 0)
		fail("no pipe");
	pid = fork();
	if (pid < 0)
		fail("no process");
	if (!pid) {
		close(down[1]);
		close(up[0]);
		child(down[0], up[1]);
	}
	close(down[0]);
	close(up[1]);
	write(down[1], &byte, 1);
	receive(up[0], "pong");
	wait(&status);
	exit(status);
}
