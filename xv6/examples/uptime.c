/* uptime.c - prints how many ticks, of a tenth of a second each, the machine runs. */
#include "kernel/types.h"
#include "user/user.h"

int main(void)
{
	printf("up %d ticks\n", uptime());
	exit(0);
}
