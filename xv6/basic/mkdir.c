/* mkdir.c - makes directories */
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	int failed = argc < 2;

	if (failed)
		fprintf(2, "usage: mkdir NAME...\n");
	while (*++argv) {
		if (mkdir(*argv) == 0)
			continue;
		fprintf(2, "mkdir: cannot make %s\n", *argv);
		failed = 1;
	}
	exit(failed);
}
