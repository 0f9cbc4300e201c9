/* sandbox.c - runs a command that may not make some system calls.
 *
 *     sandbox 32768 README cat README     15 is open: it may open README alone
 *     sandbox 2 - grind                   1 is fork
 *
 * The mask has a bit for each number of a call.  What the kernel has been told stays true
 * for the process after exec(), and for its children: the command cannot get rid of it. */
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	int pid, status = 1;

	if (argc < 4) {
		fprintf(2, "usage: sandbox MASK PATH COMMAND [ARGUMENT...]\n");
		exit(1);
	}
	pid = fork();
	if (pid < 0) {
		fprintf(2, "sandbox: no process\n");
		exit(1);
	}
	if (pid == 0) {
		if (interpose(atoi(argv[1]), argv[2]) < 0) {
			fprintf(2, "sandbox: interpose failed\n");
			exit(1);
		}
		exec(argv[3], argv + 3);
		fprintf(2, "sandbox: cannot run %s\n", argv[3]);
		exit(1);
	}
	wait(&status);
	exit(status);
}
