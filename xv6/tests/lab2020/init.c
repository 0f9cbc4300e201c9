/* init.c - a first process that makes as many copies as xv6's did in 2020: a banner of 18
 * bytes, one open of the console, and a shell that is restarted again and again. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

static int shell_start(void)
{
	static char *argv[] = { "sh", 0 };
	int pid;

	printf("init: the shell..\n");
	pid = fork();
	if (!pid)
		exit(exec(argv[0], argv));
	return pid;
}

int main(void)
{
	while (open("console", O_RDWR) != 0) {
		mknod("console", 1, 1);
		mknod("statistics", 2, 0);
	}
	dup(0);
	dup(0);
	for (int shell = shell_start();;)
		if (wait(0) == shell)
			shell = shell_start();
}
