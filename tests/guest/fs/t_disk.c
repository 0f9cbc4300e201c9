/* t_disk.c - a disk without free blocks and one without free inodes: calls fail, nothing
 * is lost. */
#include "lib.h"

static void big_name(char name[16], int i)
{
	format(name, 16, "big%d", i);
}

/* Fills the disk; returns the number of files, and in *total their bytes. */
static int fill_disk(long *total)
{
	char name[16];
	int files = 0;
	long wrote;

	for (*total = 0; files < 150; files++) {
		long fd, blocks = 0;

		big_name(name, files);
		unlink(name);
		fd = open(name, O_CREATE | O_RDWR | O_TRUNC);
		if (fd < 0)
			break;
		memset(scratch, files, 1024);
		while ((wrote = write(fd, scratch, 1024)) == 1024)
			blocks++;
		EQ(wrote, -1);
		EQ(close(fd), 0);
		*total += blocks * 1024;
		if (blocks != 268 && blocks != 65803) { /* the longest files */
			files++;
			break;
		}
	}
	return files;
}

static void empty_disk(int files)
{
	char name[16];

	for (int i = 0; i < files; i++) {
		big_name(name, i);
		EQ(unlink(name), 0);
	}
}

SLOW_TEST(disk, full)
{
	long total, again;
	int files = fill_disk(&total);

	CHECK(files > 0 && files < 150); /* an image of 40 MB or less */
	/* a call that needs a block fails or finds the last one; nothing breaks */
	for (int i = 0; i < 5; i++) {
		char name[] = "xtra0";
		long fd;

		name[4] += i;
		fd = open(name, O_CREATE | O_RDWR);
		if (fd >= 0) {
			if (write(fd, scratch, 1024) != 1024) {
				REFUSED(write(fd, scratch, 1024));
			}
			close(fd);
		}
	}
	if (mkdir("xdir") == 0) {
		close(open("xdir/f", O_CREATE | O_RDWR));
		unlink("xdir/f");
		EQ(unlink("xdir"), 0);
	}
	for (int i = 0; i < 5; i++) {
		char name[] = "xtra0";

		name[4] += i;
		unlink(name);
	}
	empty_disk(files);
	/* the same space is free as before */
	files = fill_disk(&again);
	EQ(again, total);
	empty_disk(files);
}

SLOW_TEST(disk, full_keeps_what_is_written)
{
	long total;
	int files = fill_disk(&total);
	char name[16];

	for (int i = 0; i < files; i++) {
		long fd, n;

		big_name(name, i);
		fd = open(name, O_RDONLY);
		CHECK(fd >= 0);
		while ((n = read(fd, scratch, 1024)) > 0) {
			EQ(scratch[0], i);
			EQ(scratch[n - 1], i);
			total -= n;
		}
		EQ(n, 0);
		EQ(close(fd), 0);
	}
	CHECK(total <= 0); /* the failed write may have stored a part */
	empty_disk(files);
}

SLOW_TEST(disk, full_directory_cannot_grow)
{
	int files, made = 0;
	char name[16];
	long total;

	EQ(mkdir("d"), 0); /* one block, 64 entries */
	files = fill_disk(&total);
	for (; made < 100; made++) {
		format(name, sizeof(name), "d/ln%d", made);
		if (link("big0", name) != 0)
			break;
	}
	EQ(made, 62); /* a link needs no inode, but the 63rd needs a block */
	for (int i = 0; i < made; i++) {
		format(name, sizeof(name), "d/ln%d", i);
		EQ(unlink(name), 0);
	}
	EQ(unlink("d"), 0);
	empty_disk(files);
}

/* Creates files until that fails; returns their number. */
static int use_inodes(void)
{
	char name[16];
	int n = 0;

	for (; n < 1024; n++) {
		long fd;

		format(name, sizeof(name), "i%d", n);
		fd = open(name, O_CREATE | O_RDWR);
		if (fd < 0) {
			EQ(fd, -1);
			break;
		}
		EQ(close(fd), 0);
	}
	return n;
}

static void free_inodes(int n)
{
	char name[16];

	for (int i = 0; i < n; i++) {
		format(name, sizeof(name), "i%d", i);
		EQ(unlink(name), 0);
	}
}

SLOW_TEST(disk, out_of_inodes)
{
	int n = use_inodes();

	CHECK(n > 0 && n < 1024);
	REFUSED(mkdir("d"));
	REFUSED(mknod("dev", 1, 1));
	REFUSED(symlink("x", "s"));
	REFUSED(open("f", O_CREATE | O_RDWR));
	REFUSED(file_size("f"));
	EQ(link("i0", "hard"), 0); /* a link needs no inode */
	EQ(unlink("hard"), 0);
	free_inodes(n);
	EQ(use_inodes(), n);
	free_inodes(n);
}

SLOW_TEST(disk, inode_of_an_open_file_comes_back)
{
	int n = use_inodes();
	long fd = open("i0", O_RDWR);

	EQ(unlink("i0"), 0);
	REFUSED(open("f", O_CREATE | O_RDWR)); /* still in use */
	EQ(close(fd), 0);
	fd = open("i0", O_CREATE | O_RDWR);
	CHECK(fd >= 0);
	EQ(close(fd), 0);
	free_inodes(n);
}
