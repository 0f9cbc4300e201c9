/* world.h - the real address spaces of kernel/mm on this computer: two of them, a window
 * of three pages in each, and a file that can be mapped there.
 *
 * The MMU is played: accesses go through a translation cache, one for each space, that
 * forgets nothing unless it is told to, so a shootdown that is missing shows as a use
 * of what is not there any more. */
#pragma once

#include "failing.h"
#include "rig.h"

#include "core/option/options.h"
#include "mm/space/aspace.h"
#include "mm/space/pagecache.h"
#include "uapi/layout.h"

#define SPACES 2
#define PAGES 3 /* of the window, and of the file that can be mapped: FILE_PAGES */
#define WALL 0x3fffe00000ul /* from here up to USYSCALL nothing can be mapped */
#define WINDOW (WALL - PAGES * PAGE_SIZE) /* all that mmap may choose from */
#define FILE_PAGES 2                      /* what follows is past its end */

static inline va_t page_va(unsigned page)
{
	return WINDOW + page * PAGE_SIZE;
}

extern struct aspace *space[SPACES];
extern bool world_svade; /* the hardware leaves A and D bits to software */

/* The file.  Each page is full of one byte. */
struct world_file {
	struct object obj;
	u64 pages;         /* its length                            */
	int refs;          /* of areas                              */
	u8 disk[PAGES];    /* what is read                          */
	bool dirty[PAGES]; /* the file system was told              */
	unsigned stale;    /* so many writes find the page replaced */
};
extern struct world_file world_file;

/* Once.  What start() makes, stop() gives back; it fails the test on a leak. */
void world_init(void);
void world_start(void);
void world_stop(void);

/* New spaces.  NULL: no memory. */
struct aspace *world_space_new(void);
struct aspace *world_fork(unsigned from);
void world_space_free(struct aspace *as);

/* Scheduling points so far; after so many of them the thread is killed, 0: never. */
extern u64 world_points, world_kill_at;
extern bool world_patient;         /* it is process 1, which waits until there is memory */
extern struct failing world_alloc; /* allocations, of frames and of objects */

void world_set_length(u64 pages); /* of the file; what is new is zeros */

/* What the file system knows to be dirty reaches the disk. */
void world_writeback(void);

/* One access of a program to the first and last byte of a page.  False: it is killed. */
bool world_read(unsigned s, unsigned page, u8 *value);
bool world_write(unsigned s, unsigned page, u8 value);
bool world_exec(unsigned s, unsigned page);

/* An instruction cache that forgets nothing unless it is told to: has @byte for every
 * frame, left by earlier programs.  A fetch of the byte at @at, as in world_exec(), fails
 * the test if the cache has another one. */
void world_icache_fill(u8 byte);
void world_fetch(const u8 *at);
bool world_icache_is_told(void); /* since it was filled or used */

/* The space whose call or access it is. */
extern unsigned world_running;

/* The translations that the hardware has of space @s. */
void world_tlb_forget(unsigned s);
void world_tlb_set(unsigned s, unsigned page, pte_t e);
u64 world_tlb_bits(unsigned s, unsigned page);

/* What the table has for a page; the frame of a leaf or of a page under PROT_NONE, else
 * NULL. */
pte_t world_pte(unsigned s, unsigned page);
struct page *world_frame(unsigned s, unsigned page);

/* Fails the test unless counts and references of frames agree with the tables, no entry
 * allows what it must not, and no change of the file can be lost. */
void world_check(void);
