/* deep.c - uses six KiB of stack, more than the page that xv6 programs usually have. */
#include "kernel/types.h"
#include "user/user.h"

int main(void)
{
	volatile char room[6 * 1024];

	for (int i = 0; i < (int)sizeof(room); i += 512)
		room[i] = 1;
	printf("deep: %d\n", room[0]);
	exit(0);
}
