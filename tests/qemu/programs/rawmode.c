/* rawmode.c - for test_console.py: puts the console into raw mode, and then prints the
 * bytes that it reads up to a `q`, or ends in the way that its argument says. */
#include "kernel/types.h"
#include "user/user.h"

int console(int how, void *info);

#define CONSOLE_RAW 2

static void show(void)
{
	unsigned char c = 0;

	printf("ready\n");
	while (c != 'q' && read(0, &c, 1) == 1)
		printf("%d\n", c);
}

static void be_killed(void)
{
	int pid = getpid();

	if (fork() == 0) {
		kill(pid);
		exit(0);
	}
	for (;;)
		;
}

int main(int argc, char **argv)
{
	char *echo[] = { "echo", "echoed", 0 };
	char how = argc > 1 ? argv[1][0] : 's';

	if (console(CONSOLE_RAW, 0) < 0)
		printf("no raw mode\n");
	if (how == 's')
		show();
	if (how == 'f')
		*(volatile char *)0x3000000000 = 0;
	if (how == 'k')
		be_killed();
	if (how == 'r')
		exec("echo", echo);
	exit(0);
}
