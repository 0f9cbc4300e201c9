/* t_failed.h - what the cases of t_failed.c work on, what they compare and what they use
 * up. */
#pragma once

#include "mapping.h"
#include "vm.h"

#define BIT(n) (1u << (n))

enum resource { DESCRIPTORS, FILES, BLOCKS, INODES, FRAMES, AREAS, PROCESSES, RESOURCES };

extern const struct supply {
	const char *name;
	void (*take)(void); /* takes all there is  */
	void (*give)(void); /* gives one back      */
	void (*end)(void);  /* gives all back      */
} resources[RESOURCES];

/* Unshares from the parent the pages that are written later, when no memory is free. */
void resources_begin(void);

#define MEM_PAGES 8
#define F_SIZE 3000
#define W_SIZE 4096

struct world {
	int f, w, pipe[2]; /* descriptors */
	int spare;         /* a second one for w */
	word mem, shared;  /* a private mapping with a pattern, and one of MAP_SHARED */
	word lazy;         /* a page that is not present; the kernel must fault it in */
	word brk;
	long zombie; /* a child that has ended */
	long leaver; /* a child that ends when `leave` is closed */
	int leave;
	long got; /* the result of a call that succeeded */
};

extern struct world world;

#define LAZY_PAGE ((void *)world.lazy)

/* Each makes one part of the world again. */
void mem_make(void);
void mem_touch(void);
void shared_make(void);
void zombie_make(void);
void world_await(long pid, int state); /* PS_* */
void leaver_make(void);
void pipe_fill(void);

/* A datagram in the queue of this port. */
#define WORLD_PORT 4100
void datagram_make(void);

/* The directory "d": one block, in which all 64 entries are taken. */
void full_make(void);
void full_remove(void);

/* files_make(): the files that all rows share.  world_make(): the state of the process,
 * which ends with it. */
void files_make(void);
void files_remove(void);
void world_make(void);

/* What a failed call must leave as it was. */
#define PARTS(X)       \
	X(descriptors) \
	X(areas)       \
	X(memory)      \
	X(directory)   \
	X(names) X(numbers) X(contents) X(bytes_in_pipe) X(processes)

struct look {
#define X(part) word part;
	PARTS(X)
#undef X
};

void world_look(struct look *l);

/* Fails the case if anything differs from @before.  @made: files may have been removed and
 * made again, and have other numbers. */
void world_compare(const char *call, const char *what, const struct look *before, int made);
