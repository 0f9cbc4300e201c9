/* trace.c - runs a command, and has the kernel print the system calls whose bits are set.
 *
 *     trace 32 grep hello README          5 is read
 *
 * There is no fork: the process that asked to be traced becomes the command by exec(). */
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	if (argc < 3 || argv[1][0] < '0' || argv[1][0] > '9') {
		fprintf(2, "usage: trace MASK COMMAND [ARGUMENT...]\n");
		exit(1);
	}
	if (trace(atoi(argv[1])) < 0) {
		fprintf(2, "trace: trace failed\n");
		exit(1);
	}
	exec(argv[2], argv + 2);
	fprintf(2, "trace: cannot run %s\n", argv[2]);
	exit(1);
}
