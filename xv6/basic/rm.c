/* rm.c - removes files, and directories that are empty */
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	int failed = argc < 2;

	if (failed)
		fprintf(2, "usage: rm NAME...\n");
	while (*++argv) {
		if (unlink(*argv) == 0)
			continue;
		fprintf(2, "rm: cannot remove %s\n", *argv);
		failed = 1;
	}
	exit(failed);
}
