/* dirname - print a path without its last part */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: dirname PATH\n"
	"Print PATH without its last part: the directory that has it.\n";

int main(int argc, char **argv)
{
	char *path, *slash;

	while (tool_getopt(argc, argv, "+h", usage) != -1)
		;
	if (argc - optind != 1)
		tool_usage(usage);
	path = tool_trim(argv[optind]);
	slash = strrchr(path, '/');
	if (!slash) {
		puts(".");
	} else {
		/* The first slash stays. */
		slash[slash == path] = '\0';
		puts(tool_trim(path));
	}
	return tool_finish();
}
