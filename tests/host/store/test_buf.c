// sources: kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c tests/host/shim/shim.c
// cflags: -pthread
/* test_buf.c - several threads get and put buffers, of more blocks than there are buffers.
 * Whoever has a buffer finds the contents of its block in it, until it is put.  Other
 * threads get a turn before the atomic loads of buf.c. */
#include "rig.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "core/hart.h"
#include "core/sync/lockcount.h"
#include "core/sync/waitq.h"
#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "mm/phys/frame.h"
#include "mm/phys/reclaim.h"
#include "shim.h"
#include "uapi/errno.h"

#include "lib/assert.h"
#include "lib/string.h"

static __thread u32 loads;

static void let_others_run(void)
{
	if (++loads % 3 == 0)
		sched_yield();
}

#define __atomic_load_n(at, order) (let_others_run(), __atomic_load_n(at, order))
#include "fs/store/buf.c"
#undef __atomic_load_n

#define NTHREADS 4
#define ROUNDS 40000
#define HELD (NBUF - 6) /* blocks from 1 on whose buffers are never put */
#define COMMON 3        /* blocks after those that are used most        */
#define BLOCKS (NBUF + 20)
#define BAD (BLOCKS - 1) /* a block that cannot be read */
#define RAM (4 * MIB)

struct geometry geo = { .size = BLOCKS };

static u32 wrong; /* (A) */

int io_block(struct blkdev *dev, enum bio_op op, u32 block, void *data)
{
	(void)dev;
	(void)op;
	memset(data, 0, FS_BLOCK);
	sched_yield();
	if (block == BAD)
		return -EIO;
	for (u32 i = 0; i < FS_BLOCK / sizeof(u32); i++)
		((u32 *)data)[i] = block;
	return 0;
}

u64 reclaim(u64 want)
{
	(void)want;
	return 0;
}

static bool buf_is_of(const struct buf *b, u32 block)
{
	const volatile u32 *word = (const u32 *)(const void *)b->data;

	return b->block == block && word[0] == block && word[FS_BLOCK / 4 - 1] == block;
}

static u32 pick_block(unsigned *seed)
{
	u32 n = (u32)rand_r(seed);

	return 1 + HELD + n / 2 % (n & 1 ? COMMON : BLOCKS - 1 - HELD);
}

static void use_one(unsigned *seed)
{
	u32 block = pick_block(seed);
	struct buf *b;
	int err = buf_get(block, &b);
	bool ok = err == (block == BAD ? -EIO : 0);

	if (!err) {
		ok = ok && buf_is_of(b, block);
		if (rand_r(seed) % 8 == 0) {
			buf_ref(b);
			sched_yield();
			buf_put(b);
		}
		ok = ok && buf_is_of(b, block);
		buf_put(b);
	}
	if (!ok)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
}

static void *work(void *number)
{
	unsigned seed = (unsigned)(uintptr_t)number;

	shim_hart = seed;
	for (u32 i = 0; i < ROUNDS; i++)
		use_one(&seed);
	return NULL;
}

static bool yield_and_look_again(struct waitq *wq)
{
	(void)wq;
	sched_yield();
	return true;
}

static void test_each_has_its_block(void **state)
{
	static struct page frames[RAM / PAGE_SIZE];
	pthread_t thread[NTHREADS];
	struct buf *b;

	(void)state;
	shim_sleep = yield_and_look_again;
	shim_ram_init(RAM);
	frame_init(SHIM_RAM_BASE, RAM, frames);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + RAM);
	buf_init();
	for (u32 block = 1; block <= HELD; block++)
		assert_int_equal(buf_get(block, &b), 0);
	for (uintptr_t i = 0; i < NTHREADS; i++)
		pthread_create(&thread[i], NULL, work, (void *)(i + 1));
	for (u32 i = 0; i < NTHREADS; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(wrong, 0);
	for (u32 block = 1; block < BAD; block++) {
		assert_int_equal(buf_get(block, &b), 0);
		assert_true(buf_is_of(b, block));
		assert_int_equal(b->refs, block <= HELD ? 2 : 1);
		buf_put(b);
	}
	shim_ram_fini();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_has_its_block) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
