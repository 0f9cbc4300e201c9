/* situations.c - what the tour shows. */
#include "tour.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>

long sys_sbrk(int n, int mode); /* the call itself, which has a mode */

#define PAGE 4096ul
#define LARGE (2ul << 20)
#define SBRK_EAGER 1
#define SBRK_LAZY 2
#define FRAME_BYTES 16384 /* of a call on the stack */

static char *map_pages(unsigned long bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	if (at == MAP_FAILED)
		tour_fail("mmap");
	return at;
}

/* The start of the first area of that kind that process @pid has. */
static unsigned long area_start(int pid, unsigned kind)
{
	static struct snap_reader r;
	const struct snap_area *a;

	if (!snap_begin(&r, SNAP_AREAS, pid, 0))
		tour_fail("areas");
	while ((a = snap_next(&r)) != NULL)
		if (a->kind == kind)
			return a->start;
	return 0;
}

/* --- fork --------------------------------------------------------------------------- */

static volatile char *page;

static void fork_child(void)
{
	child_step((uintptr_t)page);
	*page = 2;
	child_step((uintptr_t)page);
}

void situation_fork(void)
{
	unsigned long va;
	int pid;

	page = map_pages(PAGE);
	*page = 1;
	pid = child_start(fork_child);
	va = child_done();
	tour_stop(pid, va,
		  "The child has just been forked. This page has one frame, which\n"
		  "parent and child share: users 2. The entry has no W but the mark\n"
		  "c: copied at a write.\n",
		  "pt -u %d %lx");
	child_go();
	va = child_done();
	tour_stop(pid, va,
		  "The child has written one byte into the page. The fault has copied\n"
		  "the frame: the child has its own now, with W, and it is the only\n"
		  "user.\n",
		  "pt -u %d %lx");
	child_end();
	munmap((void *)page, PAGE);
}

/* --- heap --------------------------------------------------------------------------- */

void situation_heap(void)
{
	const int bytes = 1 << 20;
	char *old = sbrk(0), *first;

	first = (char *)(((uintptr_t)old + PAGE - 1) & -PAGE);
	if (sys_sbrk(bytes + (int)PAGE, SBRK_LAZY) < 0)
		tour_fail("sbrk");
	tour_stop(getpid(), (uintptr_t)first,
		  "The heap has grown by 1 MiB, but only the area has: no frame was\n"
		  "taken, and the page table has no entries there yet.\n",
		  "maps %d");
	for (int i = 20; i >= 0; i -= 10)
		*(volatile char *)(first + (unsigned)i * PAGE) = 1;
	tour_stop(getpid(), (uintptr_t)first,
		  "Three of these pages were written: the first, and those 10 and 20\n"
		  "pages after it. Each write was a fault that brought a page of\n"
		  "zeros.\n",
		  "maps %d");
	(void)sys_sbrk(-bytes - (int)PAGE, SBRK_EAGER);
}

/* --- stack -------------------------------------------------------------------------- */

/* Calls itself @depth times more. */
static int deeper(int depth)
{
	volatile char frame[FRAME_BYTES];

	frame[0] = (char)depth;
	return depth ? deeper(depth - 1) + frame[0] : 0;
}

static void stack_child(void)
{
	child_step((uintptr_t)__builtin_frame_address(0));
	(void)deeper(INT_MAX);
}

void situation_stack(void)
{
	int pid = child_start(stack_child);
	unsigned long stack, guard;

	(void)child_done();
	stack = area_start(pid, SNAP_AREA_STACK);
	guard = stack - PAGE;
	tour_stop(pid, guard,
		  "A function of the child will call itself without end. Its stack\n"
		  "may grow down to here: below it lie addresses that are kept empty,\n"
		  "the guard.\n",
		  "maps %d");
	child_go();
	child_wait();
	tour_stop(getpid(), guard,
		  "The child is dead, and nothing else was damaged. The kernel has\n"
		  "said above which address it was, and what the page table says of\n"
		  "it.\n",
		  "dmesg | tail -n 12");
}

/* --- exec --------------------------------------------------------------------------- */

static void exec_child(void)
{
	child_step((uintptr_t)exec_child & -PAGE);
	execlp("sleep", "sleep", "1h", NULL);
}

void situation_exec(void)
{
	int pid = child_start(exec_child);
	unsigned long va;

	(void)child_done();
	va = area_start(pid, SNAP_AREA_IMAGE);
	tour_stop(pid, va,
		  "The child runs the program of its parent, tour: the same frames of\n"
		  "the page cache, which all processes that run tour share.\n",
		  "pt -u %d %lx");
	child_go();
	(void)child_done(); /* 0: exec has closed the pipe */
	tour_stop(pid, va,
		  "It has called exec: the same process, but another page table, with\n"
		  "the areas of the program sleep. At this address lies another\n"
		  "frame.\n",
		  "maps %d");
	child_end();
}

