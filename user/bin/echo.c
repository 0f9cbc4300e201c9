/* echo - print the arguments */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tool.h>

static const char usage[] = "usage: echo [-n] [WORD...]\n"
			    "Print the words with a blank between them.\n"
			    "  -n   no newline at the end\n";

int main(int argc, char **argv)
{
	bool newline = true;
	int i = 1;

	/* No getopt: every word but -n is text, even if it looks like an option. */
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return tool_finish();
	}
	for (; i < argc && strcmp(argv[i], "-n") == 0; i++)
		newline = false;
	for (; i < argc; i++) {
		fputs(argv[i], stdout);
		if (i + 1 < argc)
			putchar(' ');
	}
	if (newline)
		putchar('\n');
	return tool_finish();
}
