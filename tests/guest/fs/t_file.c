/* t_file.c - open, read and write of plain files, and of devices. */
#include "lib.h"

static long open_ok(const char *path, int flags)
{
	long fd = open(path, flags);

	if (fd < 0)
		FAIL("open %s with 0x%x gives %ld", path, flags, fd);
	return fd;
}

TEST(file, open_of_a_missing_file)
{
	REFUSED(open("no", O_RDONLY));
	REFUSED(open("no", O_WRONLY));
	REFUSED(open("no", O_RDWR));
	REFUSED(open("no", O_TRUNC));
	REFUSED(open("no/no", O_CREATE | O_RDWR));
	REFUSED(open("/README/no", O_RDONLY));
	REFUSED(open("/README/no", O_CREATE | O_RDWR));
	REFUSED(open("", O_CREATE | O_RDWR));
}

TEST(file, access_is_checked)
{
	long fd;

	file_make("f", 10, 1);
	fd = open_ok("f", O_RDONLY);
	REFUSED(write(fd, "x", 1));
	EQ(read(fd, scratch, 10), 10);
	EQ(close(fd), 0);
	fd = open_ok("f", O_WRONLY);
	REFUSED(read(fd, scratch, 1));
	EQ(write(fd, "x", 1), 1);
	EQ(close(fd), 0);
	fd = open_ok("f", O_RDWR);
	EQ(write(fd, "y", 1), 1);
	EQ(read(fd, scratch, 100), 9);
	EQ(close(fd), 0);
	/* either bit makes it writable, WRONLY makes it unreadable */
	fd = open_ok("f", O_RDWR | O_WRONLY);
	REFUSED(read(fd, scratch, 1));
	EQ(write(fd, "z", 1), 1);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, create_opens_what_exists)
{
	long fd;

	file_make("f", 10, 1);
	fd = open_ok("f", O_CREATE | O_RDWR);
	EQ(read(fd, scratch, 100), 10);
	EQ(close(fd), 0);
	file_check("f", 10, 1);
	EQ(unlink("f"), 0);
}

TEST(file, exclusive_create)
{
	EQ(close(open_ok("f", O_CREATE | O_EXCL | O_RDWR)), 0);
	REFUSED(open("f", O_CREATE | O_EXCL | O_RDWR));
	EQ(close(open_ok("f", O_CREATE | O_RDWR)), 0);
	EQ(unlink("f"), 0);
}

TEST(file, end_of_file)
{
	long fd;

	file_make("f", 1500, 2);
	fd = open_ok("f", O_RDONLY);
	EQ(read(fd, scratch, 2000), 1500);
	EQ(read(fd, scratch, 2000), 0);
	EQ(read(fd, scratch, 1), 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, every_write_size)
{
	for (long n = 499; n < 12288; n += 471) {
		long fd = open_ok("f", O_CREATE | O_RDWR | O_TRUNC);

		pattern_fill(scratch, n, n);
		EQ(write(fd, scratch, n), n);
		EQ(write(fd, scratch, n), n);
		EQ(close(fd), 0);
		EQ(file_size("f"), 2 * n);
		fd = open_ok("f", O_RDONLY);
		for (int i = 0; i < 2; i++) {
			memset(scratch, 0, n);
			EQ(read(fd, scratch, n), n);
			EQ(pattern_wrong(scratch, n, n), -1);
		}
		EQ(close(fd), 0);
		EQ(unlink("f"), 0);
	}
}

TEST(file, every_read_size)
{
	static const long sizes[] = {
		1, 3, 100, 1023, 1024, 1025, 4095, 4096, 4097, 16384
	};

	pattern_fill(scratch, 9001, 5);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint32_t seed = 5;
		long fd, n, total = 0;

		pattern_fill(scratch, 9001, 5);
		fd = open_ok("f", O_CREATE | O_WRONLY | O_TRUNC);
		EQ(write(fd, scratch, 9001), 9001);
		EQ(close(fd), 0);
		fd = open_ok("f", O_RDONLY);
		while ((n = read(fd, scratch, sizes[i])) > 0) {
			for (long k = 0; k < n; k++)
				CHECK(scratch[k] == (unsigned char)next_random(&seed));
			CHECK(n == sizes[i] || total + n == 9001);
			total += n;
		}
		EQ(total, 9001);
		EQ(close(fd), 0);
	}
	EQ(unlink("f"), 0);
}

