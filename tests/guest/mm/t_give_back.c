/* t_give_back.c - memory is full to the last page, and so are the kernel's slabs of
 * areas: a program can still give back what it has, and a call that fails is undone. */
#include "mapping.h"
#include "vm.h"

static word remap(word addr, long old_len, long new_len, int flags)
{
	return (word)ecall_raw((long)addr, old_len, new_len, flags, 0, 0, NR_MREMAP);
}

/* Takes all memory and all areas.  Each PROT_NONE page needs an area of its own. */
static void fill(void)
{
	for (int step = 1 << 24; step >= (int)PAGE; step /= 8)
		while (sbrk(step, EAGER) != -1)
			;
	while (map(0, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != ~0ul)
		;
	EQ(free_memory(), 0);
}

/* @call must work when memory is full, and free @pages. */
#define GIVES(call, pages)                               \
	do {                                             \
		fill();                                  \
		EQ(call, 0);                             \
		EQ(free_memory(), (pages) * (long)PAGE); \
	} while (0)

static word touched(long pages)
{
	word p = anon(pages, RW);

	for (long i = 0; i < pages; i++)
		store8(p + i * PAGE, (unsigned char)i);
	return p;
}

static long shrink(long pages)
{
	word brk = (word)sbrk(0, EAGER);

	EQ(sbrk((int)(-pages * (long)PAGE), EAGER), brk);
	return sbrk(0, EAGER) + pages * (long)PAGE - (long)brk;
}

static void give_all_back(void)
{
	word p = touched(10);

	GIVES(unmap(p, PAGE), 1);                                      /* the head   */
	GIVES(unmap(p + 8 * PAGE, 2 * PAGE), 2);                       /* the tail   */
	GIVES(remap(p + PAGE, 7 * PAGE, 6 * PAGE, 0) - (p + PAGE), 1); /* shrink     */
	GIVES(advise(p + 2 * PAGE, 2 * PAGE, MADV_DONTNEED), 2);       /* the middle */
	GIVES(shrink(3), 3);
	fill();
	/* A hole in the middle needs one more area: the call does all of it or nothing. */
	if (unmap(p + 4 * PAGE, PAGE) != 0) {
		EQ(load8(p + 4 * PAGE), 4);
		EQ(free_memory(), 0);
	}
	EQ(load8(p + 5 * PAGE), 5);
	GIVES(unmap(p, 10 * PAGE), 4);
}

SLOW_TEST(limit, memory_can_be_given_back_when_all_is_taken)
{
	heap_eager();
	CHILD(0, give_all_back());
}

/* A part of a mapping should move, but there is no room: the mapping stays in one piece. */
static void move_nowhere(void)
{
	word p = touched(10), spare = anon(1, PROT_NONE), wall = anon(1, PROT_NONE);

	EQ(anon(1, PROT_NONE), wall - PAGE); /* so that three areas can be freed */
	fill();
	EQ(unmap(wall - PAGE, PAGE), 0);
	EQ(unmap(wall, PAGE), 0);
	EQ(unmap(spare, PAGE), 0);
	EQ(free_memory(), 0);
	EQ(remap(p + 3 * PAGE, 2 * PAGE, 1l << 31, MREMAP_MAYMOVE), ~0ul);
	EQ(remap(p, 10 * PAGE, 10 * PAGE, 0), p);
	for (long i = 0; i < 10; i++)
		EQ(load8(p + i * PAGE), i);
	EQ(free_memory(), 0);
}

SLOW_TEST(limit, mapping_that_cannot_move_stays_whole)
{
	heap_eager();
	CHILD(0, move_nowhere());
}

/* Grows the heap by all that is free, which leaves nothing for its page tables. */
static void grow_too_far(void)
{
	word p = touched(1500), brk, free;

	fill();
	EQ(unmap(p, 1500 * PAGE), 0);
	CHECK(map(0, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != ~0ul);
	free = free_memory();
	brk = (word)sbrk(0, EAGER);
	CHECK(free > 1400 * PAGE);
	REFUSED(sbrk((int)free, EAGER));
	EQ(sbrk(0, EAGER), brk);
	CHECK(free_memory() > free - 8 * PAGE); /* page tables may stay */
}

SLOW_TEST(limit, growing_by_all_that_is_free_is_undone)
{
	heap_eager();
	CHILD(0, grow_too_far());
}

static void take_all_but(long pages)
{
	long more;

	while ((more = (long)(free_memory() / PAGE) - pages) > 0)
		while (sbrk((int)(more * (long)PAGE), EAGER) == -1)
			more /= 2;
}

/* `abitest @greedy PAGES TICKS`: a child takes all memory except PAGES pages, and for TICKS
 * from then on what becomes free.  The parent exits when the child has all. */
ROLE(greedy)
{
	int fd[2];
	char c;

	CHECK(argc == 4);
	EQ(pipe(fd), 0);
	if (must_fork() != 0)
		return read(fd[0], &c, 1) != 1;
	take_all_but(number(argv[2]));
	EQ(write(fd[1], "x", 1), 1);
	for (long end = uptime() + number(argv[3]); uptime() < end;)
		take_all_but(number(argv[2]));
	return 0;
}
