/* arena.c - memory that is freed all at once; see arena.h. */
#include "syntax/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 2000 /* bytes; a larger request gets a larger chunk */

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunks;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (!c || c->size - a->used < size) {
		size_t data = size > CHUNK_SIZE ? size : CHUNK_SIZE;

		c = malloc(sizeof(*c) + data);
		if (!c)
			return NULL;
		c->size = data;
		c->next = a->chunks;
		a->chunks = c;
		a->used = 0;
	}
	a->used += size;
	return memset(c->data + a->used - size, 0, size);
}

char *arena_copy(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	return copy ? memcpy(copy, text, len) : NULL;
}

void arena_release(struct arena *a, struct arena mark)
{
	while (a->chunks != mark.chunks) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
	a->used = mark.used;
}

void arena_free(struct arena *a)
{
	arena_release(a, (struct arena){ 0 });
}
