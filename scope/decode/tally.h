/* tally.h - how many pages: of a part of a space, as `maps` counts them, and of a whole
 * process, as `free -v` does. */
#pragma once

#include "decode/space.h"

struct tally {
	u64 resident; /* pages of 4 KiB that are mapped          */
	u64 shared;   /* of these: others have them, too         */
	u64 private;  /* of these: only this process has it      */
	u64 large;    /* of these: in 2 MiB leaves               */
	u64 touched;  /* of these: A is set                      */
	u64 dirty;    /* of these: D is set                      */
	u32 heat;     /* for frame_age(): of the youngest        */
};

/* Adds the pages of [start, end). */
void tally_add(const struct space *s, va_t start, va_t end, struct tally *t);

/* What the addresses of a space are for: its areas, and what no area covers, which are
 * guards and the pages at the top. */
struct span {
	struct area area; /* kind has no meaning where no area is */
	struct tally n;
};

struct spans {
	const struct space *s;
	struct areas areas;
	struct area next;
	bool has_next, guarded; /* its guard was given */
	va_t at, below;         /* where to go on; the end of the area below next */
};

void spans_start(struct spans *at, const struct space *s);
bool span_next(struct spans *at, struct span *span) MUST_CHECK;

/* Frames that a process has for itself. */
struct owner {
	u64 tables;  /* page tables: roots, and for each 2 MiB leaf one in reserve */
	u64 private; /* memory that nobody else has                                */
};

struct owner tally_owner(const struct space *s);
