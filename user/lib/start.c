/* start.c - from _start to main() and from there to exit(). */
#include "sys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp);
_Noreturn void start_c(int argc, char **argv, char **envp);

typedef void init_fn(void);
extern init_fn *const __init_array_start[], *const __init_array_end[];

/* Not initialized: init has no data in its file. */
const char *program_name;
char **environ;
static char *environ_none[1];

_Noreturn void start_c(int argc, char **argv, char **envp)
{
	const char *path = argc > 0 ? argv[0] : "?", *slash = strrchr(path, '/');

	program_name = slash ? slash + 1 : path;
	environ = envp ? envp : environ_none;
	for (init_fn *const *fn = __init_array_start; fn < __init_array_end; fn++)
		(*fn)();
	exit(main(argc, argv, environ));
}
