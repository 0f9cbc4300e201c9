/* trace - run a command and print its system calls as the syscall lab has it */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: trace MASK COMMAND [ARGUMENT...]\n"
	"Run COMMAND; the kernel prints a line on the console, with name and result, for\n"
	"each call whose number is a set bit of MASK (below 32).  strace shows all calls\n"
	"with their arguments.\n";

int main(int argc, char **argv)
{
	char *end;
	long mask;

	while (tool_getopt(argc, argv, "+h", usage) != -1)
		;
	argv += optind;
	if (!argv[0] || !argv[1])
		tool_usage(usage);
	errno = 0;
	mask = strtol(argv[0], &end, 0);
	if (errno || *end || end == argv[0]) {
		tool_warnx(argv[0], "is no mask");
		return 2;
	}
	if (trace(mask) == 0)
		execvp(argv[1], argv + 1);
	trace(0);
	tool_warn(argv[1]);
	return errno == ENOENT ? RUN_NOT_FOUND : RUN_NOT_RUNNABLE;
}
