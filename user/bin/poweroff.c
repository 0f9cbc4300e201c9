/* poweroff - write all to disk and switch the machine off */
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] = "usage: poweroff [STATUS]\n"
			    "Write all to disk and switch the machine off.\n"
			    "STATUS, 0 to 255, is what QEMU exits with.\n";

int main(int argc, char **argv)
{
	long status = 0;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argc - optind > 1)
		tool_usage(usage);
	if (argv[optind])
		status = tool_number(argv[optind], 0, 255);
	reboot(REBOOT_POWEROFF, (int)status);
	tool_die("the machine");
}
