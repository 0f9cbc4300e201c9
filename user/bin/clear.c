/* clear - clear the screen of the terminal */
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: clear\n"
	"Clear the screen of the terminal, and the lines that have scrolled off it.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argv[optind])
		tool_usage(usage);
	/* The kernel, which does not know the sequences, counts columns from a \r on. */
	fputs("\033[H\033[2J\033[3J\r", stdout);
	return tool_finish();
}
