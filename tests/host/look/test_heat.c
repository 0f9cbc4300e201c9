// sources: kernel/obs/heat.c kernel/core/option/options.c kernel/lib/fmt.c kernel/mm/phys/vmstat.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DDIRECT_BASE=0xffffffc000000000ul
/* test_heat.c - the option heat when there is no memory for its thread: it stays off, and
 * can be set once there is. */
#include "rig.h"

#include <string.h>

#include "core/clock.h"
#include "core/option/options.h"
#include "core/thread.h"
#include "mm/space/watch.h"
#include "mm/xlate/gather.h"
#include "obs/heat.h"
#include "uapi/errno.h"

char __kernel_start[1], __text_end[1], __rodata_end[1], __kernel_end[1];

/* --- what heat.c needs ------------------------------------------------------------- */

static unsigned asked;   /* for a thread                       */
static bool has_no_room; /* for its stack: as kthread_start()  */

int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	assert_string_equal(name, "heat");
	assert_non_null(fn);
	assert_null(arg);
	asked++;
	return has_no_room ? -ENOMEM : 0;
}

struct thread *thread_current(void)
{
	return NULL;
}

bool thread_killed(void)
{
	return false;
}

u8 frame_block_order(const struct page *pg)
{
	return pg->order;
}

struct aspace *aspace_watch_next(struct aspace *as)
{
	(void)as;
	fail_msg("no thread runs");
	return NULL;
}

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	(void)s, (void)lo, (void)hi;
	fail_msg("no thread runs");
}

u64 clock_now(void)
{
	return 0;
}

u64 clock_hz(void)
{
	return 10000000;
}

/* --- tests ---------------------------------------------------------------------- */

static const char *heat(void)
{
	static struct option_state state;

	option_look(option_find("heat"), &state);
	return state.value;
}

static int set(const char *value)
{
	assert_int_equal(option_set("heat", value), 0);
	return heat_follow_option();
}

/* As a boot with heat=100. */
static void test_no_memory_at_boot(void **unused)
{
	(void)unused;
	has_no_room = true;
	options_init("heat=100");
	heat_init();
	assert_string_equal(heat(), "100");
	assert_int_equal(heat_follow_option(), -ENOMEM);
	assert_string_equal(heat(), "off");
}

/* As `vmctl heat=100`, on a machine without memory and later on. */
static void test_no_memory_for_the_thread(void **unused)
{
	(void)unused;
	options_init("");
	asked = 0;
	assert_int_equal(heat_follow_option(), 0);
	assert_int_equal(asked, 0);

	has_no_room = true;
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(set("100"), -ENOMEM);
		assert_int_equal(asked, i);
		assert_string_equal(heat(), "off");
	}
	assert_int_equal(set("off"), 0);
	assert_int_equal(asked, 3);

	has_no_room = false;
	assert_int_equal(set("100"), 0);
	assert_string_equal(heat(), "100");
	has_no_room = true; /* it has its thread */
	assert_int_equal(set("off"), 0);
	assert_int_equal(set("50"), 0);
	assert_string_equal(heat(), "50");
	assert_int_equal(asked, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_memory_at_boot),
		cmocka_unit_test(test_no_memory_for_the_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
