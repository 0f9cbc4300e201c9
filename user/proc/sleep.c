/* sleep - wait for some time */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: sleep TIME...\n"
	"Wait for the sum of the times, such as 1.5s, 0.5, 3m, 2h or 1d.  A whole number\n"
	"alone is in ticks, as in xv6: tenths of a second.  `sleep 10` takes one second.\n";

static int ticks_of(const char *text)
{
	if (text[strspn(text, "-0123456789")])
		return tool_ticks(text);
	return (int)tool_number(text, 0, INT_MAX);
}

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	/* All are read before the first one is waited for. */
	for (char **time = argv; *time; time++)
		(void)ticks_of(*time);
	for (; *argv; argv++)
		if (pause_ticks(ticks_of(*argv)) < 0)
			tool_die(*argv);
	return 0;
}
