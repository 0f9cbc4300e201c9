/* file.c - rows of files and directories. */
#include "bench.h"

#define O_MAKE (O_CREATE | O_RDWR)

/* This file is linked last and has no other data, so that all others share one page. */
char page[PAGE] __attribute__((aligned(PAGE)));

/* --- small files ------------------------------------------------------------------- */

static const char old[] = "README"; /* a file of more than 4 KiB */

/* Most images have one; a file of that size is made where there is none. */
static void old_file_make(void)
{
	int fd = open(old, O_RDONLY);

	if (fd < 0) {
		fd = open(old, O_MAKE);
		if (fd < 0 || write(fd, page, PAGE) != PAGE ||
		    write(fd, page, PAGE) != PAGE)
			not_there();
	}
	close(fd);
}

INLINE void open_once(const char *name)
{
	close(open(name, O_RDONLY));
}

INLINE void open_and_read(const char *name)
{
	int fd = open(name, O_RDONLY);

	read(fd, page, PAGE);
	close(fd);
}

INLINE void create_once(const char *name)
{
	close(open(name, O_MAKE));
	unlink(name);
}

/* --- a file that grows and is read -------------------------------------------------- */

/* What every kernel allows: 63 pages of the 268 KiB. */
#define SMALL_PAGES 63
#define PASS_PAGES 50

/* Leaves nothing behind if there is no room. */
static void file_grow(int fd, const char *name, int pages)
{
	for (int i = 0; i < pages; i++) {
		if (write(fd, page, PAGE) == PAGE)
			continue;
		unlink(name);
		not_there();
	}
}

static int file_new(const char *name, int pages)
{
	int fd;

	unlink(name);
	fd = open(name, O_MAKE);
	file_grow(fd, name, pages);
	return fd;
}

/* 50 pages after the first 13, so that most blocks are beyond those an inode has itself. */
static void append_pages(void)
{
	int fd = file_new("grown", SMALL_PAGES - PASS_PAGES);

	meter_begin();
	for (int i = 0; i < PASS_PAGES; i++)
		write(fd, page, PAGE);
	meter_end(PASS_PAGES);
	close(fd);
}

/* The first 50 pages. */
static void file_pages(int writes)
{
	int fd = open("grown", O_RDWR);

	meter_begin();
	if (writes) {
		for (int i = 0; i < PASS_PAGES; i++)
			write(fd, page, PAGE);
	} else {
		for (int i = 0; i < PASS_PAGES; i++)
			read(fd, page, PAGE);
	}
	meter_end(PASS_PAGES);
	close(fd);
}

static void file_row(enum bench_row row)
{
	close(file_new("grown", SMALL_PAGES));
	for (int n; (n = meter_next(8)) != 0;) {
		while (n--) {
			if (row == ROW_append)
				append_pages();
			else
				file_pages(row == ROW_overwrite);
		}
	}
	unlink("grown");
}

/* --- directories --------------------------------------------------------------------- */

#define FILES_MAX 500

/* Writes the name of file @i into @name, which has 5 bytes. */
static char *file_name(char *name, int i)
{
	name[0] = 'f';
	name[1] = (char)('0' + i / 100);
	name[2] = (char)('0' + i / 10 % 10);
	name[3] = (char)('0' + i % 10);
	name[4] = 0;
	return name;
}

static void folder_remove(int count)
{
	char name[5];

	for (int i = 0; i < count; i++)
		unlink(file_name(name, i));
	chdir("..");
	unlink("folder");
}

/* A folder with @count files, which becomes the current one.  Not every disk has so many
 * inodes. */
static void folder_make(int count)
{
	char name[5];

	if (mkdir("folder") < 0 || chdir("folder") < 0)
		not_there();
	for (int i = 0; i < count; i++) {
		int fd = open(file_name(name, i), O_MAKE);

		if (fd < 0) {
			folder_remove(i);
			not_there();
		}
		close(fd);
	}
}

/* Each name once, in a new folder. */
static void folder_each(int count)
{
	char name[5];

	folder_remove(count);
	folder_make(count);
	meter_begin();
	for (int i = 0; i < count; i++)
		open_once(file_name(name, i));
	meter_end(count);
}

static void folder_row(enum bench_row row)
{
	static const int counts[] = { 5, 50, FILES_MAX };
	int count = counts[(row - ROW_again5) % 3];
	char name[5];

	folder_make(count);
	file_name(name, count / 2);
	if (row <= ROW_again500) {
		METER_LOOP(800, open_once(name))
	} else if (row <= ROW_each500) {
		for (int n; (n = meter_next(FILES_MAX / count)) != 0;)
			while (n--)
				folder_each(count);
	} else {
		METER_LOOP(1000, open("nothing", O_RDONLY))
	}
	folder_remove(count);
}

/* --- a large file ------------------------------------------------------------------- */

#define READS 200

static void large_append(int pages)
{
	while (meter_next(1)) {
		int fd = file_new("large", 0);

		meter_begin();
		file_grow(fd, "large", pages);
		meter_end(pages);
		close(fd);
		unlink("large");
	}
}

/* The same offsets in every run. */
static void large_read(int pages)
{
	int fd = file_new("large", pages);
	uint at = 1;

	if (seek_to(fd, 0) < 0)
		not_there();
	METER_LOOP(READS, {
		at = at * 1664525 + 1013904223;
		seek_to(fd, (long)(at >> 8) % pages * PAGE);
		read(fd, page, PAGE);
	});
	close(fd);
	unlink("large");
}

static void large_unlink(int pages)
{
	while (meter_next(1)) {
		close(file_new("large", pages));
		meter_begin();
		unlink("large");
		meter_end(1);
	}
}

static void large_row(enum bench_row row)
{
	int pages = (row - ROW_append1m) % 2 ? 2048 : 256;

	if (row <= ROW_append8m)
		large_append(pages);
	else if (row <= ROW_random8m)
		large_read(pages);
	else
		large_unlink(pages);
}

void row_file(enum bench_row row)
{
	if (row == ROW_open || row == ROW_openread)
		old_file_make();
	if (row == ROW_open)
		METER_LOOP(800, open_once(old))
	else if (row == ROW_openread)
		METER_LOOP(400, open_and_read(old))
	else if (row == ROW_create)
		METER_LOOP(100, create_once("new"))
	else if (row == ROW_append || row == ROW_overwrite || row == ROW_read)
		file_row(row);
	else if (row >= ROW_append1m)
		large_row(row);
	else
		folder_row(row);
}
