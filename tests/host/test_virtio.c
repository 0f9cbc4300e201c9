// sources: kernel/dev/virtio_blk.c kernel/dev/virtio_mmio.c kernel/dev/vring.c kernel/dev/block.c kernel/lib/fdt.c tests/host/fake_virtio.c tests/host/shim/shim.c
/* test_virtio.c - the disk driver against a device that checks it: legacy and
 * modern, answers out of order, errors, a full ring, silence, nonsense. */
#include "rig.h"

#include <string.h>

#include "core/clock.h"
#include "core/irq.h"
#include "core/machine.h"
#include "core/thread.h"
#include "dev/block.h"
#include "dev/plic.h"
#include "dev/virtio_blk.h"
#include "fake_virtio.h"
#include "mm/frame.h"
#include "mm/kmap.h"
#include "shim.h"
#include "uapi/errno.h"

#define NBIOS 64

/* --- the rest of the kernel ------------------------------------------------ */

struct machine machine;
static u64 now;
static u64 ram_used;
static void (*irq_fn)(void *), (*thread_fn)(void *);
static void *irq_arg, *thread_arg;
static u32 ndone;
static bool allow_memory;

u64 clock_now(void)
{
	return now;
}

u64 clock_from_ms(u64 ms)
{
	return ms;
}

void irq_register(u32 irq, void (*fn)(void *), void *arg)
{
	assert_int_equal(irq, 5);
	irq_fn = fn;
	irq_arg = arg;
}

int plic_irq_of(int node, u32 *irq)
{
	return fdt_prop_u32(&machine.fdt, node, "interrupts", 0, irq);
}

int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	(void)name;
	thread_fn = fn;
	thread_arg = arg;
	return 0;
}

static void *ram_alloc(u64 bytes)
{
	void *p = kmap_direct(SHIM_RAM_BASE + ram_used);

	ram_used += ALIGN_UP(bytes, PAGE_SIZE);
	assert_true(ram_used <= 16 * MIB);
	return p;
}

/* Only the address of a struct page matters here: it is the memory's own. */
struct page *frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags)
{
	void *p = allow_memory ? ram_alloc(PAGE_SIZE << order) : NULL;

	assert_int_equal(kind, FRAME_pool);
	assert_int_equal(flags, FRAME_ZERO);
	if (p)
		memset(p, 0, PAGE_SIZE << order);
	return p;
}

void *frame_va(const struct page *pg)
{
	return (void *)pg;
}

void fake_interrupt(void)
{
	assert_int_equal(shim_spin_depth(), 0);
	irq_fn(irq_arg);
}

/* --- help ------------------------------------------------------------------ */

static struct bio bios[NBIOS];
static u8 *data[NBIOS]; /* BIO_MAX_SEGS * 1024 bytes each */
static bool is_done[NBIOS];

/* A tree with one slot at 0x10001000, interrupt 5. */
static u8 tree[512];
static u32 tree_size;

static void tree_put(u32 value)
{
	for (int i = 24; i >= 0; i -= 8)
		tree[tree_size++] = value >> i;
}

static void tree_text(const char *text, u32 n)
{
	memcpy(tree + tree_size, text, n);
	tree_size = ALIGN_UP(tree_size + n, 4u);
}

static void make_tree(void)
{
	static const char strings[] = "compatible\0reg\0interrupts";
	u32 end;

	memset(tree, 0, sizeof(tree));
	tree_size = 56; /* header, and one empty memory reservation */
	tree_put(1), tree_text("", 1);
	tree_put(1), tree_text("virtio@10001000", 16);
	tree_put(3), tree_put(12), tree_put(0), tree_text("virtio,mmio", 12);
	tree_put(3), tree_put(12), tree_put(11);
	tree_put(0), tree_put(0x10001000), tree_put(0x1000);
	tree_put(3), tree_put(4), tree_put(15), tree_put(5);
	tree_put(2), tree_put(2), tree_put(9);
	end = tree_size;
	memcpy(tree + end, strings, sizeof(strings));
	tree_size = 0;
	tree_put(0xd00dfeed), tree_put(end + sizeof(strings)), tree_put(56), tree_put(end);
	tree_put(40), tree_put(17), tree_put(16), tree_put(0);
	tree_put(sizeof(strings)), tree_put(end - 56);
	assert_int_equal(fdt_open(&machine.fdt, tree, sizeof(tree)), 0);
}

