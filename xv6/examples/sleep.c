/* sleep.c - waits for a number of ticks, of a tenth of a second each.
 *
 * A program gets its arguments as text, so the number must be made of one; and a user who
 * gives none, or something else, is told how the program is called. */
#include "kernel/types.h"
#include "user/user.h"

static int is_number(const char *s)
{
	if (*s == '\0')
		return 0;
	while (*s >= '0' && *s <= '9')
		s++;
	return *s == '\0';
}

int main(int argc, char *argv[])
{
	if (argc != 2 || !is_number(argv[1])) {
		fprintf(2, "usage: sleep TICKS\n");
		exit(1);
	}
	sleep(atoi(argv[1]));
	exit(0);
}
