/* sandbox.c - runs a command that may not make some system calls.
 *
 *     sandbox 32768 README cat README     15 is open: it may open README alone
 *     sandbox 2 - grind                   1 is fork
 *
 * The mask has a bit for each number of a call.  What the kernel has been told stays true
 * for the process after exec(), and for its children: the command cannot get rid of it. */
#include "kernel/types.h"
#include "user/user.h"

static void fail(const char *what, const char *which)
{
	fprintf(2, "sandbox: %s %s\n", what, which);
	exit(1);
}

static void confined(int mask, const char *path, char *command[])
{
	if (interpose(mask, path) < 0)
		fail("interpose failed for", path);
	exec(command[0], command);
	fail("cannot run", command[0]);
}

int main(int argc, char *argv[])
{
	int pid, status = 1;

	if (argc < 4) {
		fprintf(2, "usage: sandbox MASK PATH COMMAND [ARGUMENT...]\n");
		exit(1);
	}
	pid = fork();
	if (pid < 0)
		fail("no process for", argv[3]);
	if (!pid)
		confined(atoi(argv[1]), argv[2], argv + 3);
	wait(&status);
	exit(status);
}
