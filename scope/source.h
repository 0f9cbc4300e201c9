/* source.h - where the RAM comes from that is shown as text: the file in which a machine
 * has it, or one moment of a recording. */
#pragma once

#include "mapped.h"
#include "ram/ram.h"
#include "track/record.h"

#define SOURCE_END (-1.0) /* of a recording */

struct source {
	struct mapped file;
	struct replay replay;
	const void **pages; /* of the moment; NULL: not asked for so far */
};

/* Opens file @name; of a recording the moment @seconds after its start, or SOURCE_END.
 * NULL, or what is wrong; then nothing is to be undone.  It stays until the program
 * ends. */
const char *source_open(struct source *s, struct ram *ram, const char *name,
			double seconds) MUST_CHECK;
