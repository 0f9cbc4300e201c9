// sources: kernel/core/sync/spinlock.c kernel/core/sync/lockcount.c kernel/core/sync/lockwait.c
// cflags: -iquote tests/host/sync -iquote kernel -pthread -DPAGODA_CHECK
/* test_spinlock.c - spin locks, counted and not, used by several harts at once. */
#include "sync_rig.h"

#include "core/sync/lockcount.h"
#include "core/sync/lockwait.h"

#define ROUNDS 4000
#define LOCKS 20 /* that begin to be counted, one after another */

static struct spinlock lock, other;
static u64 total; /* guarded by lock */
static u32 wrong; /* (A) */

static void note(bool ok)
{
	if (!ok)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void start(void)
{
	sync_hart = (struct hart){ .cpu.index = 0 };
	sync_irq_on = true;
	spin_init(&lock, "lock", RANK_device);
	spin_init(&other, "other", RANK_klog);
	total = wrong = 0;
}

static struct spinlock *busy; /* what all harts take now */

/* The holder lets others run now and then, so that they wait. */
static void add_up(u32 hart)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (hart == 0 && i == ROUNDS / 2)
			lockcount_start(); /* counting begins while the others go on */
		spin_lock(busy);
		note(spin_held(busy) && sync_irq_on == !busy->irq && !spin_held(&other));
		if (i % 16 == 0)
			cpu_relax();
		total++;
		spin_unlock(busy);
		note(!spin_held(busy) && sync_irq_on);
	}
}

static void test_not_counted(void **state)
{
	(void)state;
	for (unsigned irq = 0; irq < 2; irq++) {
		start();
		assert_null(lockcount_at(0));
		busy = &lock;
		spin_init(busy, "busy", irq ? RANK_device : RANK_pipe);
		assert_int_equal(busy->irq, irq);
		rig_on_all(add_up);
		assert_int_equal(total, HARTS * ROUNDS);
		assert_int_equal(wrong, 0);
		assert_null(lock.holder);
	}
}

static void test_counted_from_the_middle_on(void **state)
{
	static struct spinlock locks[LOCKS];

	(void)state;
	for (u32 i = 0; i < LOCKS; i++) {
		const struct lockcount *c;

		start();
		busy = &locks[i];
		spin_init(busy, "busy", i % 2 ? RANK_device : RANK_pipe);
		lockcount_register(busy, "kmem");
		rig_on_all(add_up);
		assert_int_equal(total, HARTS * ROUNDS);
		assert_int_equal(wrong, 0);
		c = lockcount_at(i);
		assert_string_equal(c->name, "kmem");
		/* hart 0 alone has half of its rounds left */
		assert_in_range(c->taken, ROUNDS / 2, HARTS * ROUNDS - ROUNDS / 2);
	}
	assert_null(lockcount_at(LOCKS));
}

static void test_counts_are_exact(void **state)
{
	const struct lockcount *c;

	(void)state;
	start();
	lockcount_register(&lock, "bcache");
	c = lockcount_at(LOCKS);
	spin_lock(&lock);
	spin_unlock(&lock);
	assert_int_equal(c->taken, 0); /* not yet */
	for (unsigned i = 0; i < 100; i++) {
		u64 before, missed = c->missed;

		lockcount_start(); /* does not begin anew */
		before = c->taken;
		spin_lock(&lock);
		spin_lock(&other);
		assert_true(spin_held(&lock) && spin_held(&other));
		spin_unlock(&other);
		spin_unlock(&lock);
		assert_int_equal(c->taken, before + 1);
		assert_int_equal(c->missed, missed);
	}
	assert_int_equal(c->taken, 100);
}

static u32 has_it, may_go; /* (A) */

/* Hart 0 keeps the lock for a while, in which hart 1 tries to take it. */
static void meet(u32 hart)
{
	if (hart == 0) {
		spin_lock(&lock);
		__atomic_store_n(&has_it, 1, __ATOMIC_RELEASE);
		while (!__atomic_load_n(&may_go, __ATOMIC_ACQUIRE))
			cpu_relax();
		for (unsigned i = 0; i < 1000; i++)
			cpu_relax();
		spin_unlock(&lock);
	} else if (hart == 1) {
		while (!__atomic_load_n(&has_it, __ATOMIC_ACQUIRE))
			cpu_relax();
		__atomic_store_n(&may_go, 1, __ATOMIC_RELEASE);
		spin_lock(&lock);
		spin_unlock(&lock);
	}
}

