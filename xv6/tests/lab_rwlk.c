// lab_rwlk.c - the kernel's test of its reader-writer lock, on four harts at once.
#include "kernel/types.h"
#include "user/user.h"

#define HARTS 4

int main(void)
{
	int passed = 0, status;

	for (int i = 0; i < HARTS; i++) {
		int pid = fork();

		if (pid < 0)
			exit(1);
		if (pid == 0)
			exit(cpupin(i) == 0 && rwlktest() == 0 ? 0 : 1);
	}
	for (int i = 0; i < HARTS; i++) {
		wait(&status);
		passed += status == 0;
	}
	printf("rwlktest: %d/%d CPUs succeeded\n", passed, HARTS);
	exit(passed == HARTS ? 0 : 1);
}
