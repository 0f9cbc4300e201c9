/* ram.h - the RAM of a machine, page by page, as far as it is at hand.
 *
 * The machine may run meanwhile, and its kernel may be broken.  So what is read here can
 * be torn or senseless: whoever reads checks it before using it, and bounds each loop.
 * The machine and this computer store numbers with the lowest byte first. */
#pragma once

#include "lib/types.h"

#define RAM_WANTED 64

struct ram {
	/* Page @index, PAGE_SIZE bytes aligned to 8; NULL: it is not at hand.  The address
	 * stays good as long as the struct ram is used; the bytes may change. */
	const void *(*page)(void *arg, u64 index);
	void *arg;
	u64 pages;
	pa_t base; /* of page 0; layout_load() finds it */

	/* Indexes of pages that were asked for and are not at hand: the first ones, each
	 * once.  Whoever can fetch pages does so, sets nwanted to 0 and looks again. */
	u64 wanted[RAM_WANTED];
	u32 nwanted;

	u64 left; /* reads that may still be done: ram_begin() */
};

/* Begins a look at something.  Each look has a number of reads, far more than it needs if
 * the RAM makes sense; then nothing can be read any more, so that it ends in any case. */
void ram_begin(struct ram *ram);

/* The page that has the physical address @pa; NULL: no RAM is there, or not at hand. */
const void *ram_page(struct ram *ram, pa_t pa);

/* Copies @n bytes from @pa on.  False: some of them cannot be read.  An aligned word of 8
 * bytes is never torn. */
bool ram_read(struct ram *ram, pa_t pa, void *to, u64 n) MUST_CHECK;
