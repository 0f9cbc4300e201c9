/* snap.h - reads the kernel's snapshots (kernel/uapi/snapshot.h) piece by piece, and has
 * words for what is in them. */
#pragma once

#include <stdbool.h>

#include "uapi/access.h"
#include "uapi/snapshot.h"

/* The calls themselves: how many records, or -1 with errno set.  harvest() reads and
 * clears the A bits that pgaccess() of the watched program reads and clears, too: what
 * one of them has cleared, the other does not see. */
long snapshot(int kind, int pid, unsigned long long start, void *buf, unsigned long bytes);
long harvest(int pid, unsigned long long start, void *buf, unsigned long bytes);

/* All records of a kind from some address on, one after the other. */
struct snap_reader {
	int kind, pid;
	unsigned index; /* of the next record in the piece         */
	int error;      /* errno of what ended the reading, or 0   */
	union {
		struct snap_header header; /* of the current piece */
		char piece[SNAP_PIECE];
	};
};

/* Reads the first piece: false with errno set if there is none.  SNAP_TOUCHED
 * harvests. */
bool snap_begin(struct snap_reader *r, int kind, int pid, unsigned long long start);

/* The next record, valid until the call after this; NULL: no more, or r->error. */
const void *snap_next(struct snap_reader *r);

const char *snap_area_name(unsigned kind);

/* "4K", "20K", "2M", "1G": exact, and as short as it can be. */
const char *snap_size(unsigned long long bytes, char buf[24]);

/* Print a line for each page table that has the frame at @pa: as a page, or as a table.
 * The kernel's direct map, which has all frames, does not count.  Returns the lines. */
int snap_print_users(unsigned long long pa);

/* Complain that process @pid cannot be looked at, with the reason of errno; exit. */
_Noreturn void snap_die(int pid);
