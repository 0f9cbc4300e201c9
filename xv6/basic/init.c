/* init.c - the first process: opens the console and keeps a shell running */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/file.h"
#include "user/user.h"

/* Descriptors 0, 1 and 2.  An image that never booted has no device. */
static void console_open(void)
{
	while (open("console", O_RDWR) < 0) {
		if (mknod("console", CONSOLE, 0) < 0)
			pause(10);
	}
	dup(0);
	dup(0);
}

int main(void)
{
	static char *argv[] = { "sh", 0 };

	console_open();
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
		pause(1); /* a shell that cannot run must not take the whole machine */
	}
}