static struct blkdev *disk;

/* block.c keeps the first disk only; each test wants its own. */
static struct blkdev *probe(void)
{
	irq_arg = thread_arg = NULL;
	virtio_blk_init();
	/* The driver's own struct begins with its blkdev. */
	disk = irq_arg;
	return disk;
}

static void start(bool legacy)
{
	shim_ram_init(16 * MIB);
	shim_quiet = true;
	shim_sleep = NULL;
	allow_memory = true;
	ram_used = ndone = 0;
	now = 1000000;
	make_tree();
	fake_init(legacy);
	for (int i = 0; i < NBIOS; i++)
		data[i] = ram_alloc(BIO_MAX_SEGS * 1024);
}

static int begin(void **state)
{
	start(*state != NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(shim_spin_depth(), 0);
	shim_ram_fini();
	return 0;
}

static void on_done(struct bio *bio)
{
	u32 i = bio - bios;

	assert_int_equal(shim_spin_depth(), 0);
	assert_false(is_done[i]);
	is_done[i] = true;
	ndone++;
}

/* Bio @i: @nsegs segments of @bytes at @sector. */
static struct bio *prepare(u32 i, enum bio_op op, u64 sector, u32 nsegs, u32 bytes)
{
	struct bio *bio = &bios[i];

	*bio = (struct bio){ .op = op, .sector = sector, .nsegs = nsegs, .done = on_done };
	for (u32 s = 0; s < nsegs; s++)
		bio->seg[s] = (struct bio_seg){ data[i] + s * bytes, bytes };
	is_done[i] = false;
	return bio;
}

static void answer_all(void)
{
	while (fake_answer(1 + rig_below(8)))
		;
}

/* --- tests ----------------------------------------------------------------- */

static void negotiates(void **state)
{
	bool legacy = *state != NULL;

	assert_non_null(probe());
	assert_int_equal(fake.status, legacy ? 7 : 15);
	assert_int_equal(fake.driver_features, 1ul << 9 | (legacy ? 0 : 1ul << 32));
	assert_int_equal(fake.queue_num, 128);
	assert_int_equal(disk->sectors, FAKE_SECTORS);
	assert_true(disk->has_flush);
	assert_false(disk->read_only);
}

static void reads_and_writes(void **state)
{
	(void)state;
	probe();
	blk_submit(disk, prepare(0, BIO_READ, 10, 3, 1024));
	assert_int_equal(ndone, 0);
	assert_int_equal(fake.notified, 1);
	answer_all();
	assert_int_equal(ndone, 1);
	assert_int_equal(bios[0].error, 0);
	assert_memory_equal(data[0], fake.disk + 10 * 512, 3 * 1024);
	memset(data[1], 0x5a, 4096);
	blk_submit(disk, prepare(1, BIO_WRITE, FAKE_SECTORS - 8, 8, 512));
	blk_submit(disk, prepare(2, BIO_FLUSH, 99, 0, 0));
	answer_all();
	assert_int_equal(ndone, 3);
	assert_int_equal(bios[1].error | bios[2].error, 0);
	assert_int_equal(fake.flushes, 1);
	assert_memory_equal(fake.disk + (FAKE_SECTORS - 8) * 512, data[1], 4096);
}

static void respects_a_device_that_polls(void **state)
{
	(void)state;
	probe();
	fake.quiet = true;
	fake_take();
	blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
	assert_int_equal(fake.notified, 0);
	answer_all();
	assert_int_equal(ndone, 1);
}

static void reports_errors(void **state)
{
	(void)state;
	probe();
	fake.bad_sector = 21;
	blk_submit(disk, prepare(0, BIO_READ, 20, 2, 512));
	blk_submit(disk, prepare(1, BIO_WRITE, 21, 1, 512));
	blk_submit(disk, prepare(2, BIO_READ, 22, 1, 512));
	answer_all();
	assert_int_equal(bios[0].error, -EIO);
	assert_int_equal(bios[1].error, -EIO);
	assert_int_equal(bios[2].error, 0);
	/* Refused without asking the device. */
	blk_submit(disk, prepare(3, BIO_READ, FAKE_SECTORS - 1, 2, 512));
	blk_submit(disk, prepare(4, BIO_READ, ~0ul, 2, 512));
	blk_submit(disk, prepare(5, BIO_READ, FAKE_SECTORS, 1, 512));
	assert_int_equal(ndone, 6);
	assert_int_equal(fake_take(), 0);
	assert_int_equal(bios[3].error, -EIO);
	assert_int_equal(bios[4].error, -EIO);
	assert_int_equal(bios[5].error, -EIO);
	blk_submit(disk, prepare(3, BIO_READ, FAKE_SECTORS - 2, 2, 512));
	answer_all();
	assert_int_equal(bios[3].error, 0);
}

static void lines_up_when_the_ring_is_full(void **state)
{
	(void)state;
	probe();
	for (u32 i = 0; i < NBIOS; i++)
		blk_submit(disk, prepare(i, BIO_READ, i * 32, 32, 512));
	assert_int_equal(fake_take(), 3); /* of 34 descriptors each */
	fake.fifo = true;
	for (u32 i = 0; i < NBIOS; i++) {
		assert_int_equal(fake_answer(1), 1);
		assert_true(is_done[i]);
		assert_memory_equal(data[i], fake.disk + i * 32 * 512, 32 * 512);
	}
	assert_int_equal(ndone, NBIOS);
	/* All descriptors are back. */
	for (u32 i = 0; i < NBIOS; i++)
		blk_submit(disk, prepare(i, BIO_READ, i, 1, 512));
	assert_int_equal(fake_take(), 42);
	answer_all();
	assert_int_equal(ndone, 2 * NBIOS);
}

/* Reads and writes of random shape, answered in random order; writes never
 * overlap with anything in flight. */
static void keeps_many_in_flight(void **state)
{
	static u8 want[FAKE_SECTORS * 512];
	bool busy[NBIOS] = { false };

	(void)state;
	probe();
	memcpy(want, fake.disk, sizeof(want));
	for (int step = 0; step < 20000; step++) {
		u32 i = rig_below(NBIOS), nsegs = 1 + rig_below(rig_below(8) ? 4 : 32);
		u64 sector = i * 64 + rig_below(64 - nsegs + 1);

		if (busy[i] && is_done[i]) {
			struct bio *b = &bios[i];

			busy[i] = false;
			assert_int_equal(b->error, 0);
			assert_memory_equal(data[i], want + b->sector * 512,
					    b->nsegs * 512);
		} else if (!busy[i]) {
			bool writes = rig_below(2);

			busy[i] = true;
			prepare(i, writes ? BIO_WRITE : BIO_READ, sector, nsegs, 512);
			memset(data[i], rig_random(), nsegs * 512);
			if (writes)
				memcpy(want + sector * 512, data[i], nsegs * 512);
			blk_submit(disk, &bios[i]);
		}
		if (!rig_below(3))
			fake_answer(rig_below(12));
	}
	answer_all();
	assert_memory_equal(fake.disk, want, sizeof(want));
}

static void splits_for_small_devices(void **state)
{
	(void)state;
	fake.features |= 1 << 2;
	fake.seg_max = 5;
	probe();
	fake.bad_sector = 70;
	blk_submit(disk, prepare(0, BIO_READ, 0, 32, 1024));
	assert_int_equal(fake_take(), 7);
	blk_submit(disk, prepare(1, BIO_READ, 50, 32, 1024));
	blk_submit(disk, prepare(2, BIO_READ, 200, 32, 1024));
	blk_submit(disk, prepare(3, BIO_READ, 300, 32, 1024));
	answer_all();
	assert_int_equal(ndone, 4);
	assert_int_equal(fake.max_segs_seen, 5);
	assert_int_equal(bios[0].error, 0);
	assert_int_equal(bios[1].error, -EIO);
	assert_int_equal(bios[2].error | bios[3].error, 0);
	assert_memory_equal(data[0], fake.disk, 32 * 1024);
	assert_memory_equal(data[3], fake.disk + 300 * 512, 32 * 1024);
}

static void works_with_a_short_queue(void **state)
{
	(void)state;
	fake.queue_max = 4;
	probe();
	assert_int_equal(fake.queue_num, 4);
	blk_submit(disk, prepare(0, BIO_READ, 7, 32, 512));
	blk_submit(disk, prepare(1, BIO_FLUSH, 0, 0, 0));
	blk_submit(disk, prepare(2, BIO_READ, 9, 3, 512));
	answer_all();
	assert_int_equal(ndone, 3);
	assert_memory_equal(data[0], fake.disk + 7 * 512, 32 * 512);
	assert_memory_equal(data[2], fake.disk + 9 * 512, 3 * 512);
}

/* One segment, or few, of more bytes than the device takes: the contents arrive, in
 * parts, and an error of one part is that of the whole. */
static void splits_large_segments(void **state)
{
	static const u32 limits[] = { 512, 1000, 1024, 1536, 4096, 20000 };

	for (u32 i = 0; i < ARRAY_SIZE(limits); i++) {
		start(*state != NULL);
		fake.features |= 1 << 1 | 1 << 2;
		fake.size_max = limits[i];
		fake.seg_max = 1 + i % 3;
		probe();
		blk_submit(disk, prepare(0, BIO_READ, 3, 1, 30 * 1024));
		blk_submit(disk, prepare(1, BIO_READ, 100, 7, 4096));
		memset(data[2], 0x77, 12 * 1024);
		blk_submit(disk, prepare(2, BIO_WRITE, 200, 3, 4096));
		answer_all();
		assert_int_equal(ndone, 3);
		assert_int_equal(bios[0].error | bios[1].error | bios[2].error, 0);
		assert_memory_equal(data[0], fake.disk + 3 * 512, 30 * 1024);
		assert_memory_equal(data[1], fake.disk + 100 * 512, 7 * 4096);
		assert_memory_equal(data[2], fake.disk + 200 * 512, 12 * 1024);
		fake.bad_sector = 317;
		blk_submit(disk, prepare(3, BIO_READ, 300, 1, 20 * 512));
		blk_submit(disk, prepare(4, BIO_READ, 300, 1, 16 * 512));
		answer_all();
		assert_int_equal(bios[3].error, -EIO);
		assert_int_equal(bios[4].error, 0);
	}
}

/* More parts than the ring has room for. */
static void splits_more_than_fits_into_the_ring(void **state)
{
	u8 *large = ram_alloc(2 * MIB);

	(void)state;
	fake.features |= 1 << 1;
	fake.size_max = 512;
	fake.queue_max = 16;
	probe();
	prepare(0, BIO_READ, 0, 1, FAKE_SECTORS * 512);
	bios[0].seg[0].data = large;
	blk_submit(disk, &bios[0]);
	blk_submit(disk, prepare(1, BIO_READ, 9, 1, 1024));
	answer_all();
	assert_int_equal(ndone, 2);
	assert_memory_equal(large, fake.disk, FAKE_SECTORS * 512);
	assert_memory_equal(data[1], fake.disk + 9 * 512, 1024);
}

/* A device that sets no limit gets no more than a MiB in a segment. */
static void keeps_segments_to_a_sane_size(void **state)
{
	(void)state;
	probe();
	prepare(0, BIO_READ, 0, 1, FAKE_SECTORS * 512);
	bios[0].seg[0].data = ram_alloc(2 * MIB);
	blk_submit(disk, &bios[0]);
	answer_all();
	assert_int_equal(bios[0].error, 0);
	assert_int_equal(fake.max_bytes_seen, MIB);
}

static void refuses_writes_to_read_only(void **state)
{
	(void)state;
	fake.features |= 1 << 5;
	fake.features &= ~(1ul << 9);
	probe();
	assert_true(disk->read_only);
	assert_false(disk->has_flush);
	blk_submit(disk, prepare(0, BIO_WRITE, 0, 1, 512));
	assert_int_equal(bios[0].error, -EIO);
	blk_submit(disk, prepare(1, BIO_FLUSH, 0, 0, 0));
	assert_int_equal(bios[1].error, 0);
	assert_int_equal(fake_take(), 0);
	assert_int_equal(ndone, 2);
}

/* --- the watchdog ---------------------------------------------------------- */

static jmp_buf out;
static u32 sleeps;

/* A sleep of the watchdog: a second goes by; ends the test's turn after 40. */
static bool sleep_a_second(struct waitq *wq)
{
	(void)wq;
	now += 1000;
	if (++sleeps == 40)
		longjmp(out, 1);
	return true;
}

static void run_watchdog(void)
{
	sleeps = 0;
	shim_sleep = sleep_a_second;
	if (setjmp(out) == 0)
		thread_fn(thread_arg);
	shim_sleep = NULL;
}

static void gives_up_a_silent_device(void **state)
{
	u32 resets;

	(void)state;
	probe();
	for (u32 i = 0; i < NBIOS; i++)
		blk_submit(disk, prepare(i, BIO_READ, i * 8, 8 + i % 25, 512));
	assert_true(fake_take() > 3);
	fake.fifo = true;
	fake_answer(2);
	resets = fake.resets;
	run_watchdog();
	assert_int_equal(fake.resets, resets + 1);
	assert_int_equal(fake.status, 0);
	assert_int_equal(ndone, NBIOS);
	for (u32 i = 0; i < NBIOS; i++)
		assert_int_equal(bios[i].error, i < 2 ? 0 : -EIO);
	blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
	assert_int_equal(bios[0].error, -EIO);
	assert_int_equal(ndone, NBIOS + 1);
	fake_interrupt(); /* a late one does no harm */
}

static bool answer_late(struct waitq *wq)
{
	if (sleeps % 25 == 24)
		fake_answer(1);
	return sleep_a_second(wq);
}

static void waits_for_a_slow_device(void **state)
{
	(void)state;
	probe();
	blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
	sleeps = 0;
	shim_sleep = answer_late;
	if (setjmp(out) == 0)
		thread_fn(thread_arg);
	shim_sleep = NULL;
	assert_int_equal(ndone, 1);
	assert_int_equal(bios[0].error, 0);
	assert_int_equal(fake.status & 4, 4);
}

static void forgives_lost_interrupts(void **state)
{
	(void)state;
	probe();
	fake.no_interrupts = true;
	blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
	fake_answer(1);
	assert_int_equal(ndone, 0);
	run_watchdog();
	assert_int_equal(ndone, 1);
	assert_int_equal(bios[0].error, 0);
	assert_int_equal(fake.status & 4, 4);
	fake.no_interrupts = false;
	blk_submit(disk, prepare(1, BIO_READ, 0, 1, 512));
	answer_all();
	assert_int_equal(bios[1].error, 0);
}

static void gives_up_a_confused_device(void **state)
{
	static const u32 ids[] = { 1, 0, 127, 128, 0xffffffff };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(ids); i++) {
		start(*state != NULL);
		probe();
		blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
		if (ids[i] == 0) { /* the right one, twice */
			answer_all();
			blk_submit(disk, prepare(0, BIO_READ, 0, 1, 512));
			answer_all();
			blk_submit(disk, prepare(1, BIO_READ, 0, 1, 512));
			fake_return_chain(100);
		} else {
			fake_return_chain(ids[i]);
		}
		fake_interrupt();
		assert_int_equal(fake.status, 0);
		assert_int_equal(bios[ids[i] == 0 ? 1 : 0].error, -EIO);
	}
}

