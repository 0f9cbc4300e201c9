/* rwlktest.c - the system call rwlktest(): tests the reader-writer lock on four harts.
 *
 * Four callers, each pinned to another hart by cpupin(), make a group.  The call returns 0
 * to all of them if the lock has passed, else -1.  The group goes through the steps below
 * together, with interrupts off, and its first member prints each step.  Who comes while a
 * group is at work waits for the next one.  If no group of four comes together in 20 s, the
 * call fails.
 *
 * Since 2026 the program passes an argument that asks to begin anew.  Nothing is kept from
 * one group to the next, so there is nothing to do.  A caller that is not pinned can be no
 * member: it gets 0 if it asks for that, else -1.  A member's argument means nothing, since
 * programs of 2025 pass none. */

#include "core/clock.h"
#include "core/report/klog.h"
#include "core/sched.h"
#include "core/sync/rwlock.h"
#include "core/sync/waitq.h"
#include "arch/riscv/csr.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

#define MEMBERS 4
#define GATHER_MS 20000 /* for a group to come together */
#define STEP_MS 5000    /* for a step; the host may be busy */
#define ROUNDS 200      /* of the steps that repeat      */

/* What each member does in a step; all begin it together, and it ends when all are done.
 *
 *	.  nothing                          r w  take the lock for reading, writing
 *	R W  release it                     x y  try to take it so, which must fail
 *	q  reader: as soon as a writer waits, a try to read must fail; release
 *	p  writer: the others that act in this step must wait; release
 *	i  take it for writing, count       c  take it for reading, look at the count */
static const char steps[][MEMBERS + 1] = {
	"rrrr", "yyyy", "RRRR",                         /* readers hold it together  */
	"w...", ".xyx", "W...", ".w..", "y.xy", ".W..", /* a writer holds it alone, */
	"..w.", "xy.x", "..W.", "...w", "yxy.", "...W", /* whoever it is            */
	"rr..", "..yy", "R...", ".qw.", "xy.x", "..W.", /* a writer keeps readers out */
	"w...", "pw..", ".W..",                         /* a writer waits for a writer */
	"w...", "prrr", ".RRR",                         /* readers wait for a writer  */
	"iiii", "iicc", "ciic", "cccc",                 /* all at once                */
};

#define NSTEPS (sizeof(steps) / sizeof(steps[0]))

_Static_assert(NSTEPS == 31, "as many as in the labs");

/* (G) lock  (A) atomic  (W) rw */
static struct {
	struct spinlock lock;
	struct waitq wq;
	u32 hart[MEMBERS];     /* (G) of those who have come                         */
	u32 come;              /* (G) how many these are; MEMBERS: the group is at work */
	u32 left;              /* (G) how many of the group have ended               */
	u32 ready;             /* (A) members that run                               */
	u32 arrived;           /* (A) at the ends of steps, in all                   */
	u32 begun[MEMBERS];    /* (A) how many steps each member has begun           */
	u32 done[MEMBERS];     /* (A) and done                                       */
	u32 failed;            /* (A) 1 + the first step that failed; 0: none        */
	struct rwlock rw;      /* what is tested, and what it guards:                */
	volatile u64 count[2]; /* (W) */
} test = { .lock = SPINLOCK_INIT("rwlktest", device), .wq = WAITQ_INIT(test.wq) };

/* One member in one step. */
struct act {
	u32 step, self;
	char held; /* 'r', 'w', or 0: does not hold the lock */
	u64 deadline;
};

static bool act_failed(void)
{
	return __atomic_load_n(&test.failed, __ATOMIC_RELAXED) != 0;
}

