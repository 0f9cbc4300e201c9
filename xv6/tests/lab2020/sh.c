/* sh.c - a shell that runs commands of one word.  xv6's of 2020 wrote its prompt with
 * fprintf(), too, which there writes byte by byte. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

int main(void)
{
	static char line[100];
	char *argv[] = { line, 0 };
	int fd = open("console", O_RDWR);

	if (fd >= 3)
		close(fd);
	for (;;) {
		fprintf(2, "$ ");
		gets(line, sizeof(line));
		if (!line[0])
			exit(0);
		line[strlen(line) - 1] = 0;
		if (fork() == 0) {
			exec(line, argv);
			exit(1);
		}
		wait(0);
	}
}
