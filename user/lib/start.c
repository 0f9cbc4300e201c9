/* start.c - from _start to main() and from there to exit(). */
#include "sys.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv);
_Noreturn void start_c(int argc, char **argv);

typedef void init_fn(void);
extern init_fn *const __init_array_start[], *const __init_array_end[];

const char *program_name; /* not initialized: init has no data in its file */

_Noreturn void start_c(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "?", *slash = strrchr(path, '/');

	program_name = slash ? slash + 1 : path;
	for (init_fn *const *fn = __init_array_start; fn < __init_array_end; fn++)
		(*fn)();
	exit(main(argc, argv));
}
