/* alarms - alarms of threads, signals that are ignored, alternate stacks; as signals.c. */
#include "signals.h"

#include <pthread.h>

static const char *self;
static char alternate[32768];

static void *wait_for_call(void *arg)
{
	for (int i = 0; i < 100 && !calls; i++)
		sleep_ms(20);
	return arg;
}

/* The thread that has set the alarm blocks it: another one takes it. */
static void case_ring(void)
{
	struct itimerval once = { { 0, 0 }, { 0, 20000 } };
	pthread_t other;

	catch (SIGALRM, note, 0);
	pthread_create(&other, NULL, wait_for_call, NULL);
	set_mask(SIG_BLOCK, SIGALRM);
	setitimer(ITIMER_REAL, &once, NULL);
	pthread_join(other, NULL);
	result("calls", calls);
}

/* An alarm that is ignored ends no sleep; nor does a signal that is ignored end
 * sigsuspend(), or change the mask after it.  Linux may stop an ignored alarm, so it
 * is set again. */
static void case_ignored(void)
{
	struct itimerval every = { { 0, 20000 }, { 0, 20000 } };
	struct timespec t = { 0, 100000000 };

	catch (SIGALRM, SIG_IGN, 0);
	setitimer(ITIMER_REAL, &every, NULL);
	result("nanosleep", nanosleep(&t, NULL));
	catch (SIGALRM, note, 0);
	setitimer(ITIMER_REAL, &every, NULL);
	catch (SIGUSR2, note, 0);
	set_mask(SIG_BLOCK, SIGUSR1);
	set_mask(SIG_BLOCK, SIGUSR2);
	raise(SIGUSR1);
	catch (SIGUSR1, SIG_IGN, 0);
	{
		sigset_t none, now;

		sigemptyset(&none);
		sigsuspend(&none);
		sigprocmask(SIG_BLOCK, NULL, &now);
		result("still blocked", sigismember(&now, SIGUSR2));
	}
}

/* fork keeps the alternate stack, and exec does not, even if no handler was ever set. */
static void case_stacks(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) }, old;

	sigaltstack(&stack, NULL);
	if (fork() == 0) {
		sigaltstack(NULL, &old);
		result("child", old.ss_flags);
		fflush(stdout);
		execl(self, self, "-stack", NULL);
	}
	wait(NULL);
}

static int stack_after_exec(void)
{
	stack_t old;

	sigaltstack(NULL, &old);
	result("disabled", old.ss_flags == SS_DISABLE);
	return 0;
}

static const struct signal_case cases[] = {
	{ "ring", case_ring },
	{ "ignored", case_ignored },
	{ "stacks", case_stacks },
};

int main(int argc, char **argv)
{
	self = argv[0];
	if (argc > 1 && !strcmp(argv[1], "-stack"))
		return stack_after_exec();
	cases_run(cases, sizeof(cases) / sizeof(cases[0]), argv[1]);
	return 0;
}
