/* start.c - from _start to main() and from there to exit(). */
#include <stdlib.h>

int main(int argc, char **argv);
_Noreturn void start_c(int argc, char **argv);

typedef void init_fn(void);
extern init_fn *const __init_array_start[], *const __init_array_end[];

_Noreturn void start_c(int argc, char **argv)
{
	for (init_fn *const *fn = __init_array_start; fn < __init_array_end; fn++)
		(*fn)();
	exit(main(argc, argv));
}
