/* initrd.c - the archive that is the disk of Linux: cpio, "newc" (Linux's
 * Documentation/driver-api/early-userspace/buffer-format.rst). */
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODE_FILE 0100755
#define MODE_FOLDER 0040755
#define MODE_CHARACTERS 0020600

struct entry {
	const char *name;
	unsigned mode, major, minor;
	const char *data;
	size_t size;
};

static void initrd_pad(FILE *f, size_t n)
{
	for (; n % 4; n++)
		fputc(0, f);
}

static void initrd_entry(FILE *f, const struct entry *e)
{
	static unsigned inode;

	fprintf(f, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", ++inode,
		e->mode, 0, 0, 1, 0, e->size, 0, 0, e->major, e->minor, strlen(e->name) + 1,
		0);
	fwrite(e->name, 1, strlen(e->name) + 1, f);
	initrd_pad(f, 110 + strlen(e->name) + 1);
	if (e->size)
		fwrite(e->data, 1, e->size, f);
	initrd_pad(f, e->size);
}

static void initrd_file(FILE *f, const char *name, const char *path)
{
	struct entry e = { .name = name, .mode = MODE_FILE };
	FILE *in = fopen(path, "rb");
	static char data[1 << 20];

	if (!in)
		tool_die(path, strerror(errno));
	e.data = data;
	e.size = fread(data, 1, sizeof(data), in);
	fclose(in);
	initrd_entry(f, &e);
}

void initrd_write(const char *path)
{
	static const struct entry folder = { .name = "dev", .mode = MODE_FOLDER };
	static const struct entry console = { .name = "dev/console",
					      .mode = MODE_CHARACTERS,
					      .major = 5,
					      .minor = 1 };
	static const struct entry end = { .name = "TRAILER!!!" };
	FILE *f = fopen(path, "wb");

	if (!f)
		tool_die(path, strerror(errno));
	initrd_entry(f, &folder);
	initrd_entry(f, &console);
	initrd_file(f, "bench", "build/bench/bench-linux");
	initrd_file(f, "benchpar", "build/bench/benchpar-linux");
	initrd_file(f, "README", "README.md");
	initrd_entry(f, &end);
	if (fclose(f) != 0)
		tool_die(path, strerror(errno));
}
