/* alias.h - other words for commands (POSIX, XCU 2.3.1).
 *
 * The parser puts the value in place of an alias in the text itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sh_alias {
	struct sh_alias *next; /* by name */
	char *value;
	size_t end; /* for the parser: where the value ends that was put into its text */
	char name[];
};

/* The alias whose name are the @len bytes at @name, or NULL. */
struct sh_alias *alias_find(struct sh_alias *list, const char *name, size_t len);

/* Let the @len bytes at @name mean a copy of @value; false: no memory. */
bool alias_set(struct sh_alias **list, const char *name, size_t len, const char *value);

/* Remove one; false: there is none. */
bool alias_unset(struct sh_alias **list, const char *name);
