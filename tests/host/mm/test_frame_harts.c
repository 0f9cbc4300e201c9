// sources: kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_census.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -pthread
/* test_frame_harts.c - the frame allocator used by several harts at once. */
#include "frame_rig.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "mm/phys/frame_priv.h"

#define ROUNDS 30000

static struct page *exchange[64];
static u32 shared_refs;

static void *play_hart(void *arg)
{
	u64 seed = (uintptr_t)arg;

	shim_hart = seed;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct page *pg = NULL;

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		if ((seed >> 60) < 12) {
			pg = frame_alloc_order(FRAME_anon, seed >> 56 & 7 ? 0 : 2,
					       FRAME_NOWAIT);
			if (pg)
				*(u64 *)frame_va(pg) = seed;
		} else if ((seed >> 60) == 15) { /* needs the lists of all harts */
			pg = frame_alloc_order(FRAME_anon, FRAME_MAX_ORDER, FRAME_NOWAIT);
		}
		/* Leave the frame for another hart, and free the one that was there. */
		pg = __atomic_exchange_n(&exchange[seed >> 40 & 63], pg, __ATOMIC_ACQ_REL);
		if (pg && (seed >> 32 & 3) == 0) {
			frame_get(pg);
			__atomic_add_fetch(&shared_refs, 1, __ATOMIC_RELAXED);
			frame_put(pg);
		}
		if (pg)
			frame_put(pg);
	}
	return NULL;
}

static u32 census_wrong, census_end;

/* The counts add up at any time, whatever the other harts do. */
static void *take_census(void *arg)
{
	shim_hart = (uintptr_t)arg;
	while (!__atomic_load_n(&census_end, __ATOMIC_ACQUIRE)) {
		struct frame_census c;
		u64 sum = 0, nfree = 0;

		frame_census(&c);
		for (unsigned kind = 0; kind < FRAME_NKINDS; kind++)
			sum += c.count[kind];
		for (unsigned order = 0; order <= FRAME_MAX_ORDER; order++)
			nfree += c.blocks[order] << order;
		for (unsigned i = 0; i < MAX_HARTS; i++)
			nfree += c.cached[i];
		census_wrong += sum != FRAMES || nfree != c.count[FRAME_free];
	}
	return NULL;
}

static void test_harts(void **state)
{
	pthread_t thread[4], census;

	(void)state;
	memset(exchange, 0, sizeof(exchange));
	census_wrong = census_end = 0;
	pthread_create(&census, NULL, take_census, (void *)5);
	for (uintptr_t i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, play_hart, (void *)(i + 1));
	for (unsigned i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	__atomic_store_n(&census_end, 1, __ATOMIC_RELEASE);
	pthread_join(census, NULL);
	assert_int_equal(census_wrong, 0);
	frame_check();
	for (unsigned i = 0; i < ARRAY_SIZE(exchange); i++)
		if (exchange[i])
			frame_put(exchange[i]);
	assert_int_equal(frame_count(FRAME_free), FREE);
	assert_int_equal(frame_count(FRAME_anon), 0);
}

static struct page *crowd;
static u32 crowd_gate;

static void *put_crowd(void *arg)
{
	shim_hart = (uintptr_t)arg;
	while (!__atomic_load_n(&crowd_gate, __ATOMIC_ACQUIRE))
		;
	frame_put(crowd);
	return NULL;
}

/* Two harts give up the last two references at the same time: the frame is freed once. */
static void test_last_reference(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		pthread_t a, b;

		crowd = frame_alloc(FRAME_anon, 0);
		frame_get(crowd);
		crowd_gate = 0;
		pthread_create(&a, NULL, put_crowd, (void *)1);
		pthread_create(&b, NULL, put_crowd, (void *)2);
		__atomic_store_n(&crowd_gate, 1, __ATOMIC_RELEASE);
		pthread_join(a, NULL);
		pthread_join(b, NULL);
		assert_int_equal(frame_count(FRAME_free), FREE);
	}
}

static u32 census_done;

static void *take_one_census(void *arg)
{
	shim_hart = 5;
	frame_census(arg);
	__atomic_store_n(&census_done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* A census begins while a hart is in the middle of changing its list.  The census waits,
 * and meanwhile that hart can take the lock, as an interrupt there would. */
static void test_census_in_the_middle(void **state)
{
	struct frame_cache *c = &frame_caches[3];
	struct frame_census census;
	pthread_t thread;
	struct page *pg;

	(void)state;
	census_done = 0;
	assert_true(frame_cache_enter(c));
	c->count[FRAME_free]--; /* the other half of a change is yet to come */
	pthread_create(&thread, NULL, take_one_census, &census);
	usleep(20000);
	pg = frame_alloc_order(FRAME_anon, 3, FRAME_NOWAIT);
	assert_non_null(pg);
	assert_int_equal(__atomic_load_n(&census_done, __ATOMIC_ACQUIRE), 0);
	c->count[FRAME_free]++;
	frame_cache_leave(c);
	pthread_join(thread, NULL);
	assert_int_equal(census.count[FRAME_free], FREE - 8);
	assert_int_equal(census.count[FRAME_anon], 8);
	frame_put(pg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_harts),
		TEST(test_last_reference),
		TEST(test_census_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
