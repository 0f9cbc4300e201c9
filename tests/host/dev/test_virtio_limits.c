// sources: kernel/dev/virtio/virtio_blk.c kernel/dev/virtio/virtio_mmio.c kernel/dev/virtio/vring.c kernel/dev/block.c kernel/lib/fdt.c tests/host/dev/fake_virtio.c tests/host/shim/shim.c
/* test_virtio_limits.c - the disk driver with devices that accept less at once than a
 * request has: few segments, small segments, a short queue. */
#include "virtio_rig.h"

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

/* Requests with a few segments that are larger than the device accepts.  The contents
 * arrive in parts, and an error in one part fails the request. */
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

static void leaves_a_device_that_takes_no_sector(void **state)
{
	(void)state;
	fake.features |= 1 << 1;
	fake.size_max = 511;
	assert_null(probe());
	assert_int_equal(fake.status & 0x80, 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(splits_for_small_devices),
		BOTH(works_with_a_short_queue),
		BOTH(splits_large_segments),
		BOTH(splits_more_than_fits_into_the_ring),
		BOTH(keeps_segments_to_a_sane_size),
		BOTH(leaves_a_device_that_takes_no_sector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
