/* mapped.h - a file with the RAM of a machine, mapped for reading alone. */
#pragma once

#include "lib/types.h"

struct mapped {
	const char *start;
	u64 bytes, pages;
	int fd;
	/* Ranges of pages that the file has data for; the rest was never touched, and is
	 * not read: the file would get room for it. */
	struct mapped_range {
		u64 first, end;
	} * data;
	u32 ndata;
};

/* NULL: it is open and mapped; else what is wrong. */
const char *mapped_open(struct mapped *m, const char *name);
void mapped_close(struct mapped *m);

/* Looks anew where the file has data. */
void mapped_refresh(struct mapped *m);

/* Page @index < m->pages; NULL: the file has no data there, so it has only zeros. */
const void *mapped_page(void *m, u64 index);

/* Whether another process has the file open for writing; not known: true. */
bool mapped_is_written(const struct mapped *m);
