/* box - several small programs in one file, which has a hard link for each
 *
 * A program of its own takes 16 KiB of an image at least, most of it the library.  These
 * are a few hundred bytes each.  The name by which the file is run says which one is meant,
 * or the first argument, if the name is box. */
#include "box.h"

#include <string.h>
#include <tool.h>

#include "sys.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} programs[] = {
#define X(name) { #name, name##_main },
	BOX(X)
#undef X
};

int main(int argc, char **argv)
{
	if (strcmp(program_name, "box") == 0 && argc > 1) {
		argc--;
		argv++;
		program_name = tool_basename(argv[0]);
	}
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(programs[i].name, program_name) == 0)
			return programs[i].main(argc, argv);
	tool_usage("usage: box PROGRAM [ARGUMENT...]\n");
}
