/* reboot - write all to disk and restart the machine */
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] = "usage: reboot\n"
			    "Write all to disk and restart the machine.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	reboot(REBOOT_RESET, 0);
	tool_die("the machine");
}
