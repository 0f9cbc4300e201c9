/* sleep - wait for a number of ticks, tenths of a second */
#include <limits.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: sleep TICKS\n"
	"Wait for TICKS tenths of a second: `sleep 10` takes one second.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argc - optind != 1)
		tool_usage(usage);
	if (pause_ticks((int)tool_number(argv[optind], 0, INT_MAX)) < 0)
		tool_die(argv[optind]);
	return 0;
}
