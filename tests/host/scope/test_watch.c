// sources: scope/track/watch.c
// cflags: -Iscope -Wl,--wrap=calloc,--wrap=realloc
/* test_watch.c - which pages changed: with two watchers, pages that come and go, too little
 * memory, and at random beside a model. */
#include "track/watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing.h"

#define PAGES 200
#define WORDS (PAGE_SIZE / 8)

void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static struct failing failing;

void *__wrap_calloc(size_t n, size_t size)
{
	return failing_now(&failing) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return failing_now(&failing) ? NULL : __real_realloc(old, size);
}

static u64 memory[PAGES][WORDS];
static bool hole[PAGES];
static struct watch watch;

static const void *page_of(void *arg, u64 index)
{
	assert_ptr_equal(arg, memory);
	assert_true(index < PAGES);
	return hole[index] ? NULL : memory[index];
}

static int setup(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	memset(hole, 0, sizeof(hole));
	failing_set(&failing, 0, false);
	return watch_init(&watch, PAGES, PAGES, page_of, memory) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	for (u32 i = 0; i < watch.nslots; i++)
		assert_int_equal(watch.slot[i].refs, 0);
	assert_int_equal(watch.copies, 0);
	watch_fini(&watch);
	return 0;
}

/* A round of @who: how many pages it got.  Each has the contents that the RAM has now. */
static u32 take(struct watcher *who)
{
	static const u64 zeros[WORDS];
	const u64 *copy;
	u32 n = 0, index;

	watcher_begin(who);
	while (watcher_next(who, &index, &copy)) {
		const u64 *wanted = hole[index] ? zeros : memory[index];

		assert_memory_equal(copy ? copy : zeros, wanted, PAGE_SIZE);
		n++;
	}
	assert_false(watcher_due(who));
	return n;
}

static void test_changes_are_sent_once(void **state)
{
	struct watcher who;

	(void)state;
	memory[3][5] = 1;
	watcher_init(&who, &watch);
	assert_true(watcher_add(&who, 2, 3));
	assert_true(watcher_due(&who));
	assert_int_equal(take(&who), 3);
	assert_int_equal(watch.copies, 1);
	assert_int_equal(watch_compare(&watch), 0);
	assert_int_equal(take(&who), 0);
	memory[4][WORDS - 1] = 2;
	memory[7][0] = 2; /* not watched */
	assert_false(watcher_due(&who));
	assert_int_equal(watch_compare(&watch), 1);
	assert_int_equal(take(&who), 1);
	memory[4][WORDS - 1] = 0;
	assert_int_equal(watch_compare(&watch), 1);
	assert_int_equal(watch.copies, 1);
	assert_int_equal(take(&who), 1);
	watcher_fini(&who);
}

static void test_a_slow_one_gets_the_newest(void **state)
{
	struct watcher quick, slow;

	(void)state;
	watcher_init(&quick, &watch);
	watcher_init(&slow, &watch);
	assert_true(watcher_add(&slow, 0, 10));
	take(&slow);
	assert_true(watcher_add(&quick, 0, 20));
	assert_int_equal(take(&quick), 20);
	for (u64 i = 1; i <= 30; i++) {
		memory[i % 5][i] = i;
		watch_compare(&watch);
		assert_int_equal(take(&quick), 1);
	}
	assert_int_equal(take(&slow), 5);
	watcher_fini(&quick);
	memory[1][1] = 99;
	watch_compare(&watch);
	assert_int_equal(take(&slow), 1);
	watcher_fini(&slow);
}

static void test_changes_while_a_round_is_taken(void **state)
{
	struct watcher who;
	const u64 *copy;
	u32 index;

	(void)state;
	watcher_init(&who, &watch);
	assert_true(watcher_add(&who, 0, 4));
	watcher_begin(&who);
	assert_true(watcher_next(&who, &index, &copy) && index == 0);
	memory[0][0] = memory[3][0] = 7;
	watch_compare(&watch);
	for (u32 i = 1; i < 4; i++)
		assert_true(watcher_next(&who, &index, &copy) && index == i);
	assert_int_equal(copy[0], 7);
	assert_false(watcher_next(&who, &index, &copy));
	/* the change of page 0 is for the next round; that of page 3 has come */
	assert_int_equal(take(&who), 1);
	watcher_fini(&who);
}

static void test_ranges(void **state)
{
	struct watcher who;

	(void)state;
	watcher_init(&who, &watch);
	assert_false(watcher_add(&who, 0, PAGES + 1));
	assert_false(watcher_add(&who, PAGES, 1));
	assert_false(watcher_add(&who, UINT64_MAX, 2));
	assert_false(watcher_add(&who, 2, UINT64_MAX));
	assert_int_equal(watch.nslots, 0);
	assert_true(watcher_add(&who, PAGES, 0));
	assert_true(watcher_add(&who, PAGES - 2, 2));
	assert_true(watcher_add(&who, PAGES - 2, 2)); /* it has them */
	watcher_remove(&who, PAGES - 1, UINT32_MAX);
	watcher_remove(&who, PAGES + 5, 1);
	watcher_remove(&who, 0, 1);
	assert_int_equal(take(&who), 1);
	/* once more: it is new again */
	assert_true(watcher_add(&who, 0, PAGES));
	assert_int_equal(take(&who), PAGES - 1);
	assert_int_equal(watch.nslots, PAGES);
	watcher_fini(&who);
}

