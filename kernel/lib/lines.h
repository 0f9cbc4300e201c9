/* lines.h - source lines of addresses: the table at the end of a program file.
 *
 * Pure code.  The file is hostile: whatever it holds, these functions read it through
 * read() only, in a bounded number of small pieces.
 *
 * The file ends with the table and 16 bytes that say how long it is: `@lines`, nine hex
 * digits, a newline.  A line of the table is a run of code of one function and one source
 * file: NAME FILE ADDRESS LINE ROWS, with one blank between two of them, and the address in
 * hex.  Each row is two numbers: by how many halfwords the address grows, and by how much
 * the line changes (2n up, or 2n - 1 down).  A number is its digits of five bits, the
 * lowest first: a character `0` to `O` is the last, `P` to `o` are followed by more.  FILE
 * `-`: the lines are not known.  NAME `-`: no code.  Addresses ascend.  tools/lines.awk
 * makes the table. */
#pragma once

#include "lib/symtab.h"

#define LINES_BYTES (256 * 1024) /* a longer table is not looked at          */
#define LINES_NAME 32            /* bytes of a name, NUL included; it is cut */

struct line_place {
	char function[LINES_NAME];
	char file[LINES_NAME]; /* "-": not known, and so is the line */
	u32 line;
	va_t start; /* of the function */
};

/* Finds the place of the instruction at or around @pc in a file of @size bytes.  Returns 1,
 * 0 if there is no table or it does not tell, or the -errno of read(). */
int lines_find(const struct symtab_file *f, u64 size, va_t pc,
	       struct line_place *out) MUST_CHECK;