/* --- mmap --------------------------------------------------------------------------- */

#define MAP_NAME "/tour.tmp"

static volatile char *file_map(void)
{
	int fd = open(MAP_NAME, O_RDWR);
	void *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd < 0 || at == MAP_FAILED)
		tour_fail(MAP_NAME);
	close(fd);
	return at;
}

static void mmap_child(void)
{
	volatile char *at = file_map();

	(void)*at;
	child_step((uintptr_t)at);
	*at = 'C';
	child_step((uintptr_t)at);
}

void situation_mmap(void)
{
	int fd = open(MAP_NAME, O_RDWR | O_CREAT | O_TRUNC, 0644), pid;
	volatile char *at;
	unsigned long va;
	char text[200];

	if (fd < 0 || ftruncate(fd, PAGE) < 0)
		tour_fail(MAP_NAME);
	close(fd);
	pid = child_start(mmap_child);
	at = file_map();
	(void)*at;
	va = child_done();
	tour_stop(pid, va,
		  "Parent and child have each mapped the file /tour.tmp, and read it.\n"
		  "Both have the frame that the page cache keeps for it: users 2.\n",
		  "pt -u %d %lx");
	child_go();
	va = child_done();
	snprintf(text, sizeof(text),
		 "The child has stored the letter C, and the parent reads a %c\n"
		 "there. It is still one frame: the child's entry has W and D now.\n",
		 *at);
	tour_stop(pid, va, text, "pt -u %d %lx");
	child_end();
	munmap((void *)at, PAGE);
	unlink(MAP_NAME);
}

/* --- large -------------------------------------------------------------------------- */

void situation_large(void)
{
	char *at = map_pages(2 * LARGE);
	char *block = (char *)(((uintptr_t)at + LARGE - 1) & -LARGE);

	for (unsigned long i = 0; i < LARGE; i += PAGE)
		block[i] = 1;
	tour_stop(getpid(), (uintptr_t)block,
		  "The first touch of these 2 MiB has brought a block of 512 frames,\n"
		  "with one leaf of level 1: no table of level 0 was needed. (With\n"
		  "super=off there is none.)\n",
		  "pt %d %lx");
	if (mprotect(block + 5 * PAGE, PAGE, PROT_READ) < 0)
		tour_fail("mprotect");
	tour_stop(getpid(), (uintptr_t)(block + 5 * PAGE),
		  "One of the 512 pages has become read-only, which a large leaf\n"
		  "cannot say. So it was split: a table of level 0 has 512 entries\n"
		  "for the same frames.\n",
		  "pt %d %lx");
	munmap(at, 2 * LARGE);
}

/* --- set ---------------------------------------------------------------------------- */

#define SET_PAGES 64
#define SET_HOT 4

static void set_child(void)
{
	volatile char *at = map_pages(SET_PAGES * PAGE);

	for (unsigned long i = 0; i < SET_PAGES; i++)
		at[i * PAGE] = 1;
	for (unsigned long hot = 0;; hot = SET_PAGES / 2) {
		bool first = true;

		while (first || !child_is_called(10)) {
			for (unsigned long i = 0; i < SET_HOT; i++)
				at[(hot + i) * PAGE]++;
			if (first)
				child_step((uintptr_t)at);
			first = false;
		}
	}
}

/* The value of the option heat now. */
static void heat_read(char value[32])
{
	static struct snap_reader r;
	const struct snap_option *o;

	strcpy(value, "off");
	if (!snap_begin(&r, SNAP_OPTIONS, 0, 0))
		return;
	while ((o = snap_next(&r)) != NULL)
		if (strcmp(o->name, "heat") == 0)
			strcpy(value, o->value);
}

void situation_set(void)
{
	unsigned long va;
	char before[32];
	int pid;

	heat_read(before);
	if (setoption("heat", "100") < 0)
		tour_fail("heat");
	sleep(1); /* what is touched before the first round is not noted */
	pid = child_start(set_child);
	va = child_done();
	child_go();
	sleep(3);
	tour_stop(pid, va,
		  "The child has touched 64 pages once, and goes on with the first 4\n"
		  "of them: its working set. Each 100 ms the kernel notes which pages\n"
		  "were touched.\n",
		  "wss -i 500 -n 4 %d");
	child_go();
	va = child_done();
	child_go();
	sleep(3);
	tour_stop(pid, va + SET_PAGES / 2 * PAGE,
		  "Now it touches 4 pages in the middle, from this address on. They\n"
		  "are young, and those of before grow old.\n",
		  "wss -i 500 -n 4 %d");
	child_end();
	(void)setoption("heat", before);
}
