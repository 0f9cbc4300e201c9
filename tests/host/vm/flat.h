/* flat.h - a model of two address spaces that has no page tables, areas or shared frames:
 * it knows each page of the window by itself. */
#pragma once

#include "world.h"

/* Kinds of mappings. */
enum { MAP_ANON, MAP_ANON_SHARED, MAP_FILE, MAP_FILE_SHARED, NMAPS };

#define NO_CELL (-1)
#define CELLS (SPACES * PAGES + 1)

struct flat_page {
	bool mapped;
	bool heap;
	u8 map; /* MAP_ANON ...                                                */
	u8 prot;
	u8 file_page;
	bool present; /* a frame is there                                      */
	s16 cell;     /* its contents; NO_CELL: none, or those of the file     */
};

struct flat {
	struct flat_page page[SPACES][PAGES];
	u8 brk[SPACES]; /* pages from the start of the window */
	u8 cell[CELLS];
	u8 file[PAGES];
	u8 file_pages;
};

enum what {
	OP_READ,
	OP_WRITE, /* arg: one of two values */
	OP_MAP,
	OP_UNMAP,
	OP_PROTECT,
	OP_FORK,
	OP_GROW, /* sbrk: arg: lazily */
	OP_SHRINK,
	OP_DISCARD,
	OP_SYNC,
	OP_REMAP,     /* arg: new length */
	OP_LENGTH,    /* of the file: arg pages */
	OP_WRITEBACK, /* the file system writes what it knows to be dirty */
	NOPS
};

/* Pages [lo, hi) of space @s. */
struct op {
	u8 what, s, lo, hi, arg;
};

void flat_init(struct flat *f);

/* Does @op on the model.  False: @op must fail, and nothing has changed. */
bool flat_do(struct flat *f, struct op op);

/* Does @op on the kernel's spaces.  False: it failed. */
bool world_do(struct op op);

/* The byte that a read of a present page returns. */
u8 flat_value(const struct flat *f, unsigned s, unsigned page);

/* Fails the test unless the spaces are as @f says, in every page. */
void flat_compare(const struct flat *f);

void op_print(struct op op);
