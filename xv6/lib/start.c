/* start.c - where a program begins: argc in a0, argv in a1, sp = argv.
 * main() may return, as those of xv6 may since 2022. */
#include "user/user.h"

int main(int argc, char **argv);

void _start(int argc, char **argv)
{
	exit(main(argc, argv));
}
