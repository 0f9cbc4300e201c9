// sources: kernel/proc/signal/sigstate.c
#include "rig.h"

#include "proc/signal/sigstate.h"
#include "uapi/errno.h"

/* Signals: what waits, what is blocked, what is done. */

#define HANDLER 0x1000

static struct sigstate s;
static struct sigthread th;

static int start(void **state)
{
	(void)state;
	s = (struct sigstate){ .pending = 0 };
	th = (struct sigthread){ .mask = 0 };
	return 0;
}

static int set(int sig, u64 handler, u32 mask, u32 flags)
{
	struct signal_action a = { .handler = handler, .mask = mask, .flags = flags };

	return sigstate_set(&s, sig, &a);
}

static void test_fates(void **state)
{
	(void)state;
	assert_int_equal(sigstate_fate(NULL, SIGTERM), SIGNAL_END);
	assert_int_equal(sigstate_fate(NULL, SIGCHLD), SIGNAL_DROP);
	assert_int_equal(sigstate_fate(NULL, SIGCONT), SIGNAL_DROP);
	assert_int_equal(sigstate_fate(NULL, SIGSTOP), SIGNAL_STOP);
	assert_int_equal(sigstate_fate(&s, SIGTSTP), SIGNAL_STOP);
	assert_int_equal(set(SIGTTOU, SIGNAL_IGNORE, 0, 0), 0);
	assert_int_equal(sigstate_fate(&s, SIGTTOU), SIGNAL_DROP);
	assert_int_equal(set(SIGTTIN, HANDLER, 0, 0), 0);
	assert_int_equal(sigstate_fate(&s, SIGTTIN), SIGNAL_CATCH);
	assert_int_equal(sigstate_fate(&s, SIGUSR1), SIGNAL_END);
	assert_int_equal(set(SIGUSR1, HANDLER, 0, 0), 0);
	assert_int_equal(sigstate_fate(&s, SIGUSR1), SIGNAL_CATCH);
	assert_int_equal(set(SIGUSR1, SIGNAL_IGNORE, 0, 0), 0);
	assert_int_equal(sigstate_fate(&s, SIGUSR1), SIGNAL_DROP);
}

static void test_dropped(void **state)
{
	u32 stops = (u32)(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU));

	(void)state;
	assert_int_equal(sigstate_drops(SIGCONT), stops);
	assert_int_equal(sigstate_drops(SIGTTIN), BIT(SIGCONT));
	assert_int_equal(sigstate_drops(SIGSTOP), BIT(SIGCONT));
	assert_int_equal(sigstate_drops(SIGTERM), 0);
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(set(0, HANDLER, 0, 0), -EINVAL);
	assert_int_equal(set(NSIG, HANDLER, 0, 0), -EINVAL);
	assert_int_equal(set(SIGKILL, SIGNAL_IGNORE, 0, 0), -EINVAL);
	assert_int_equal(set(SIGSTOP, HANDLER, 0, 0), -EINVAL);
	assert_int_equal(set(SIGUSR1, HANDLER, 0, 0x20), -EINVAL);
	assert_int_equal(sigstate_mask(&th, 9, 0), -EINVAL);
	assert_int_equal(s.action[SIGUSR1].handler, SIGNAL_DEFAULT);
}

static void test_masks(void **state)
{
	(void)state;
	assert_int_equal(sigstate_mask(&th, SIG_BLOCK, ~0u), 0);
	assert_int_equal(th.mask, ~0u & ~1u & ~(u32)BIT(SIGKILL) & ~(u32)BIT(SIGSTOP));
	assert_int_equal(sigstate_mask(&th, SIG_UNBLOCK, ~(u32)BIT(SIGUSR1)), 0);
	assert_int_equal(th.mask, BIT(SIGUSR1));
	assert_int_equal(sigstate_mask(&th, SIG_SETMASK, (u32)BIT(SIGINT)), 0);
	assert_int_equal(th.mask, BIT(SIGINT));
}

static void test_taking(void **state)
{
	(void)state;
	s.pending = (u32)(BIT(SIGTERM) | BIT(SIGINT));
	th.pending = (u32)BIT(SIGTERM);
	th.mask = (u32)BIT(SIGINT);
	assert_int_equal(sigstate_take(&s, &th), SIGTERM); /* the thread's own first */
	assert_int_equal(th.pending, 0);
	assert_int_equal(sigstate_take(&s, &th), SIGTERM);
	assert_int_equal(sigstate_take(&s, &th), 0);
	th.mask = 0;
	assert_int_equal(sigstate_take(&s, &th), SIGINT);
	assert_int_equal(s.pending, 0);
	s.pending = 1u << 31;
	assert_int_equal(sigstate_take(&s, &th), 31);
}

static void test_ignored_does_not_wait(void **state)
{
	(void)state;
	s.pending = (u32)(BIT(SIGUSR1) | BIT(SIGTERM));
	assert_int_equal(set(SIGUSR1, SIGNAL_IGNORE, 0, 0), 0);
	assert_int_equal(s.pending, BIT(SIGTERM));
}

