/* t_dev.c - the device files null, zero and full. */
#include "mapping.h"

#include "uapi/errno.h"

static int dev_open(int major)
{
	int fd;

	EQ(mknod("dev", (short)major, 0), 0);
	fd = (int)open("dev", O_RDWR);
	CHECK(fd >= 0);
	EQ(isatty(fd), 0);
	EQ(unlink("dev"), 0);
	return fd;
}

static long write_native(int fd, const void *buf, long n)
{
	return ecall_raw(fd, (long)buf, n, 0, 0, 0, SYS_NATIVE + 16);
}

TEST(dev, null_is_empty_and_takes_all)
{
	int fd = dev_open(DEV_NULL);

	EQ(read(fd, scratch, 10), 0);
	EQ(read(fd, (void *)-1, 10), 0);
	EQ(write(fd, scratch, 1000), 1000);
	EQ(write(fd, "x", 0), 0);
	EQ(write(fd, (void *)-1, 0x7fffffff), 0x7fffffff);
	EQ(lseek(fd, 0, 0), -1);
	EQ(close(fd), 0);
}

TEST(dev, zero_is_zeros)
{
	static const int sizes[] = { 0, 1, 511, 512, 513, 5000 };
	int fd = dev_open(DEV_ZERO);

	for (unsigned i = 0; i < COUNT(sizes); i++) {
		memset(scratch, 0x77, SCRATCH_SIZE);
		EQ(read(fd, scratch + 3, sizes[i]), sizes[i]);
		for (int k = 0; k < 6000; k++)
			EQ(scratch[k], k >= 3 && k < 3 + sizes[i] ? 0 : 0x77);
	}
	EQ(write(fd, (void *)-1, 5), 5);
	EQ(close(fd), 0);
}

TEST(dev, zero_reads_up_to_a_bad_address)
{
	int fd = dev_open(DEV_ZERO);
	word p = anon(2, RW);

	EQ(unmap(p + PAGE, PAGE), 0);
	EQ(read(fd, (void *)p, 2 * PAGE), PAGE);
	EQ(read(fd, (void *)(p + PAGE), 10), -1);
	EQ(read(fd, (void *)-8ul, 16), -1);
	EQ(close(fd), 0);
}

TEST(dev, full_is_full)
{
	int fd = dev_open(DEV_FULL);

	EQ(write_native(fd, "x", 1), -ENOSPC);
	EQ(write_native(fd, "x", 0), 0);
	memset(scratch, 0x77, 100);
	EQ(read(fd, scratch, 100), 100);
	EQ(scratch[0] | scratch[99], 0);
	EQ(close(fd), 0);
}

/* The child reads zeros over ones in shared memory; the kill comes when the first are
 * there. */
static void kill_a_reader(int fd, word p, long len)
{
	long pid = must_fork();

	if (pid == 0) {
		read(fd, (void *)p, (int)len);
		for (;;)
			pause(1);
	}
	while (load8(p))
		;
	EQ(kill((int)pid), 0);
	EQ(reap(pid), -1);
}

TEST(dev, long_read_can_be_killed)
{
	long len = 24 << 20;
	word p = map(0, len, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = dev_open(DEV_ZERO), cut = 0;

	CHECK(p != ~0ul);
	for (int i = 0; i < 5 && !cut; i++) {
		memset((void *)p, 1, (word)len);
		kill_a_reader(fd, p, len);
		cut = load8(p + (word)len - 1);
	}
	EQ(cut, 1);
	EQ(unmap(p, len), 0);
	EQ(close(fd), 0);
}
