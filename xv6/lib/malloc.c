/* malloc.c - malloc() and free(): first fit in a list of free pieces, sorted by address.
 *
 * Every piece starts with a header that has its size; free() joins a piece with free
 * neighbours.  The break moves by GROW bytes at a time while that works, then by just what
 * is needed, so that a program can use all memory.  Nothing is given back to the
 * kernel.  A program with threads may call both from all of them. */
#include "thread_priv.h"
#include "user/user.h"

#define GROW 0x10000
#define ALIGN 16 /* of what is handed out, and of all sizes */

struct piece {
	uint64 size;        /* bytes, header included               */
	struct piece *next; /* of a free one: the next by address   */
};

_Static_assert(sizeof(struct piece) == ALIGN, "the header keeps the alignment");

static struct piece *pieces; /* free ones */
static int lock;             /* if there are threads */

static void heap_lock(void)
{
	if (threads_started)
		word_lock(&lock);
}

static void heap_unlock(void)
{
	if (threads_started)
		word_unlock(&lock);
}

static char *piece_end(struct piece *p)
{
	return (char *)p + p->size;
}

/* Puts a piece into the list. */
static void piece_insert(struct piece *p)
{
	struct piece *before = 0, *after = pieces;

	while (after && after < p) {
		before = after;
		after = after->next;
	}
	p->next = after;
	if (after && piece_end(p) == (char *)after) {
		p->size += after->size;
		p->next = after->next;
	}
	if (!before) {
		pieces = p;
	} else if (piece_end(before) == (char *)p) {
		before->size += p->size;
		before->next = p->next;
	} else {
		before->next = p;
	}
}

/* Moves the break by @want bytes, a multiple of ALIGN, after aligning it: the program may
 * have moved it to any address. */
static int heap_grow_by(uint64 want)
{
	uint64 skip = -(uint64)sbrk(0) % ALIGN;
	char *at;

	if (want + skip > 0x7fffffff)
		return 0;
	at = sbrk((int)(want + skip));
	if (at == SBRK_ERROR)
		return 0;
	at += skip;
	((struct piece *)(void *)at)->size = want;
	piece_insert((struct piece *)(void *)at);
	return 1;
}

static int heap_grow(uint64 want)
{
	return (want < GROW && heap_grow_by(GROW)) || heap_grow_by(want);
}

/* Takes @want bytes from the first piece that has them; 0 if none has. */
static struct piece *piece_take(uint64 want)
{
	for (struct piece **link = &pieces; *link; link = &(*link)->next) {
		struct piece *p = *link;
		struct piece *rest;

		if (p->size < want)
			continue;
		if (p->size == want) {
			*link = p->next;
			return p;
		}
		rest = (struct piece *)(void *)((char *)p + want);
		rest->size = p->size - want;
		rest->next = p->next;
		*link = rest;
		p->size = want;
		return p;
	}
	return 0;
}

void *malloc(uint bytes)
{
	uint64 want = ((uint64)bytes + sizeof(struct piece) + ALIGN - 1) / ALIGN * ALIGN;
	struct piece *p;

	heap_lock();
	p = piece_take(want);
	if (!p && heap_grow(want))
		p = piece_take(want);
	heap_unlock();
	return p ? p + 1 : 0;
}

void free(void *p)
{
	if (!p)
		return;
	heap_lock();
	piece_insert((struct piece *)p - 1);
	heap_unlock();
}