static void test_handlers(void **state)
{
	(void)state;
	th.mask = (u32)BIT(SIGINT);
	assert_int_equal(set(SIGUSR1, HANDLER, ~0u, 0), 0);
	assert_int_equal(sigstate_enter(&s, &th, SIGUSR1), BIT(SIGINT));
	assert_true(th.mask & BIT(SIGUSR1) && th.mask & BIT(SIGTERM));
	assert_false(th.mask & BIT(SIGKILL));
	th.mask = 0;
	assert_int_equal(set(SIGUSR1, HANDLER, 0, SA_NODEFER | SA_RESETHAND), 0);
	assert_int_equal(sigstate_enter(&s, &th, SIGUSR1), 0);
	assert_int_equal(th.mask, 0);
	assert_int_equal(s.action[SIGUSR1].handler, SIGNAL_DEFAULT);
}

static void test_suspension(void **state)
{
	(void)state;
	th.mask = (u32)BIT(SIGUSR1);
	assert_int_equal(set(SIGUSR1, HANDLER, 0, 0), 0);
	assert_int_equal(sigstate_mask(&th, SIGMASK_SUSPEND, (u32)BIT(SIGINT)), 0);
	assert_int_equal(th.mask, BIT(SIGINT));
	assert_int_equal(sigstate_enter(&s, &th, SIGUSR1), BIT(SIGUSR1));
	assert_false(th.suspended);
	assert_int_equal(sigstate_mask(&th, SIGMASK_SUSPEND, 0), 0);
	sigstate_unsuspend(&th);
	assert_int_equal(th.mask, BIT(SIGUSR1));
}

static void test_stacks(void **state)
{
	(void)state;
	assert_int_equal(sigstate_frame(&th, SA_ONSTACK, 0x20008, 0x100), 0x1ff00);
	th.stack = 0x5000;
	th.stack_size = 0x1000;
	assert_int_equal(sigstate_frame(&th, SA_ONSTACK, 0x20000, 0x100), 0x5f00);
	assert_int_equal(sigstate_frame(&th, 0, 0x20000, 0x100), 0x1ff00);
	assert_int_equal(sigstate_frame(&th, SA_ONSTACK, 0x5800, 0x100), 0x5700);
	assert_true(sigstate_on_stack(&th, 0x6000));
	assert_false(sigstate_on_stack(&th, 0x5000));
}

static void test_exec(void **state)
{
	(void)state;
	assert_int_equal(set(SIGUSR1, HANDLER, 0, SA_ONSTACK), 0);
	th.stack_size = 0x1000;
	assert_false(sigstate_exec(&s, &th));
	assert_int_equal(s.action[SIGUSR1].handler, SIGNAL_DEFAULT);
	assert_int_equal(th.stack_size, 0);
	assert_int_equal(set(SIGUSR1, SIGNAL_IGNORE, 0, 0), 0);
	assert_true(sigstate_exec(&s, &th));
	assert_int_equal(s.action[SIGUSR1].handler, SIGNAL_IGNORE);
	assert_int_equal(set(SIGUSR1, SIGNAL_DEFAULT, 0, 0), 0);
	th.mask = (u32)BIT(SIGINT);
	assert_true(sigstate_exec(&s, &th));
}

static void test_fork(void **state)
{
	struct sigstate child;

	(void)state;
	assert_int_equal(set(SIGUSR1, HANDLER, 0, 0), 0);
	s.pending = (u32)BIT(SIGUSR1);
	sigstate_fork(&child, &s);
	assert_int_equal(child.pending, 0);
	assert_int_equal(child.action[SIGUSR1].handler, HANDLER);
}

/* sigwait() takes what is blocked, also what is for the thread alone, and nothing else. */
static void test_waiting(void **state)
{
	(void)state;
	th.mask = ~0u;
	s.pending = (u32)(BIT(SIGINT) | BIT(SIGUSR1));
	th.pending = (u32)BIT(SIGUSR1);
	assert_int_equal(sigstate_take(&s, &th), 0);
	assert_int_equal(sigstate_take_of(&s, &th, (u32)BIT(SIGTERM)), 0);
	assert_int_equal(sigstate_take_of(&s, &th, (u32)BIT(SIGUSR1)), SIGUSR1);
	assert_int_equal(th.pending, 0);
	assert_int_equal(sigstate_take_of(&s, &th, (u32)BIT(SIGUSR1)), SIGUSR1);
	assert_int_equal(sigstate_take_of(&s, &th, (u32)BIT(SIGUSR1)), 0);
	assert_int_equal(s.pending, BIT(SIGINT));
}

#define CASE(fn) cmocka_unit_test_setup(fn, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_fates),
		CASE(test_dropped),
		CASE(test_refused),
		CASE(test_masks),
		CASE(test_taking),
		CASE(test_waiting),
		CASE(test_ignored_does_not_wait),
		CASE(test_handlers),
		CASE(test_suspension),
		CASE(test_stacks),
		CASE(test_exec),
		CASE(test_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
