/* mapper.h - who has a frame in a page table: as a page, or as a table. */
#pragma once

#include "decode/space.h"

struct mapper {
	int pid; /* 0: the kernel half */
	char name[SCOPE_NAME];
	bool is_root;   /* it is a root table of the process; no entry then */
	struct entry e; /* which refers to the frame, or to a block with it */
	va_t va;        /* where the frame is; of a table, its first        */
	u8 place;       /* enum snap_area_kind                              */
};

/* All who have the frame, in the order of the slots, the kernel last.  Its direct map,
 * which has all frames, does not count. */
struct mappers {
	struct kernel *k;
	pa_t pa;
	u64 slot; /* of the next process */
	bool walking;
	struct process p;
	struct space s;
	struct walk w;
};

void mappers_start(struct mappers *at, struct kernel *k, pa_t pa);
bool mapper_next(struct mappers *at, struct mapper *m) MUST_CHECK;
