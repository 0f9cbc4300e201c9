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

/* The file's header and its program headers, which mostly come next, are read at once. */
#define EXEC_HEAD 512

/* argv and envp, one after the other, each with its NULL: the first entries are kept in
 * struct exec itself, more in frames. */
#define EXEC_FEW 64
#define EXEC_MORE (PAGE_SIZE / sizeof(u64))
#define EXEC_MORE_FRAMES DIV_UP(2 * MAXARGS - EXEC_FEW, EXEC_MORE)
#define EXEC_FETCH 16 /* entries fetched at once */

struct exec {
	struct page *self;
	struct page *frames;     /* others that it uses, by hash_next     */
	char *room, *room_end;   /* for strings: in its own frame, then in others */
	struct program *program; /* what the process will run */
	struct inode *file;      /* the program's */
	struct elf_image image;
	struct aspace_builder builder; /* of the new space */
	va_t image_end, sp;
	va_t floor;         /* lowest sp that the arguments may reach      */
	unsigned argc, max; /* max: with the NULL; of envp, too            */
	unsigned entries;   /* of argv and envp, with their NULLs          */

	/* The entries: addresses in the old image, then of the kernel's copies of the
	 * strings, then in the new image. */
	u64 *more[EXEC_MORE_FRAMES];
	u64 few[EXEC_FEW];
	u8 head[EXEC_HEAD] __attribute__((aligned(8)));
	char strings[];
};
