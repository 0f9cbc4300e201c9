/* uptime - show how long the machine has been running */
#include <stdio.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: uptime\n"
	"Show how long the machine has been running: hours, minutes, seconds,\n"
	"and ticks, which are tenths of a second.\n";

int main(int argc, char **argv)
{
	long ticks, seconds;
	struct sysinfo info;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	if (sysinfo(&info) < 0)
		tool_die("system");
	ticks = uptime_ticks();
	seconds = ticks / TICK_HZ;
	printf("up %ld:%02ld:%02ld (%ld ticks), %llu processes\n", seconds / 3600,
	       seconds / 60 % 60, seconds % 60, ticks, info.nproc);
	return tool_finish();
}
