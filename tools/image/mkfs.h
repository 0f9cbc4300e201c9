/* mkfs.h - what the parts of mkfs share: its arguments. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fsimg.h"

enum mkfs_kind { MKFS_FILE, MKFS_FOLDER, MKFS_LINK };

/* One FILE argument, taken apart, or one part of a folder that was given. */
struct mkfs_file {
	enum mkfs_kind kind;
	uint64_t host[2]; /* device and inode of a file with several names there; else 0 */
	char *from;       /* path on the host            */
	char *name;       /* path in the image           */
	uint8_t *data;    /* contents, or a link's target */
	size_t size;
};

struct mkfs_files {
	struct mkfs_file *file;
	int n, room;
};

/* A new last element of @list, with copies of the two names; NULL after a message. */
struct mkfs_file *mkfs_files_new(struct mkfs_files *list, const char *from,
				 const char *name);

/* Makes file @i in the image, which has not got its name; returns an fsimg_err.  If an
 * earlier one is the same file of the host under another name, so they are in the image. */
int mkfs_put(struct fsimg *img, const struct mkfs_file *files, int i);

/* Tells why mkfs_put() failed for @f with @err; returns 1, the exit status. */
int mkfs_put_fail(const struct fsimg *img, const struct mkfs_file *f, int err);

/* Reads its contents; returns 0, or 1 after a message. */
int mkfs_file_read(struct mkfs_file *f);

/* Prints `mkfs: ...` with the error's text; returns 1, the exit status. */
int mkfs_fail(const char *what, int err);

/* mkfs_image.c: work on an image that exists.  They return an exit status. */
int mkfs_print_layout(const char *image); /* "plain", "big" or "any" */
int mkfs_list(const char *image, enum fsimg_layout layout);
/* Loads and checks.  After a warning it goes on with an image that has errors, as if they
 * were repaired. */
int mkfs_open_to_read(struct fsimg *img, const char *path, enum fsimg_layout layout);
/* Prints the names of the files that were missing or differed, one per line. */
int mkfs_add(const char *image, const struct mkfs_file *files, int n,
	     enum fsimg_layout layout);

/* mkfs_get.c: writes a file, or a folder and all below it, to @to on the host, where "-" is
 * standard output and a folder that is there gets it inside.  Returns an exit status. */
int mkfs_get(const char *image, const char *path, const char *to, enum fsimg_layout layout);
