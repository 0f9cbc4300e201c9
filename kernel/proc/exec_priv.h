/* exec_priv.h - what one exec has gathered so far; lives in a frame. */
#pragma once

#include "lib/elf.h"
#include "uapi/layout.h"
#include "uapi/limits.h"

struct aspace;
struct inode;
struct page;

/* An image ends at least this far below the mappings at the top. */
#define EXEC_IMAGE_LIMIT (MAXVA - 1 * GIB)

#define EXEC_END INT64_MIN /* fetch: there are no more arguments */

/* The new argv is gathered in frames, each taken when it is needed. */
#define EXEC_ARGV_FRAME (PAGE_SIZE / sizeof(u64))
#define EXEC_ARGV_FRAMES (MAXARGS / EXEC_ARGV_FRAME)

struct exec {
	struct page *self, *string_page;
	char *string; /* MAXARGLEN bytes: the argument at hand */
	struct inode *file;
	struct elf_image image;
	struct aspace *as; /* the new space, not in use yet */
	va_t image_end, sp;
	va_t floor;         /* of what the arguments may take of the stack */
	unsigned argc, max; /* max: with the NULL */
	struct page *argv[EXEC_ARGV_FRAMES]; /* where the strings went, NULL behind them */

	/* Puts argument @i into string: its length, EXEC_END, or -errno. */
	s64 (*fetch)(struct exec *x, unsigned i);
	uptr_t user_argv;
	const char *const *kernel_argv;
};
