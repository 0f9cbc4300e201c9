/* arena.h - memory that is freed all at once, or back to a mark. */
#pragma once

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;                /* bytes taken from the newest */
};

/* Zeroed memory, aligned for any type, or NULL. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of @len bytes at @text with a NUL after them, or NULL. */
char *arena_copy(struct arena *a, const char *text, size_t len);

/* Free what was taken since @mark, an earlier copy of *@a. */
void arena_release(struct arena *a, struct arena mark);

/* Free all of it; the arena is empty then and can be used again. */
void arena_free(struct arena *a);