static u64 waits_for(const char *name)
{
	const struct lockwait *w;

	for (u32 i = 0; (w = lockwait_at(LOCKWAIT_SPIN, i)) != NULL; i++) {
		if (w->name == name)
			return w->waits;
	}
	return 0;
}

static void test_waits_are_counted_by_name(void **state)
{
	static const char name[] = "meeting";
	u64 waits;

	(void)state;
	start();
	spin_init(&lock, name, RANK_pipe);
	spin_lock(&lock);
	spin_unlock(&lock);
	assert_int_equal(waits_for(name), 0); /* nobody has */
	for (unsigned i = 0; !waits_for(name); i++) {
		assert_true(i < 1000);
		has_it = may_go = 0;
		rig_on_all(meet);
	}
	assert_int_equal(waits_for(name), 1);
	assert_int_equal(waits_for("other"), 0);
	for (u32 i = 0; i < 2 * LOCKWAIT_MAX; i++) {
		static const char names[2 * LOCKWAIT_MAX];

		lockwait_note(LOCKWAIT_SPIN, &names[i]); /* more than there is room for */
	}
	waits = waits_for(name);
	lockwait_note(LOCKWAIT_SPIN, name);
	assert_int_equal(waits_for(name), waits + 1);
	assert_null(lockwait_at(LOCKWAIT_SPIN, LOCKWAIT_MAX));
	assert_null(lockwait_at(LOCKWAIT_MUTEX, 0));
}

static void test_attempts_in_vain_are_counted(void **state)
{
	const struct lockcount *c = lockcount_at(LOCKS);
	u64 missed = c->missed;

	(void)state;
	for (unsigned i = 0; c->missed == missed; i++) {
		u64 taken = c->taken;

		assert_true(i < 1000); /* the host may have run hart 1 too late */
		has_it = may_go = 0;
		rig_on_all(meet);
		assert_int_equal(c->taken, taken + 2);
	}
	/* while it waits, it looks without trying */
	assert_int_equal(c->missed, missed + 1);
}

static void test_interrupts(void **state)
{
	struct spinlock plain;

	(void)state;
	start();
	spin_init(&plain, "plain", RANK_pipe);
	spin_lock(&plain);
	assert_true(sync_irq_on);
	spin_lock(&lock);
	assert_false(sync_irq_on);
	spin_lock(&other);
	spin_unlock(&lock); /* in another order than they were taken in */
	assert_false(sync_irq_on);
	spin_unlock(&other);
	assert_true(sync_irq_on);
	irq_push_off();
	spin_unlock(&plain);
	assert_false(sync_irq_on);
	irq_pop_off();
	assert_true(sync_irq_on);
}

#ifdef PAGODA_CHECK
static void test_ranks_are_checked(void **state)
{
	struct spinlock plain;

	(void)state;
	start();
	spin_init(&plain, "plain", RANK_pipe);
	spin_lock(&other);
	expect_assert_failure(spin_lock(&lock)); /* ranks before the one that is held */
	start();
	spin_lock(&lock);
	expect_assert_failure(spin_lock(&plain)); /* a handler may wait for `lock` */
	start();
	sync_hart.in_interrupt = true;
	spin_lock(&lock);
	spin_unlock(&lock);
	expect_assert_failure(spin_lock(&plain)); /* it may have interrupted the holder */
}
#endif

static void test_misuse_is_found(void **state)
{
	(void)state;
	start();
	spin_lock(&lock);
	expect_assert_failure(spin_unlock(&other)); /* nobody holds it */
	spin_unlock(&lock);
	spin_lock(&other);
	expect_assert_failure(spin_lock(&other)); /* this hart does */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_counted),
		cmocka_unit_test(test_counted_from_the_middle_on),
		cmocka_unit_test(test_counts_are_exact),
		cmocka_unit_test(test_attempts_in_vain_are_counted),
		cmocka_unit_test(test_waits_are_counted_by_name),
		cmocka_unit_test(test_interrupts),
#ifdef PAGODA_CHECK
		cmocka_unit_test(test_ranks_are_checked),
#endif
		cmocka_unit_test(test_misuse_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
