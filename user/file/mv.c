/* mv - rename files and directories, or move them to another directory */
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: mv [-fv] OLD NEW | mv [-fv] FILE... DIR\n"
	"Rename OLD to NEW; a file NEW is replaced.  Or move the files, which\n"
	"may be directories, into DIR.\n"
	"  -f   no effect: nobody is asked      -v   tell what is done\n";

int main(int argc, char **argv)
{
	const char *to;
	bool tell = false;
	int c;

	while ((c = tool_getopt(argc, argv, "fvh", usage)) != -1)
		tell |= c == 'v';
	if (argc - optind < 2)
		tool_usage(usage);
	to = argv[argc - 1];
	if (argc - optind > 2 && !tool_is_dir(to)) {
		tool_warnx(to, "is not a directory");
		return 1;
	}
	for (int i = optind; i < argc - 1; i++) {
		char buf[MAXPATH];
		const char *target = tool_target(buf, sizeof(buf), to, tool_trim(argv[i]));

		if (!target || rename(argv[i], target) < 0)
			tool_warn(argv[i]);
		else if (tell)
			printf("renamed '%s' -> '%s'\n", argv[i], target);
	}
	return tool_finish();
}
