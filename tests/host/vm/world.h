/* world.h - the real address spaces of kernel/mm on this computer: two of them, a window
 * of three pages in each, and a file that can be mapped there.
 *
 * The MMU is simulated: accesses go through a translation cache, one for each space, that
 * forgets nothing unless it is told to.  So a missing shootdown shows as a use of a frame
 * that is no longer there. */
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
	unsigned stale;    /* the next so many writes find the page replaced */
};
extern struct world_file world_file;
extern const struct object_ops world_file_ops; /* for world.c */

/* world_set_up() and world_tear_down() are for a group of tests.  world_stop() gives back
 * what world_start() made, and fails the test if something is missing. */
int world_set_up(void **state);
int world_tear_down(void **state);
void world_start(void);
void world_stop(void);

/* A new space; NULL: there is no memory. */
struct aspace *world_space_new(void);
struct aspace *world_fork(unsigned from);
void world_space_free(struct aspace *as);

/* world_points counts scheduling points.  At number world_kill_at the thread is killed; 0:
 * never. */
extern u64 world_points, world_kill_at;
extern bool world_elsewhere;       /* another hart has the space loaded */
extern bool world_patient;         /* the thread is process 1, which waits for memory */
extern struct failing world_alloc; /* allocations of frames and of small objects      */

void world_set_length(u64 pages); /* of the file; what is new is zeros */

/* Writes to the disk all pages that the file system knows to be dirty. */
void world_writeback(void);

/* A program accesses the first and the last byte of a page.  False: it is killed. */
bool world_read(unsigned s, unsigned page, u8 *value);
bool world_write(unsigned s, unsigned page, u8 value);
bool world_exec(unsigned s, unsigned page);

/* An instruction cache that forgets nothing unless it is told to.  After
 * world_icache_fill() it has @byte for all of every frame, as if left by earlier programs.
 * A fetch of the byte at @at, also by world_exec(), fails the test if the cache has
 * another byte for it. */
void world_icache_fill(u8 byte);
void world_fetch(const u8 *at);
bool world_icache_is_told(void); /* to forget, since it was filled or used */

/* The space of the running program. */
extern unsigned world_running;

/* The translations that the hardware has of space @s. */
void world_tlb_forget(unsigned s);
void world_tlb_set(unsigned s, unsigned page, pte_t e);
u64 world_tlb_bits(unsigned s, unsigned page);

/* What the table itself has for a page: nothing if it borrows the entry (lent.h). */
pte_t world_raw_pte(unsigned s, unsigned page);

/* The entry of a page, its own or borrowed; and the frame of a leaf or of a page under
 * PROT_NONE, else NULL. */
pte_t world_pte(unsigned s, unsigned page);
struct page *world_frame(unsigned s, unsigned page);

/* Fails the test unless counts and references of frames agree with the tables, no entry
 * allows what it must not, and no change of the file can be lost. */
void world_check(void);
