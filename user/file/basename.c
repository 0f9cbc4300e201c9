/* basename - print the last part of a path */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: basename PATH [SUFFIX]\n"
	"Print the last part of PATH, without SUFFIX if it ends with it.\n";

int main(int argc, char **argv)
{
	const char *name, *suffix;
	size_t len, cut;

	while (tool_getopt(argc, argv, "+h", usage) != -1)
		;
	argv += optind;
	if (argc - optind < 1 || argc - optind > 2)
		tool_usage(usage);
	name = **argv ? tool_trim(*argv) : "";
	if (strcmp(name, "/") != 0)
		name = tool_basename(name);
	suffix = argv[1] ? argv[1] : "";
	len = strlen(name);
	cut = strlen(suffix);
	if (cut < len && strcmp(name + len - cut, suffix) == 0)
		len -= cut;
	printf("%.*s\n", (int)len, name);
	return tool_finish();
}
