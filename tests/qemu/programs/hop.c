/* hop.c - for test_jobs.py: forks and exits without end, so that its pid changes all the
 * time. */
#include "kernel/types.h"
#include "user/user.h"

int main(void)
{
	for (;;) {
		int pid = fork();

		if (pid > 0)
			exit(0);
	}
}
