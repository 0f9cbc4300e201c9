/* record.h - a machine over time, as a file: which pages changed, and when.
 *
 * The file is a struct record_head, and moments one after the other.  A moment is a struct
 * record_moment, a record of each page that changed since the one before, and a record with
 * the index RECORD_END.  A record is a struct record_page; if it has words, a bit for each
 * word of the page that is not 0; and these words.  All is little endian and a multiple of
 * 8 bytes.  Before the first moment all pages have only zeros.  A file that was cut has
 * all moments that are whole.
 *
 * The machine goes on while a moment is read, as for a page in the browser. */
#pragma once

#include <stdio.h>

#include "lib/types.h"

#define RECORD_MAGIC "Pagoda: recorded" /* 16 bytes, without the NUL */
#define RECORD_VERSION 1
#define RECORD_END UINT32_MAX
#define RECORD_MOMENT 0x4d4f4d45u
#define RECORD_PAGES_MAX BIT(26) /* of RAM: 256 GiB */
#define RECORD_WORDS ((u32)(PAGE_SIZE / sizeof(u64)))

struct record_head {
	char magic[16];
	u32 version, page_bytes;
	u64 pages; /* of the RAM */
};

struct record_moment {
	u32 mark, unused;
	double ms; /* Unix time */
};

struct record_page {
	u32 index;
	u32 words; /* that are not 0 */
};

struct record_mask {
	u64 bits[RECORD_WORDS / 64];
};

/* --- writing ----------------------------------------------------------------- */

typedef const void *record_page_fn(void *arg, u64 index); /* as watch_page_fn */

struct recorder {
	FILE *file;
	u64 pages;
	u64 *sum; /* of each page's words, as they were recorded; 0: only zeros */
	u64 bytes, bytes_max;
};

/* Writes the head to @file, which it closes in the end.  False: no memory, or the file
 * cannot be written; @file is closed. */
bool recorder_init(struct recorder *r, FILE *file, u64 pages, u64 bytes_max) MUST_CHECK;

/* Records what changed up to @ms.  False: the file is full or cannot be written, and no
 * more moments are to follow. */
bool recorder_add(struct recorder *r, double ms, record_page_fn *page,
		  void *arg) MUST_CHECK;

/* Also of a recorder that was never initialised, but is all zeros. */
void recorder_fini(struct recorder *r);

/* --- reading ----------------------------------------------------------------- */

struct replay {
	const u8 *bytes;
	u64 size;
	u64 pages;
	double start_ms, end_ms; /* the first moment and the last         */
	double shown_ms;         /* the moment that is shown              */
	u64 end;                 /* of the last moment that is whole      */
	u64 at;                  /* of the moment after that              */
	u64 *where;              /* by page: its record; 0: only zeros    */
	u64 nwhere;              /* pages from here on are in no moment   */
	u64 page[RECORD_WORDS];  /* what replay_page() returned last      */
};

/* The file is [bytes, bytes + size), aligned to 8, and may have anything in it, also later.
 * The first moment is shown.  NULL, or what is wrong; then nothing is to be undone. */
const char *replay_init(struct replay *r, const void *bytes, u64 size) MUST_CHECK;
void replay_fini(struct replay *r);

/* Shows the last moment up to @ms; before the first one: that. */
void replay_show(struct replay *r, double ms);

/* Page @index at that moment, up to the next call; NULL: only zeros. */
const void *replay_page(void *r, u64 index);
