/* exec_priv.h - the state of one exec, kept in a frame of its own. */
#pragma once

#include "lib/elf.h"
#include "mm/space/build.h"
#include "uapi/layout.h"
#include "uapi/limits.h"

struct inode;
struct page;
struct program;

/* An image ends at or below this: the mappings at the top have at least 1 GiB. */
#define EXEC_IMAGE_LIMIT (MAXVA - 1 * GIB)

#define EXEC_END INT64_MIN /* fetch: there are no more arguments */

/* The new argv is gathered in frames, which are allocated as needed. */
#define EXEC_ARGV_FRAME (PAGE_SIZE / sizeof(u64))
#define EXEC_ARGV_FRAMES (MAXARGS / EXEC_ARGV_FRAME)

struct exec {
	struct page *self, *string_page;
	char *string;            /* MAXARGLEN bytes: the argument at hand */
	struct program *program; /* what the process will run */
	struct inode *file;      /* the program's */
	struct elf_image image;
	struct aspace_builder builder; /* of the new space */
	va_t image_end, sp;
	va_t floor;         /* lowest sp that the arguments may reach      */
	unsigned argc, max; /* max: with the NULL */
	struct page *argv[EXEC_ARGV_FRAMES]; /* addresses of the strings, then NULL */

	/* Puts argument @i into string.  Returns its length, EXEC_END, or -errno. */
	s64 (*fetch)(struct exec *x, unsigned i);
	uptr_t user_argv;
	const char *const *kernel_argv;
};
