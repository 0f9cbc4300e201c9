/* help - list the programs */
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] = "usage: help\n"
			    "List the programs, a line each.\n";

/* Made by the build from the first line of each program's source. */
static const struct {
	const char *name, *purpose;
} programs[] = {
#include <help_table.h>
};

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		printf("%-9s %s\n", programs[i].name, programs[i].purpose);
	puts("\nNAME --help says more about one.  Ctrl-C ends a running program,\n"
	     "Ctrl-D the shell.  Leave with `poweroff`, or with Ctrl-A, then x.");
	return tool_finish();
}
