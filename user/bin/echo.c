/* echo - print the arguments */
#include <string.h>

#include <tool.h>

static const char usage[] = "usage: echo [-n] [WORD...]\n"
			    "Print the words with a blank between them.\n"
			    "  -n   no newline at the end\n";

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		fputs(usage, stdout);
	else
		(void)tool_echo(argc, argv);
	return tool_finish();
}
