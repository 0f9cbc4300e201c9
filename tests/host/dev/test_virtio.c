// sources: kernel/dev/virtio/virtio_blk.c kernel/dev/virtio/virtio_mmio.c kernel/dev/virtio/vring.c kernel/dev/block.c kernel/lib/fdt.c tests/host/dev/fake_virtio.c tests/host/shim/shim.c
/* test_virtio.c - the disk driver against a device that checks it: legacy and
 * modern, answers out of order, errors, a full ring, silence, nonsense. */
#include "virtio_rig.h"

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

static void queues_requests_when_the_ring_is_full(void **state)
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

/* The watchdog sleeps for a second.  After 40 such sleeps its thread is left. */
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
	fake_interrupt(); /* a late interrupt does no harm */
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
		if (ids[i] == 0) { /* the right chain, twice */
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

static void leaves_devices_that_it_cannot_use(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(negotiates),
		BOTH(reads_and_writes),
		BOTH(respects_a_device_that_polls),
		BOTH(reports_errors),
		BOTH(queues_requests_when_the_ring_is_full),
		BOTH(keeps_many_in_flight),
		BOTH(refuses_writes_to_read_only),
		BOTH(gives_up_a_silent_device),
		BOTH(waits_for_a_slow_device),
		BOTH(forgives_lost_interrupts),
		BOTH(gives_up_a_confused_device),
		BOTH(leaves_devices_that_it_cannot_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