static void act_expect(const struct act *a, bool ok)
{
	u32 none = 0;

	if (!ok)
		__atomic_compare_exchange_n(&test.failed, &none, a->step + 1, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* Whether to wait on for @ok. */
static bool act_waits(const struct act *a, bool ok)
{
	if (ok || act_failed())
		return false;
	act_expect(a, clock_now() < a->deadline);
	cpu_relax();
	return true;
}

/* Whether the others who take the lock in this step have begun to wait for it. */
static bool act_others_wait(const struct act *a)
{
	bool writer = false, all = true;

	for (u32 i = 0; i < MEMBERS; i++) {
		char what = steps[a->step][i];

		if (i == a->self || (what != 'r' && what != 'w'))
			continue;
		all &= __atomic_load_n(&test.begun[i], __ATOMIC_ACQUIRE) > a->step;
		writer |= what == 'w';
	}
	return all && (!writer || rwlock_is_wanted(&test.rw));
}

/* The member holds the lock.  The others must wait for it until it releases it. */
static void act_keep_waiting(struct act *a)
{
	u64 until;

	while (act_waits(a, act_others_wait(a)))
		;
	until = clock_now() + clock_from_ms(1);
	while (clock_now() < until)
		cpu_relax();
	for (u32 i = 0; i < MEMBERS; i++)
		act_expect(a, steps[a->step][i] == '.' ||
				      __atomic_load_n(&test.done[i], __ATOMIC_ACQUIRE) <=
					      a->step);
}

static void act_take(struct act *a, char how)
{
	if (how == 'r')
		rwlock_read_lock(&test.rw);
	else
		rwlock_write_lock(&test.rw);
	a->held = how;
}

static void act_release(struct act *a)
{
	if (a->held == 'r')
		rwlock_read_unlock(&test.rw);
	else if (a->held)
		rwlock_write_unlock(&test.rw);
	a->held = 0;
}

static void act_try_in_vain(struct act *a, bool reading)
{
	bool got = reading ? rwlock_read_try(&test.rw) : rwlock_write_try(&test.rw);

	act_expect(a, !got);
	if (got && reading)
		rwlock_read_unlock(&test.rw);
	else if (got)
		rwlock_write_unlock(&test.rw);
}

static void act_many(struct act *a, bool writing)
{
	for (u32 i = 0; i < ROUNDS; i++) {
		act_take(a, writing ? 'w' : 'r');
		act_expect(a, test.count[0] == test.count[1]);
		if (writing) {
			test.count[0]++;
			test.count[1]++;
		}
		act_release(a);
	}
}

static void act_do(struct act *a)
{
	char what = steps[a->step][a->self];

	switch (what) {
	case 'r':
	case 'w':
		act_take(a, what);
		break;
	case 'R':
	case 'W':
		act_release(a);
		break;
	case 'x':
	case 'y':
		act_try_in_vain(a, what == 'x');
		break;
	case 'q':
	case 'p':
		act_keep_waiting(a);
		act_try_in_vain(a, true);
		act_release(a);
		break;
	case 'i':
	case 'c':
		act_many(a, what == 'i');
		break;
	default:
		break;
	}
}

/* All steps of member @self.  Interrupts off. */
static void rwlktest_run(u32 self)
{
	struct act a = { .self = self };

	for (a.step = 0; a.step < NSTEPS && !act_failed(); a.step++) {
		a.deadline = clock_now() + clock_from_ms(STEP_MS);
		__atomic_store_n(&test.begun[self], a.step + 1, __ATOMIC_RELEASE);
		act_do(&a);
		__atomic_store_n(&test.done[self], a.step + 1, __ATOMIC_RELEASE);
		__atomic_fetch_add(&test.arrived, 1, __ATOMIC_ACQ_REL);
		while (act_waits(&a, __atomic_load_n(&test.arrived, __ATOMIC_ACQUIRE) >=
					     (a.step + 1) * MEMBERS))
			;
		if (self == 0 && !act_failed())
			printk("rwlktest: step %u\n", a.step + 1);
	}
	if (self == 0 && act_failed())
		printk("rwlktest: step %u failed\n", test.failed);
	act_release(&a);
}

/* --- the group ------------------------------------------------------------------ */

static bool group_has(u32 hart, u32 *self)
{
	for (*self = 0; *self < test.come; ++*self) {
		if (test.hart[*self] == hart)
			return true;
	}
	return false;
}

/* (G) Waits for others until @deadline: 0, -EINTR, -ETIMEDOUT. */
static int group_wait(u64 deadline)
{
	return waitq_wait_until(&test.wq, &test.lock, deadline);
}

/* (G) The last member has come. */
static void group_begin(void)
{
	test.ready = test.arrived = test.failed = 0;
	test.rw = (struct rwlock){ 0 };
	for (u32 i = 0; i < MEMBERS; i++)
		test.begun[i] = test.done[i] = 0;
	test.count[0] = test.count[1] = 0;
	waitq_wake_all(&test.wq);
}

/* (G) Joins a group and waits until it is full.  Then nobody leaves it before the test has
 * ended.  *self: the number of this member. */
static int group_join(u32 hart, u32 *self)
{
	u64 deadline = clock_now() + clock_from_ms(GATHER_MS);
	int err = 0;

	while (test.come == MEMBERS && !err)
		err = group_wait(deadline);
	if (err)
		return err;
	if (group_has(hart, self))
		return -EBUSY;
	test.hart[test.come++] = hart;
	if (test.come == MEMBERS)
		group_begin();
	while (test.come < MEMBERS && !err)
		err = group_wait(deadline);
	if (group_has(hart, self) && test.come < MEMBERS) {
		test.hart[*self] = test.hart[--test.come];
		return err;
	}
	return 0;
}

/* (G) Returns whether the lock has passed. */
static bool group_leave(void)
{
	bool passed = !act_failed();

	if (++test.left == MEMBERS) {
		test.left = test.come = 0;
		waitq_wake_all(&test.wq);
	}
	return passed;
}

s64 sys_rwlktest(const u64 arg[6])
{
	bool passed;
	u32 self = 0;
	int err;

	if (!thread_current()->pinned)
		return (int)arg[0] ? 0 : -EPERM;
	if (nharts < MEMBERS)
		return -ENODEV;
	spin_lock(&test.lock);
	err = group_join(hart_index(), &self);
	spin_unlock(&test.lock);
	if (err)
		return err;

	/* Interrupts stay on until each member has got its hart. */
	__atomic_fetch_add(&test.ready, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&test.ready, __ATOMIC_ACQUIRE) < MEMBERS)
		sched_point();
	irq_push_off();
	rwlktest_run(self);
	irq_pop_off();

	spin_lock(&test.lock);
	passed = group_leave();
	spin_unlock(&test.lock);
	return passed ? 0 : -EIO;
}
