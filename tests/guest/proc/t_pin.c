/* t_pin.c - processes that stay on one hart: cpupin(), and rwlktest(), which wants four. */
#include "lib.h"

#include "vm.h"

/* Where this process runs, or ran last. */
static int hart_now(void)
{
	static struct procinfo info[NPROC];
	int me = (int)getpid(), n = (int)procinfo(info, NPROC, sizeof(struct procinfo));

	for (int i = 0; i < n; i++) {
		if (info[i].pid == me)
			return info[i].hart;
	}
	FAIL("this process is not in the list");
}

static int harts(void)
{
	int n = 0;

	while (cpupin(n) == 0)
		n++;
	EQ(cpupin(-1), 0);
	return n;
}

/* Looks at each end of a turn, and of a sleep, for @ticks. */
static void stays_on(int hart, int ticks)
{
	for (long end = uptime() + ticks; uptime() < end;) {
		EQ(hart_now(), hart);
		pause(1);
		EQ(hart_now(), hart);
		for (long spin = uptime(); uptime() == spin;)
			EQ(hart_now(), hart);
	}
}

TEST(pin, runs_there_from_the_call_on)
{
	int n = harts();

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < n; i++) {
			EQ(cpupin(i), 0);
			EQ(hart_now(), i);
		}
	}
	for (int i = 0; i < n; i++) {
		EQ(cpupin(i), 0);
		stays_on(i, 2);
	}
}

TEST(pin, a_bad_number_changes_nothing)
{
	int n = harts();
	const int bad[] = { n, n + 1, 8, 63, 64, 1 << 20, 0x7fffffff, -2, (int)0x80000000 };

	EQ(cpupin(n - 1), 0);
	for (unsigned i = 0; i < COUNT(bad); i++)
		REFUSED(cpupin(bad[i]));
	stays_on(n - 1, 2);
}

/* Only the low half of the register counts, as for every int. */
TEST(pin, the_number_is_an_int)
{
	EQ(ecall_raw(0x500000000, 0, 0, 0, 0, 0, 105), 0);
	EQ(hart_now(), 0);
}

ROLE(pinned)
{
	(void)argc;
	stays_on((int)number(argv[2]), 1);
	return 0;
}

TEST(pin, children_and_new_images_stay_there)
{
	int last = harts() - 1;
	char text[] = { (char)('0' + last), 0 };

	EQ(cpupin(last), 0);
	CHILD(0, CHILD(0, stays_on(last, 1)); stays_on(last, 1);
	      exec(test_self, (char *[]){ "abitest", "@pinned", text, 0 }));
}

/* Many at once on one hart, while all others are idle. */
TEST(pin, nobody_is_taken_over)
{
	int last = harts() - 1;
	long pid[6];

	EQ(cpupin(last), 0);
	for (unsigned i = 0; i < COUNT(pid); i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (long end = uptime() + 4; uptime() < end;)
				EQ(hart_now(), last);
			exit(0);
		}
	}
	for (unsigned i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), 0);
}

/* Each wakes the other on another hart. */
TEST(pin, a_waker_elsewhere_moves_nobody)
{
	int last = harts() - 1, there[2], back[2];
	long pid;
	char c = 0;

	EQ(pipe(there), 0);
	EQ(pipe(back), 0);
	pid = must_fork();
	EQ(cpupin(pid ? 0 : last), 0);
	for (int i = 0; i < 500; i++) {
		if (pid)
			EQ(write(there[1], &c, 1), 1);
		EQ(read(pid ? back[0] : there[0], &c, 1), 1);
		EQ(hart_now(), pid ? 0 : last);
		if (!pid)
			EQ(write(back[1], &c, 1), 1);
	}
	if (pid == 0)
		exit(0);
	EQ(reap(pid), 0);
	close(there[0]), close(there[1]), close(back[0]), close(back[1]);
}

/* One that is woken from another hart gets its turn, although one that never sleeps has its
 * hart for itself.  A killed one ends. */
TEST(pin, shares_its_hart_fairly)
{
	int last = harts() - 1, fd[2];
	long asleep, busy;
	char c = 0;

	EQ(pipe(fd), 0);
	asleep = must_fork();
	if (asleep == 0) {
		EQ(cpupin(last), 0);
		for (int i = 0; i < 5; i++)
			EQ(read(fd[0], &c, 1), 1);
		exit(5);
	}
	busy = must_fork();
	if (busy == 0) {
		EQ(cpupin(last), 0);
		for (;;)
			;
	}
	EQ(cpupin(0), 0);
	for (int i = 0; i < 5; i++) {
		pause(1);
		EVENTUALLY(process_state(asleep) == PS_SLEEPING, 100);
		EQ(write(fd[1], &c, 1), 1);
	}
	EVENTUALLY(process_state(asleep) == PS_ZOMBIE, 100);
	EQ(reap(asleep), 5);
	EQ(kill((int)busy), 0);
	EQ(reap(busy), -1);
	close(fd[0]), close(fd[1]);
}

/* With -1 the idle harts may take it over again: two that never sleep part sooner or
 * later. */
TEST(pin, can_be_undone)
{
	int n = harts(), seen = 0;
	long pid;

	EQ(cpupin(0), 0);
	pid = must_fork();
	if (pid == 0)
		for (;;)
			;
	EQ(cpupin(-1), 0);
	for (long end = uptime() + 50; uptime() < end && seen < 2 && n > 1;) {
		if (seen == 0 && hart_now() != 0)
			seen = 2;
	}
	EQ(n == 1 || seen, 1);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), -1);
}

/* --- rwlktest() ------------------------------------------------------------------- */

static void member_start(long *pid, int hart)
{
	*pid = must_fork();
	if (*pid)
		return;
	EQ(cpupin(hart), 0);
	exit(rwlktest(0) == 0 ? 7 : 8);
}

static void members_pass(int first)
{
	long pid[4];

	for (int i = 0; i < 4; i++)
		member_start(&pid[i], (first + i) % 4);
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 7);
}

TEST(rwlktest, four_harts_pass_together)
{
	if (harts() < 4)
		return;
	members_pass(0);
	members_pass(1);
}

TEST(rwlktest, who_is_not_pinned_is_no_member)
{
	REFUSED(rwlktest(0));
	EQ(rwlktest(1), 0);
}

TEST(rwlktest, needs_four_harts)
{
	if (harts() >= 4)
		return;
	EQ(cpupin(0), 0);
	REFUSED(rwlktest(0));
	REFUSED(rwlktest(1));
}

/* A member that waits for others can be killed, and leaves its place. */
TEST(rwlktest, a_killed_member_leaves)
{
	long pid[3];

	if (harts() < 4)
		return;
	for (int i = 0; i < 3; i++)
		member_start(&pid[i], i);
	for (int i = 0; i < 3; i++)
		EVENTUALLY(process_state(pid[i]) == PS_SLEEPING, 300);
	pause(2);
	for (int i = 0; i < 3; i++)
		EQ(kill((int)pid[i]), 0);
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), -1);
	members_pass(2);
}

/* At once, not when no group has come together. */
TEST(rwlktest, one_member_for_each_hart)
{
	long pid, now;

	if (harts() < 4)
		return;
	member_start(&pid, 0);
	EVENTUALLY(process_state(pid) == PS_SLEEPING, 300);
	pause(2);
	EQ(cpupin(0), 0);
	now = uptime();
	REFUSED(rwlktest(0));
	CHECK(uptime() - now < 100);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), -1);
}
