/* echo.c - the command echo, for the program and for the shell; see tool.h. */
#include <tool.h>

#include <string.h>

int tool_echo(int argc, char **argv)
{
	bool newline = true;
	int i = 1;

	/* No getopt: every word but -n is text, even if it looks like an option. */
	for (; i < argc && strcmp(argv[i], "-n") == 0; i++)
		newline = false;
	for (; i < argc; i++) {
		fputs(argv[i], stdout);
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return 0;
}
