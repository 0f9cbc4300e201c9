/* pwd - print the name of the current directory */
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: pwd [-LP]\n"
	"Print the name of the current directory, from the root on, without symbolic\n"
	"links: the shell keeps no other name of it, so -L and -P change nothing.\n";

#define NAME_MAX_BYTES 1024 /* more than a path of this system can have */

int main(int argc, char **argv)
{
	char name[NAME_MAX_BYTES];

	while (tool_getopt(argc, argv, "LPh", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	if (!getcwd(name, sizeof(name)))
		tool_die("the current directory");
	puts(name);
	return tool_finish();
}
