/* t_signal.c - calls about signals, from below: what the C library hides. */
#include "lib.h"
#include "vm.h"

#include "uapi/signal.h"

#define NR_SIGACTION 121

static long action(int sig, const struct signal_action *new, struct signal_action *old)
{
	return ecall_raw(sig, (long)new, (long)old, 0, 0, 0, NR_SIGACTION);
}

TEST(signal, a_refused_action_changes_nothing)
{
	struct signal_action ignore = { .handler = SIGNAL_IGNORE }, odd = { .flags = 0x20 };
	struct signal_action old;

	memset(&old, 0x5a, sizeof(old));
	EQ(action(SIGKILL, &ignore, &old), -1);
	EQ(action(SIGSTOP, &ignore, &old), -1);
	EQ(action(SIGUSR1, &odd, &old), -1);
	EQ(action(0, &ignore, &old), -1);
	EQ(action(NSIG, 0, &old), -1);
	for (size_t i = 0; i < sizeof(old); i++)
		EQ(((unsigned char *)&old)[i], 0x5a);
	EQ(action(SIGUSR1, &ignore, (void *)guard_page()), -1);
	EQ(action(SIGUSR1, 0, &old), 0);
	EQ(old.handler, SIGNAL_DEFAULT);
	EQ(action(SIGUSR1, &ignore, &old), 0);
	EQ(old.handler, SIGNAL_DEFAULT);
	EQ(action(SIGUSR1, 0, &old), 0);
	EQ(old.handler, SIGNAL_IGNORE);
}
