/* init.c - the first process: opens the console and keeps a shell running */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/file.h"
#include "user/user.h"

static void open_console(void)
{
	if (open("console", O_RDWR) < 0) {
		mknod("console", CONSOLE, 0);
		open("console", O_RDWR);
	}
	dup(0);
	dup(0);
}

int main(void)
{
	static char *argv[] = { "sh", 0 };

	open_console();
	for (;;) {
		int pid, ended;

		printf("These are the basic programs alone, as picolibc was missing:\n"
		       "cat, echo, ls, mkdir, rm, sh.  Leave with Ctrl-A x.\n");
		pid = fork();
		if (pid == 0) {
			exec("sh", argv);
			printf("init: exec sh failed\n");
			exit(1);
		}
		do { /* orphans, too */
			ended = wait(0);
		} while (ended >= 0 && ended != pid);
		if (pid < 0)
			pause(10);
	}
}
