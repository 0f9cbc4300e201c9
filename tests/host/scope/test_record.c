// sources: scope/track/record.c scope/track/replay.c
// cflags: -Iscope -Wl,--wrap=calloc -lm
/* test_record.c - recordings: what is read is what was written, at each moment; files that
 * were cut or changed are refused or read as far as they make sense. */
#include "track/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing.h"

#define PAGES 20
#define MOMENTS 90

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

static struct failing failing;

void *__wrap_calloc(size_t n, size_t size)
{
	return failing_now(&failing) ? NULL : __real_calloc(n, size);
}

static u64 memory[MOMENTS][PAGES][RECORD_WORDS]; /* as it was at each moment */
static u32 moment;
static char *file;
static size_t size;

/* Every eighth page has no data in the file. */
static const void *page_of(void *arg, u64 index)
{
	assert_ptr_equal(arg, memory);
	return index % 8 == 7 ? NULL : memory[moment][index];
}

static double time_of(u32 i)
{
	return 1000.0 * (i - i % 3); /* some are at the same time */
}

/* Also to what the page had before, to zeros, and by its first or last word alone. */
static void change(u32 page)
{
	u64 *words = memory[moment][page], value = (u64)rand() % 3 * 0x0102030405060708u;

	if (page % 8 == 7)
		return;
	switch (rand() % 6) {
	case 0:
		memset(words, 0, PAGE_SIZE);
		break;
	case 1:
		memset(words, 0xff, PAGE_SIZE);
		break;
	case 2:
		words[0] = value;
		break;
	case 3:
		words[RECORD_WORDS - 1] = value;
		break;
	default:
		words[rand() % RECORD_WORDS] = value;
	}
}

static int setup(void **state)
{
	struct recorder r;

	(void)state;
	srand(1);
	failing_set(&failing, 0, false);
	memset(memory, 0, sizeof(memory));
	assert_true(recorder_init(&r, open_memstream(&file, &size), PAGES, BIT(30)));
	for (moment = 0; moment < MOMENTS; moment++) {
		if (moment)
			memcpy(memory[moment], memory[moment - 1], sizeof(memory[0]));
		for (u32 n = moment % 4 * 5; n; n--)
			change((u32)rand() % PAGES);
		assert_true(recorder_add(&r, time_of(moment), page_of, memory));
	}
	recorder_fini(&r);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(file);
	return 0;
}

/* What is shown is the memory at moment @i. */
static void check_moment(struct replay *r, u32 i)
{
	static const u64 zeros[RECORD_WORDS];

	for (u32 p = 0; p < PAGES; p++) {
		const u64 *page = replay_page(r, p);

		assert_memory_equal(page ? page : zeros, memory[i][p], PAGE_SIZE);
	}
	assert_null(replay_page(r, PAGES));
}

static void test_each_moment(void **state)
{
	struct replay r;

	(void)state;
	assert_null(replay_init(&r, file, size));
	assert_true(r.pages == PAGES);
	assert_true(r.start_ms == 0 && r.end_ms == time_of(MOMENTS - 1));
	check_moment(&r, 2);
	for (int n = 0; n < 300; n++) {
		u32 i = (u32)rand() % MOMENTS;

		replay_show(&r, time_of(i) + rand() % 2);
		assert_true(r.shown_ms == time_of(i));
		check_moment(&r, i - i % 3 + 2);
	}
	replay_show(&r, -5);
	check_moment(&r, 2);
	replay_show(&r, 1e300);
	check_moment(&r, MOMENTS - 1);
	replay_fini(&r);
}

/* A file that was cut has the moments that are whole; one without any is refused. */
static void test_each_length(void **state)
{
	u32 whole = 0;

	(void)state;
	for (size_t n = 0; n < size; n += n < 3000 ? 1 : size / 300) {
		char *part = malloc(n); /* its end is seen by the sanitizer */
		struct replay r;

		memcpy(part, file, n);
		if (!replay_init(&r, part, n)) {
			assert_true(r.end <= n && n > sizeof(struct record_head));
			replay_show(&r, 1e300);
			for (u32 p = 0; p < PAGES; p++)
				replay_page(&r, p);
			replay_fini(&r);
			whole++;
		}
		free(part);
	}
	assert_true(whole > 50);
}

/* Any bytes changed, also after it was opened. */
static void test_noise(void **state)
{
	char *copy = malloc(size);

	(void)state;
	for (int round = 0; round < 1000; round++) {
		struct replay r;
		bool late = rand() % 2;

		memcpy(copy, file, size);
		if (!late)
			copy[(size_t)rand() % size] ^= (char)(1 << rand() % 8);
		if (replay_init(&r, copy, size))
			continue;
		for (int n = rand() % 20; late && n; n--)
			copy[(size_t)rand() % size] = (char)rand();
		replay_show(&r, rand() % 120000);
		replay_show(&r, rand() % 120000);
		for (u32 p = 0; p < PAGES; p++)
			replay_page(&r, p);
		replay_fini(&r);
	}
	free(copy);
}

static void refuse(u64 at, const void *bytes, u64 n, const char *why)
{
	char *copy = malloc(size);
	struct replay r;

	memcpy(copy, file, size);
	memcpy(copy + at, bytes, n);
	assert_string_equal(replay_init(&r, copy, size), why);
	free(copy);
}

static void test_heads(void **state)
{
	u64 none = 0, many = RECORD_PAGES_MAX + 1;
	u32 version = 2;
	double nan = __builtin_nan("");

	(void)state;
	refuse(0, "x", 1, "is no recording");
	refuse(16, &version, 4, "is a recording of another version");
	refuse(20, &version, 4, "is a recording of another version");
	refuse(24, &none, 8, "is a recording of a machine that cannot be");
	refuse(24, &many, 8, "is a recording of a machine that cannot be");
	refuse(32, &version, 4, "is a recording without a moment");
	refuse(40, &nan, 8, "is a recording without a moment");
	refuse(40, (double[]){ 1e6 }, 8, "is a recording whose time goes backwards");
}

static void test_limits(void **state)
{
	struct recorder r;
	struct replay replay;

	(void)state;
	moment = MOMENTS - 1;
	/* a file that is full: what is in it is whole */
	teardown(NULL);
	assert_true(recorder_init(&r, open_memstream(&file, &size), PAGES, 200));
	assert_false(recorder_add(&r, 5, page_of, memory));
	recorder_fini(&r);
	assert_null(replay_init(&replay, file, size));
	check_moment(&replay, moment);
	replay_fini(&replay);
	/* one that cannot be written */
	assert_false(recorder_init(&r, fopen("/dev/full", "w"), PAGES, 200));
	recorder_fini(&r);
	/* no memory */
	failing_set(&failing, 1, false);
	assert_string_equal(replay_init(&replay, file, size),
			    "needs more memory than there is");
	failing_set(&failing, 1, false);
	assert_false(recorder_init(&r, fopen("/dev/null", "w"), PAGES, 200));
	assert_false(recorder_init(&r, fopen("/dev/null", "w"), BIT(40), 200));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_moment), TEST(test_each_length), TEST(test_noise),
		TEST(test_heads),       TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