TEST(file, small_writes_many_times)
{
	long fd = open_ok("f", O_CREATE | O_RDWR);
	char text[11];

	for (int i = 0; i < 200; i++) {
		format(text, sizeof(text), "%dabcdefghij", i);
		EQ(write(fd, text, 10), 10);
	}
	EQ(close(fd), 0);
	fd = open_ok("f", O_RDONLY);
	for (int i = 0; i < 200; i++) {
		format(text, sizeof(text), "%dabcdefghij", i);
		EQ(read(fd, scratch, 10), 10);
		EQ(memcmp(scratch, text, 10), 0);
	}
	EQ(read(fd, scratch, 10), 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, overwrite_in_the_middle)
{
	long fd;

	file_make("f", 5000, 1);
	fd = open_ok("f", O_RDWR);
	EQ(read(fd, scratch, 2000), 2000);
	pattern_fill(scratch, 1500, 77);
	EQ(write(fd, scratch, 1500), 1500);
	EQ(close(fd), 0);
	EQ(file_size("f"), 5000);
	fd = open_ok("f", O_RDONLY);
	EQ(read(fd, scratch, 5000), 5000);
	EQ(pattern_wrong(scratch, 1000, 1), -1);
	EQ(pattern_wrong(scratch + 1000, 1000, 2), -1);
	EQ(pattern_wrong(scratch + 2000, 1500, 77), -1);
	EQ(pattern_wrong(scratch + 4000, 1000, 5), -1);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, truncate_is_seen_by_all)
{
	long a, b, c;

	file_make("f", 3000, 1);
	a = open_ok("f", O_RDONLY);
	EQ(read(a, scratch, 100), 100);
	b = open_ok("f", O_WRONLY | O_TRUNC);
	EQ(file_size("f"), 0);
	EQ(read(a, scratch, 100), 0); /* the offset is past the end now */
	EQ(write(b, "abcdef", 6), 6);
	c = open_ok("f", O_RDONLY);
	EQ(read(c, scratch, 100), 6);
	EQ(read(a, scratch, 100), 0);
	EQ(close(a), 0);
	EQ(close(b), 0);
	EQ(close(c), 0);
	EQ(unlink("f"), 0);
}

TEST(file, truncate_keeps_offsets)
{
	long a = open_ok("f", O_CREATE | O_RDWR), b;

	EQ(write(a, "12345678", 8), 8);
	b = open_ok("f", O_RDWR | O_TRUNC);
	REFUSED(write(a, "x", 1)); /* past the end: no hole is made */
	EQ(file_size("f"), 0);
	EQ(write(b, "abcdefgh", 8), 8);
	EQ(write(a, "x", 1), 1); /* exactly at the end again */
	EQ(file_size("f"), 9);
	EQ(close(a), 0);
	EQ(close(b), 0);
	EQ(unlink("f"), 0);
}

TEST(file, truncate_needs_no_write_access)
{
	file_make("f", 100, 1);
	EQ(close(open_ok("f", O_RDONLY | O_TRUNC)), 0);
	EQ(file_size("f"), 0);
	EQ(unlink("f"), 0);
}

TEST(file, truncate_frees_blocks)
{
	/* more than a small disk holds */
	for (int i = 0; i < 30; i++)
		file_make("f", 200000, i);
	file_check("f", 200000, 29);
	EQ(unlink("f"), 0);
}

/* Images of the file system lab have a double indirect block: a file can be longer. */
static int image_is_big(void)
{
	long fd = open_ok("probe", O_CREATE | O_RDWR), longer;

	longer = ftruncate(fd, 300 * 1024);
	EQ(close(fd), 0);
	EQ(unlink("probe"), 0);
	return longer == 0;
}

TEST(file, past_the_single_indirect_block)
{
	const int blocks = 600;
	long fd;

	if (!image_is_big())
		return;
	fd = open_ok("f", O_CREATE | O_RDWR);
	for (int i = 0; i < blocks; i++) {
		*(int *)scratch = i * 3;
		EQ(write(fd, scratch, 1024), 1024);
	}
	EQ(close(fd), 0);
	fd = open_ok("f", O_RDONLY);
	for (int i = 0; i < blocks; i++) {
		EQ(read(fd, scratch, 1024), 1024);
		EQ(*(int *)scratch, i * 3);
	}
	EQ(read(fd, scratch, 1), 0);
	EQ(close(fd), 0);
	EQ(close(open_ok("f", O_RDWR | O_TRUNC)), 0);
	EQ(unlink("f"), 0);
}

TEST(file, of_the_largest_size)
{
	const int blocks = 268;
	long fd;

	if (image_is_big())
		return;
	fd = open_ok("f", O_CREATE | O_RDWR);
	for (int i = 0; i < blocks; i++) {
		*(int *)scratch = i;
		EQ(write(fd, scratch, 1024), 1024);
	}
	REFUSED(write(fd, scratch, 1));
	REFUSED(write(fd, scratch, 1024));
	EQ(close(fd), 0);
	EQ(file_size("f"), blocks * 1024);
	fd = open_ok("f", O_RDONLY);
	for (int i = 0; i < blocks; i++) {
		EQ(read(fd, scratch, 1024), 1024);
		EQ(*(int *)scratch, i);
	}
	EQ(read(fd, scratch, 1024), 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, write_past_the_largest_size)
{
	long fd;

	if (image_is_big())
		return;
	fd = open_ok("f", O_CREATE | O_RDWR);
	for (int i = 0; i < 267; i++)
		EQ(write(fd, scratch, 1024), 1024);
	EQ(write(fd, scratch, 1000), 1000);
	REFUSED(write(fd, scratch, 1024)); /* 24 bytes would fit */
	EQ(close(fd), 0);
	CHECK(file_size("f") <= 268 * 1024);
	EQ(unlink("f"), 0);
}

TEST(file, unlinked_while_open)
{
	long fd, second;

	file_make("f", 3000, 4);
	fd = open_ok("f", O_RDWR);
	EQ(unlink("f"), 0);
	REFUSED(open("f", O_RDONLY));
	REFUSED(unlink("f"));
	second = open_ok("f", O_CREATE | O_RDWR);
	EQ(write(second, "new", 3), 3);
	EQ(close(second), 0);
	EQ(read(fd, scratch, 1000), 1000);
	EQ(pattern_wrong(scratch, 1000, 4), -1);
	EQ(write(fd, "still", 5), 5);
	EQ(lseek(fd, 1000, 0), 1000);
	EQ(read(fd, scratch, 5), 5);
	EQ(memcmp(scratch, "still", 5), 0);
	EQ(close(fd), 0);
	EQ(file_size("f"), 3);
	EQ(unlink("f"), 0);
}

TEST(file, unlinked_and_closed_by_exit)
{
	for (int i = 0; i < 20; i++)
		CHILD(0, {
			file_make("f", 20000, i);
			open_ok("f", O_RDWR);
			EQ(unlink("f"), 0);
		});
}

TEST(file, fstat_describes_the_file)
{
	struct stat st, other;
	long fd;

	memset(&st, 0xff, sizeof(st));
	file_make("f", 1234, 1);
	fd = open_ok("f", O_RDONLY);
	EQ(fstat(fd, &st), 0);
	EQ(st.dev, 1);
	EQ(st.type, T_FILE);
	EQ(st.nlink, 1);
	EQ(st.size, 1234);
	CHECK(st.ino > 1);
	EQ(link("f", "g"), 0);
	EQ(fstat(fd, &other), 0);
	EQ(other.nlink, 2);
	EQ(other.ino, st.ino);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
	EQ(unlink("g"), 0);
	fd = open_ok("/", O_RDONLY);
	EQ(fstat(fd, &st), 0);
	EQ(st.type, T_DIR);
	EQ(st.ino, 1);
	EQ(st.size % 16, 0);
	EQ(close(fd), 0);
	EQ(sizeof(struct stat), 24);
	EQ(offsetof(struct stat, ino), 4);
	EQ(offsetof(struct stat, type), 8);
	EQ(offsetof(struct stat, nlink), 10);
	EQ(offsetof(struct stat, size), 16);
}

TEST(file, device_nodes)
{
	struct stat st;
	long fd;

	EQ(mknod("dev", 9, 3), 0);
	REFUSED(mknod("dev", 9, 3));
	fd = open_ok("dev", O_RDWR);
	EQ(fstat(fd, &st), 0);
	EQ(st.type, T_DEVICE);
	EQ(st.size, 0);
	REFUSED(read(fd, scratch, 1)); /* no driver has this major number */
	REFUSED(write(fd, "x", 1));
	EQ(close(fd), 0);
	EQ(close(open_ok("dev", O_CREATE | O_RDWR)), 0);
	EQ(close(open_ok("dev", O_TRUNC)), 0);
	EQ(unlink("dev"), 0);
	REFUSED(mknod("no/dev", 1, 1));
}

TEST(file, device_majors_out_of_range)
{
	static const int majors[] = { -1, 10, 11, 100, 32767, -32768 };

	for (size_t i = 0; i < COUNT(majors); i++) {
		EQ(mknod("dev", majors[i], 0), 0);
		REFUSED(open("dev", O_RDONLY));
		REFUSED(open("dev", O_RDWR));
		EQ(unlink("dev"), 0);
	}
}

TEST(file, console_by_another_name)
{
	long fd;

	EQ(mknod("con", CONSOLE, 0), 0);
	fd = open_ok("con", O_WRONLY);
	EQ(write(fd, "", 0), 0);
	REFUSED(read(fd, scratch, 1));
	EQ(close(fd), 0);
	EQ(unlink("con"), 0);
}

TEST(file, nothing_to_transfer)
{
	long fd;

	file_make("f", 10, 1);
	fd = open_ok("f", O_RDWR);
	EQ(read(fd, scratch, 0), 0);
	EQ(write(fd, scratch, 0), 0);
	EQ(read(fd, scratch, 10), 10);
	EQ(close(fd), 0);
	EQ(file_size("f"), 10);
	EQ(unlink("f"), 0);
}

TEST(file, seek)
{
	long fd;

	file_make("f", 1000, 1);
	fd = open_ok("f", O_RDWR);
	EQ(lseek(fd, 0, 2), 1000);
	EQ(read(fd, scratch, 1), 0);
	EQ(lseek(fd, -10, 2), 990);
	EQ(read(fd, scratch, 100), 10);
	EQ(lseek(fd, 500, 0), 500);
	EQ(lseek(fd, 5, 1), 505);
	REFUSED(lseek(fd, -1, 0));
	REFUSED(lseek(fd, -1001, 2));
	REFUSED(lseek(fd, 0, 3));
	REFUSED(lseek(fd, 0, -1));
	EQ(lseek(fd, 0, 1), 505);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, write_beyond_the_end)
{
	static const long places[] = { 11,       5000,           268 * 1024,
				       1l << 31, (1l << 32) - 5, 1l << 32 };
	long fd;

	file_make("f", 10, 1);
	fd = open_ok("f", O_RDWR);
	for (size_t i = 0; i < COUNT(places); i++) {
		if (lseek(fd, places[i], 0) == -1)
			continue;
		EQ(read(fd, scratch, 100), 0);
		REFUSED(write(fd, "x", 1)); /* would make a hole */
		REFUSED(write(fd, scratch, 1000));
		EQ(file_size("f"), 10);
	}
	EQ(close(fd), 0);
	file_check("f", 10, 1);
	EQ(unlink("f"), 0);
}

TEST(file, append)
{
	long a, b;

	file_make("f", 10, 1);
	a = open_ok("f", O_WRONLY | O_APPEND);
	b = open_ok("f", O_WRONLY | O_APPEND);
	EQ(write(a, "a", 1), 1);
	EQ(write(b, "b", 1), 1);
	EQ(write(a, "c", 1), 1);
	EQ(close(a), 0);
	EQ(close(b), 0);
	a = open_ok("f", O_RDONLY);
	EQ(read(a, scratch, 100), 13);
	EQ(memcmp(scratch + 10, "abc", 3), 0);
	EQ(close(a), 0);
	EQ(unlink("f"), 0);
}

TEST(file, ftruncate_sets_the_length)
{
	long fd;

	file_make("f", 3000, 1);
	fd = open_ok("f", O_RDWR);
	EQ(ftruncate(fd, 1200), 0);
	EQ(file_size("f"), 1200);
	EQ(read(fd, scratch, 5000), 1200);
	EQ(pattern_wrong(scratch, 1000, 1), -1);
	EQ(pattern_wrong(scratch + 1000, 200, 2), -1);
	REFUSED(ftruncate(fd, -1));
	REFUSED(ftruncate(fd, 1l << 40));
	EQ(ftruncate(fd, 0), 0);
	EQ(file_size("f"), 0);
	EQ(close(fd), 0);
	fd = open_ok("f", O_RDONLY);
	REFUSED(ftruncate(fd, 0));
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

/* Bytes that were cut off must not reappear when the file grows again. */
TEST(file, cut_and_grown_again_is_zero)
{
	long fd, grown;

	file_make("f", 3000, 1);
	fd = open_ok("f", O_RDWR);
	EQ(ftruncate(fd, 100), 0);
	grown = ftruncate(fd, 3000);
	if (grown == 0) {
		EQ(read(fd, scratch, 5000), 3000);
		for (int i = 100; i < 3000; i++)
			EQ(scratch[i], 0);
	} else {
		EQ(grown, -1);
	}
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(file, sync_and_fsync)
{
	long fd = open_ok("f", O_CREATE | O_RDWR);

	EQ(write(fd, "x", 1), 1);
	EQ(fsync(fd), 0);
	EQ(sync(), 0);
	EQ(fsync(fd), 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
	EQ(sync(), 0);
}