static void test_holes_take_no_memory(void **state)
{
	struct watcher who;

	(void)state;
	hole[1] = true;
	memory[1][0] = 5;
	watcher_init(&who, &watch);
	assert_true(watcher_add(&who, 0, 3));
	assert_int_equal(take(&who), 3);
	assert_int_equal(watch.copies, 0);
	hole[1] = false;
	assert_int_equal(watch_compare(&watch), 1);
	assert_int_equal(take(&who), 1);
	hole[1] = true;
	assert_int_equal(watch_compare(&watch), 1);
	assert_int_equal(watch.copies, 0);
	assert_int_equal(take(&who), 1);
	watcher_fini(&who);
}

static void test_a_limit_of_copies(void **state)
{
	struct watcher who;

	(void)state;
	watch.copies_max = 2;
	for (u32 i = 0; i < 4; i++)
		memory[i][0] = 1;
	watcher_init(&who, &watch);
	assert_false(watcher_add(&who, 0, 4));
	assert_int_equal(take(&who), 2);
	/* a page that had only zeros finds no room for its copy: it comes later */
	assert_true(watcher_add(&who, 9, 1));
	assert_int_equal(take(&who), 1);
	memory[9][0] = 1;
	assert_int_equal(watch_compare(&watch), 0);
	watcher_remove(&who, 0, 1);
	assert_int_equal(watch_compare(&watch), 1);
	assert_int_equal(take(&who), 1);
	watcher_fini(&who);
}

/* What is done with little memory: two watchers, and changes. */
static void try_all(void)
{
	struct watcher a, b;
	bool done;

	watcher_init(&a, &watch);
	watcher_init(&b, &watch);
	done = watcher_add(&a, 0, 70) & watcher_add(&b, 60, 80);
	memory[65][0]++;
	memory[100][0]++;
	watch_compare(&watch);
	watcher_remove(&a, 0, 5);
	done &= watcher_add(&b, 0, 3);
	failing_end(&failing);
	/* now there is memory: all of it is right at last */
	if (!done)
		assert_true(watcher_add(&b, 60, 80) && watcher_add(&b, 0, 3));
	watch_compare(&watch);
	take(&a);
	assert_int_equal(take(&b), 83);
	watcher_fini(&a);
	watcher_fini(&b);
}

static void test_each_allocation_fails(void **state)
{
	u64 k = 0;

	(void)state;
	for (u32 all = 0; all < 2; all++) {
		for (k = 1;; k++) {
			assert_int_equal(setup(NULL), 0);
			for (u32 i = 0; i < PAGES; i += 3)
				memory[i][i] = i + 1;
			failing_set(&failing, k, all);
			try_all();
			teardown(NULL);
			if (failing.asked < k)
				break;
		}
		assert_true(k > 20);
	}
	failing_set(&failing, 1, false);
	assert_false(watch_init(&watch, PAGES, PAGES, page_of, memory));
	failing_end(&failing);
}

/* Beside a model: what each of three watchers was sent last is what it is to see. */
static u64 seen[3][PAGES][2];
static bool watches[3][PAGES];

static void model_take(struct watcher *who, u32 w)
{
	const u64 *copy;
	u32 index;

	watcher_begin(who);
	while (watcher_next(who, &index, &copy)) {
		assert_true(watches[w][index]);
		seen[w][index][0] = copy ? copy[1] : 0;
		seen[w][index][1] = copy ? copy[WORDS - 2] : 0;
	}
}

static void model_check(u32 w)
{
	for (u32 i = 0; i < PAGES; i++) {
		if (!watches[w][i])
			continue;
		assert_int_equal(seen[w][i][0], memory[i][1]);
		assert_int_equal(seen[w][i][1], memory[i][WORDS - 2]);
	}
}

static void test_random(void **state)
{
	struct watcher who[3];

	(void)state;
	srand(1);
	for (u32 w = 0; w < 3; w++)
		watcher_init(&who[w], &watch);
	memset(watches, 0, sizeof(watches));
	for (u32 step = 0; step < 20000; step++) {
		u32 w = (u32)rand() % 3, first = (u32)rand() % PAGES, n = (u32)rand() % 9;

		n = MIN(n, PAGES - first);
		if (rand() % 4 == 0) {
			assert_true(watcher_add(&who[w], first, n));
			memset(&watches[w][first], 1, n);
		} else if (rand() % 4 == 0) {
			watcher_remove(&who[w], first, n);
			memset(&watches[w][first], 0, n);
		} else if (rand() % 2) {
			memory[first][rand() % 2 ? 1 : WORDS - 2] = (u64)rand() % 3;
		} else {
			watch_compare(&watch);
			model_take(&who[w], w);
			model_check(w);
		}
	}
	for (u32 w = 0; w < 3; w++)
		watcher_fini(&who[w]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changes_are_sent_once),
		TEST(test_a_slow_one_gets_the_newest),
		TEST(test_changes_while_a_round_is_taken),
		TEST(test_ranges),
		TEST(test_holes_take_no_memory),
		TEST(test_a_limit_of_copies),
		cmocka_unit_test(test_each_allocation_fails),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
