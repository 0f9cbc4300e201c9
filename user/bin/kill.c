/* kill - end processes */
#include <signal.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: kill [-9] PID...\n"
	"End the processes with these numbers; `ps` shows them.\n"
	"  -9   as without: there is one signal, and it cannot be refused\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "9h", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++)
		if (kill(tool_pid(*argv, 1), SIGKILL) < 0)
			tool_warn(*argv);
	return tool_status;
}
