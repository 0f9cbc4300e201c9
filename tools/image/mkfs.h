/* mkfs.h - what the parts of mkfs share: its arguments. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "fsimg.h"

/* One FILE argument, taken apart. */
struct mkfs_file {
	char *from;    /* path on the host            */
	char *name;    /* path in the image           */
	uint8_t *data; /* contents, read before work  */
	size_t size;
};

/* Prints `mkfs: ...` with the error's text; returns 1, the exit status. */
int mkfs_fail(const char *what, int err);

/* mkfs_image.c: work on an image that exists.  They return an exit status. */
int mkfs_print_layout(const char *image); /* "plain", "big" or "any" */
int mkfs_list(const char *image, enum fsimg_layout layout);
int mkfs_extract(const char *image, const char *name, enum fsimg_layout layout);
/* Prints the names of the files that were missing or differed, one per line. */
int mkfs_add(const char *image, const struct mkfs_file *files, int n,
	     enum fsimg_layout layout);