static void leaves_what_it_cannot_use(void **state)
{
	fake.device_id = 0;
	assert_null(probe());
	fake.device_id = 1;
	assert_null(probe());
	start(*state != NULL);
	fake.queue_max = 0;
	assert_null(probe());
	assert_int_equal(fake.status & 0x80, 0x80);
	fake.status = 0;
	fake.queue_max = 128;
	allow_memory = false;
	assert_null(probe());
	start(*state != NULL);
	fake.features |= 1 << 1;
	fake.size_max = 511; /* not even a sector */
	assert_null(probe());
	assert_int_equal(fake.status & 0x80, 0x80);
	if (*state)
		return;
	start(false);
	fake.refuse_features = true;
	assert_null(probe());
	assert_int_equal(fake.status & 0x80, 0x80);
	start(false);
	fake.features &= 0xffffffff; /* a modern device without VERSION_1 */
	assert_null(probe());
}

#define BOTH(fn)                                                        \
	cmocka_unit_test_prestate_setup_teardown(fn, begin, end, NULL), \
		cmocka_unit_test_prestate_setup_teardown(fn, begin, end, (void *)"legacy")

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(negotiates),
		BOTH(reads_and_writes),
		BOTH(respects_a_device_that_polls),
		BOTH(reports_errors),
		BOTH(lines_up_when_the_ring_is_full),
		BOTH(keeps_many_in_flight),
		BOTH(splits_for_small_devices),
		BOTH(works_with_a_short_queue),
		BOTH(splits_large_segments),
		BOTH(splits_more_than_fits_into_the_ring),
		BOTH(keeps_segments_to_a_sane_size),
		BOTH(refuses_writes_to_read_only),
		BOTH(gives_up_a_silent_device),
		BOTH(waits_for_a_slow_device),
		BOTH(forgives_lost_interrupts),
		BOTH(gives_up_a_confused_device),
		BOTH(leaves_what_it_cannot_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
