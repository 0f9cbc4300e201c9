// sources: kernel/core/sync/rwlock.c kernel/core/sync/spinlock.c kernel/core/sync/lockcount.c kernel/core/sync/lockwait.c
// cflags: -iquote tests/host/sync -iquote kernel -pthread
/* test_rwlock.c - the reader-writer lock: who may hold it with whom, and who goes first. */
#include "sync_rig.h"

#include "core/sync/rwlock.h"

#define ROUNDS 5000

static struct rwlock lock;
static u64 count[2];        /* guarded by lock; always equal */
static u32 readers, inside; /* (A) */
static u32 most, wrong;     /* (A) */

static void note(bool ok)
{
	if (!ok)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void start(void)
{
	sync_hart = (struct hart){ .cpu.index = 0 };
	sync_irq_on = true;
	lock = (struct rwlock){ 0 };
	count[0] = count[1] = 0;
	readers = inside = most = wrong = 0;
}

static void read_once(void)
{
	u32 n;

	rwlock_read_lock(&lock);
	n = __atomic_add_fetch(&readers, 1, __ATOMIC_RELAXED);
	if (n > __atomic_load_n(&most, __ATOMIC_RELAXED))
		__atomic_store_n(&most, n, __ATOMIC_RELAXED);
	note(!sync_irq_on && count[0] == count[1]);
	note(!__atomic_load_n(&inside, __ATOMIC_RELAXED));
	cpu_relax(); /* others read meanwhile */
	__atomic_sub_fetch(&readers, 1, __ATOMIC_RELAXED);
	rwlock_read_unlock(&lock);
	note(sync_irq_on);
}

static void write_once(void)
{
	rwlock_write_lock(&lock);
	note(!sync_irq_on);
	note(!__atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED));
	note(!__atomic_load_n(&readers, __ATOMIC_RELAXED));
	count[0]++;
	count[1]++;
	__atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
	rwlock_write_unlock(&lock);
	note(sync_irq_on);
}

static void mixed(u32 hart)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if ((i + hart) % 8 == 0)
			write_once();
		else
			read_once();
	}
}

static void test_all_at_once(void **state)
{
	(void)state;
	start();
	rig_on_all(mixed);
	assert_int_equal(wrong, 0);
	assert_int_equal(count[0], HARTS * ROUNDS / 8);
	assert_int_equal(count[1], count[0]);
	assert_in_range(most, 2, HARTS);
	assert_int_equal(lock.state, 0);
}

static void test_who_may_hold_it_with_whom(void **state)
{
	(void)state;
	start();
	assert_true(rwlock_read_try(&lock));
	assert_true(rwlock_read_try(&lock));
	assert_false(rwlock_write_try(&lock));
	assert_false(sync_irq_on);
	rwlock_read_unlock(&lock);
	assert_false(rwlock_write_try(&lock));
	rwlock_read_unlock(&lock);
	assert_true(sync_irq_on);
	assert_true(rwlock_write_try(&lock));
	assert_false(rwlock_write_try(&lock));
	assert_false(rwlock_read_try(&lock));
	rwlock_write_unlock(&lock);
	assert_true(sync_irq_on);
	assert_true(rwlock_read_try(&lock));
	rwlock_read_unlock(&lock);
	assert_int_equal(lock.state, 0);
}

static u32 order, writer_at, reader_at; /* (A) */

/* Hart 0 reads.  Hart 1 waits to write.  Hart 2 comes to read after it, and must get the
 * lock after it. */
static void queue(u32 hart)
{
	if (hart == 0) {
		rwlock_read_lock(&lock);
		__atomic_store_n(&readers, 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&readers, __ATOMIC_ACQUIRE) < 2)
			cpu_relax();
		note(!rwlock_read_try(&lock));
		for (unsigned i = 0; i < 200; i++)
			cpu_relax();
		rwlock_read_unlock(&lock);
	} else if (hart == 1) {
		while (__atomic_load_n(&readers, __ATOMIC_ACQUIRE) < 1)
			cpu_relax();
		rwlock_write_lock(&lock);
		writer_at = ++order;
		rwlock_write_unlock(&lock);
	} else if (hart == 2) {
		while (!rwlock_is_wanted(&lock))
			cpu_relax();
		__atomic_store_n(&readers, 2, __ATOMIC_RELEASE);
		rwlock_read_lock(&lock);
		reader_at = __atomic_load_n(&order, __ATOMIC_RELAXED);
		rwlock_read_unlock(&lock);
	}
}

static void test_a_waiting_writer_goes_first(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		start();
		order = writer_at = reader_at = 0;
		rig_on_all(queue);
		assert_int_equal(wrong, 0);
		assert_int_equal(writer_at, 1);
		assert_int_equal(reader_at, 1);
		assert_int_equal(lock.state, 0);
	}
}

static void test_misuse_is_found(void **state)
{
	(void)state;
	start();
	expect_assert_failure(rwlock_read_unlock(&lock));
	start();
	expect_assert_failure(rwlock_write_unlock(&lock));
	start();
	rwlock_read_lock(&lock);
	expect_assert_failure(rwlock_write_unlock(&lock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_may_hold_it_with_whom),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_a_waiting_writer_goes_first),
		cmocka_unit_test(test_misuse_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
