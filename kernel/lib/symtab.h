/* symtab.h - names of addresses in a program file: the symbol table of an ELF-64 file.
 *
 * Pure code.  The file is hostile: whatever it holds, these functions read it through
 * read() only, in a bounded number of small pieces.  Layout: System V ABI, chapter 4,
 * "Sections" and "Symbol Table". */
#pragma once

#include "lib/types.h"

#define SYMTAB_NAME_MAX 20     /* bytes of a name, NUL included; a longer one is no name */
#define SYMTAB_SECTIONS 1024   /* headers that are looked at                             */
#define SYMTAB_SYMBOLS 65536   /* symbols that are looked at                             */
#define SYMTAB_SAME_ADDRESS 16 /* names of one address that are looked at                */

struct symtab_file {
	/* Reads bytes [off, off + n) of the file.  Returns how many there were, fewer than
	 * @n at the end of the file, or -errno. */
	s64 (*read)(void *file, void *dst, u64 off, u64 n);
	void *file;
};

/* Finds a name of the code at @va: a GLOBAL symbol of type NOTYPE or FUNC with that value,
 * in the first symbol table.  Of several names the first that is wanted() counts; if none
 * is, the first of all.  A name has letters, digits, `_`, `.` and `$` only.  Returns 1 with
 * the name, 0 if there is none, or the -errno of read(). */
int symtab_name_at(const struct symtab_file *f, va_t va, bool (*wanted)(const char *name),
		   char name[SYMTAB_NAME_MAX]) MUST_CHECK;
