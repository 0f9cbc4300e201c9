/* printenv - print the environment, or the values of variables */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: printenv [NAME]...\n"
	"Print the value of each variable NAME, or without NAME all variables as\n"
	"NAME=VALUE.  Status 1: a NAME is not set.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (!argv[optind])
		for (char **entry = environ; *entry; entry++)
			puts(*entry);
	for (; argv[optind]; optind++) {
		const char *value = getenv(argv[optind]);

		if (value)
			puts(value);
		else
			tool_status = 1;
	}
	return tool_finish();
}
