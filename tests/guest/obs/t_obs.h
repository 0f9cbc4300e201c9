/* t_obs.h - shared by the cases about looking inside: reading whole snapshots. */
#pragma once

#include "lib.h"

#include "uapi/access.h"
#include "uapi/mman.h"
#include "uapi/snapshot.h"

long snapshot(int kind, int pid, word start, void *buf, word bytes);
long harvest(int pid, word start, void *buf, word bytes);
long pgaccess(void *va, int n, void *mask);
long pgpte(void *va);
long mmap(word addr, word len, int prot, int flags, int fd, long offset);
long munmap(word addr, word len);
long mprotect(word addr, word len, int prot);

#define MAX_ENTRIES 2000
#define KERNEL_HALF 0xffffffc000000000ul
#define PTE_V 1ul
#define PTE_R 2ul
#define PTE_W 4ul
#define PTE_X 8ul
#define PTE_U 16ul
#define PTE_A 64ul
#define PTE_D 128ul
#define PTE_SEEN 512ul

union piece {
	struct snap_header header;
	char bytes[SNAP_PIECE];
};

/* Record @i of a piece. */
static inline void *piece_record(union piece *p, unsigned i)
{
	return p->bytes + sizeof(p->header) + (word)i * p->header.record_bytes;
}

/* What snap_all() reads into @to: all records of a kind from @start on, in pieces of
 * @bytes.  It returns their number, and fails the case if a header is wrong. */
struct snap_query {
	int kind, pid;
	word start, bytes;
};
int snap_all(const struct snap_query *q, void *to, int max);

/* The entry in the table of @pid that decides about @va; `what` is 0 if there is none. */
struct snap_entry entry_of(int pid, word va);

/* The area of @pid that @va lies in; start == end if there is none. */
struct snap_area area_of(int pid, word va);

/* @pages of heap that are present and were never written, whatever heap= says. */
word heap_pages(int pages);
