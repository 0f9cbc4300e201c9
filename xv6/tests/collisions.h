// collisions.h - what the tests of the lock labs read in the device `statistics`.
#pragma once

#include "kernel/types.h"
#include "user/user.h"

static void fail(int part, char *what)
{
	printf("test%d FAILED: %s\n", part, what);
	exit(1);
}

// What the device says: how often a lock was found taken, in all locks.
static int collisions(int show)
{
	static char text[4096];
	int n = statistics(text, sizeof(text) - 1);
	char *total = strchr(text, '=');

	if (n <= 0 || !total || total[1] != ' ')
		fail(0, "no total in the device");
	if (show)
		printf("%s", text);
	return atoi(total + 2);
}
