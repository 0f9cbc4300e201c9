/* symbols.h - the functions of a kernel, and what was counted in each. */
#pragma once

#include <stddef.h>

struct symbol {
	unsigned long long address;
	const char *name;
	double instructions, calls;
};

struct symbols {
	struct symbol *all; /* by address */
	size_t n;
	unsigned long long trampoline; /* the page that programs have, too; 0: none */
};

void symbols_read(struct symbols *s, const char *path);

/* The function at *address, which becomes one of the kernel's if it is in the page that
 * programs have, too; NULL: a program's. */
struct symbol *symbols_at(struct symbols *s, unsigned long long *address);
