/* echo.c - prints its arguments */
#include "kernel/types.h"
#include "user/user.h"

int main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		printf(i > 1 ? " %s" : "%s", argv[i]);
	printf("\n");
	exit(0);
}
