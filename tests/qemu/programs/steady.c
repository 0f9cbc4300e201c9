/* steady - calls while an alarm comes each 10 ms; the test of strace looks for each call */
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile sig_atomic_t alarms;

static void note(int sig)
{
	(void)sig;
	alarms++;
}

int main(void)
{
	struct sigaction a = { .sa_handler = note };
	struct itimerval each = { { 0, 10000 }, { 0, 10000 } };
	FILE *f = fopen("/dev/null", "w");

	if (!f || sigaction(SIGALRM, &a, NULL) || setitimer(ITIMER_REAL, &each, NULL))
		return 1;
	for (int i = 0; i < 1000 || alarms < 5; i++) {
		fprintf(f, "call %d", i);
		if (fflush(f))
			return 1;
	}
	return 0;
}
