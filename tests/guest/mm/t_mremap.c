/* t_mremap.c - mappings that change their length, and move if they must. */
#include "mapping.h"
#include "vm.h"

static word remap(word p, word old, word new, int flags)
{
	return (word)ecall_raw((long)p, (long)old, (long)new, flags, 0, 0, NR_MREMAP);
}

/* Maps @pages of anonymous memory with a mapping right above, so that it cannot grow. */
static word walled_in(long pages, int prot, int flags)
{
	word p = map(0, (pages + 1) * (long)PAGE, prot, flags | MAP_ANONYMOUS, -1, 0);

	CHECK(p != ~0ul);
	EQ(map(p + (word)pages * PAGE, PAGE, PROT_READ,
	       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   p + (word)pages * PAGE);
	return p;
}

TEST(mremap, bad_arguments)
{
	word p = walled_in(4, RW, MAP_PRIVATE), q = anon(2, RW);

	REFUSED(remap(p + 1, PAGE, PAGE, MREMAP_MAYMOVE));
	REFUSED(remap(p, PAGE, 0, MREMAP_MAYMOVE));
	REFUSED(remap(p, 0, PAGE, MREMAP_MAYMOVE));
	REFUSED(remap(p, PAGE, PAGE, 2)); /* MREMAP_FIXED does not exist here */
	REFUSED(remap(p, PAGE, -1ul, MREMAP_MAYMOVE));
	REFUSED(remap(p, 4 * PAGE, 1ul << 38, MREMAP_MAYMOVE));
	REFUSED(remap(0x20000000, PAGE, 2 * PAGE, MREMAP_MAYMOVE)); /* unmapped */
	REFUSED(remap(p, 5 * PAGE, 6 * PAGE, MREMAP_MAYMOVE));      /* two mappings */
	REFUSED(remap((word)sbrk(0, EAGER) & -PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	REFUSED(remap(USYSCALL, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	REFUSED(remap(TRAPFRAME, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
	REFUSED(remap(p, 4 * PAGE, 5 * PAGE, 0));    /* no room, and it may not move */
	REFUSED(remap(p + PAGE, PAGE, 2 * PAGE, 0)); /* its own rest is in the way */
	EQ(remap(p, 4 * PAGE, 4 * PAGE, 0), p);
	store8(p + 3 * PAGE, 1);
	store8(q, 1);
}

/* The highest mapping of all: to grow in place it would have to pass the end of the
 * space. */
TEST(mremap, growing_at_the_top_moves)
{
	word p = anon(1, RW), q;

	EQ(p + PAGE, USYSCALL);
	store8(p, 'a');
	REFUSED(remap(p, PAGE, 16 * PAGE, 0));
	q = remap(p, PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != p);
	EQ(load8(q), 'a');
	EQ(load8(q + 15 * PAGE), 0);
}

TEST(mremap, moves_with_its_contents)
{
	word p = walled_in(4, RW, MAP_PRIVATE), q, frame[4];

	for (int i = 0; i < 3; i++) { /* the last page stays untouched */
		store8(p + i * PAGE, (unsigned char)(i + 1));
		frame[i] = (word)pgpte((void *)(p + i * PAGE)) >> 10;
	}
	q = remap(p, 4 * PAGE, 9 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != p);
	for (int i = 0; i < 9; i++)
		EQ(load8(q + i * PAGE), i < 3 ? i + 1 : 0);
	for (int i = 0; i < 3; i++)
		EQ((word)pgpte((void *)(q + i * PAGE)) >> 10, frame[i]); /* not copied */
	for (int i = 0; i < 4; i++) {
		EQ(pgpte((void *)(p + i * PAGE)), 0);
		KILLS(load8(p + i * PAGE));
		REFUSED(open((char *)p, O_RDONLY));
	}
	/* and the old place is free */
	EQ(map(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
	EQ(load8(p), 0);
}

TEST(mremap, part_of_a_mapping_moves)
{
	word p = anon(6, RW), q;

	for (int i = 0; i < 6; i++)
		store8(p + i * PAGE, (unsigned char)(i + 1));
	q = remap(p + 2 * PAGE, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && (q + 3 * PAGE <= p || q >= p + 6 * PAGE));
	EQ(load8(q), 3);
	EQ(load8(q + PAGE), 4);
	EQ(load8(q + 2 * PAGE), 0);
	EQ(load8(p + PAGE), 2);
	EQ(load8(p + 4 * PAGE), 5);
	KILLS(load8(p + 2 * PAGE));
	KILLS(load8(p + 3 * PAGE));
}

/* A moved page keeps its protection, and its sharing after fork. */
TEST(mremap, protection_and_sharing_go_along)
{
	word p = walled_in(3, RW, MAP_PRIVATE), q;

	for (int i = 0; i < 3; i++)
		store8(p + i * PAGE, 'p');
	CHILD(0, {
		q = remap(p, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
		CHECK(q != ~0ul && q != p);
		store8(q, 'c');
		CHILD(0, store8(q + PAGE, 'd'); EQ(load8(q), 'c'));
		EQ(load8(q + PAGE), 'p');
	});
	EQ(load8(p), 'p');
	EQ(protect(p, 3 * PAGE, PROT_NONE), 0);
	q = remap(p, 3 * PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != p);
	KILLS(load8(q));
	EQ(protect(q, 4 * PAGE, PROT_READ), 0);
	EQ(load8(q + 2 * PAGE), 'p');
	KILLS(store8(q, 1));
}

TEST(mremap, shared_memory_stays_shared)
{
	word p = walled_in(2, RW, MAP_SHARED), q = 0;
	int gate[2];
	long pid;

	EQ(pipe(gate), 0);
	store8(p, 'a');
	pid = must_fork();
	if (pid == 0) {
		EQ(read(gate[0], scratch, 1), 1);
		EQ(load8(p), 'b');
		store8(p + PAGE, 'c');
		exit(0);
	}
	q = remap(p, 2 * PAGE, 5 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != p);
	store8(q, 'b');
	store8(q + 4 * PAGE, 'e');
	EQ(write(gate[1], "g", 1), 1);
	EQ(reap(pid), 0);
	EQ(load8(q + PAGE), 'c');
	CHILD(0, store8(q + 4 * PAGE, 'f'));
	EQ(load8(q + 4 * PAGE), 'f'); /* the new part is shared, too */
	EQ(close(gate[0]), 0);
	EQ(close(gate[1]), 0);
}

/* A grown mapping of a file shows more of it, writes reach the file, and the file is
 * freed with its last mapping. */
TEST(mremap, file_mappings_move)
{
	static const long len = 4 * PAGE;
	int file = make_pattern(len, 4);
	word p = map(0, 2 * PAGE, RW, MAP_SHARED, file, PAGE), q, wall;
	word r = map(0, PAGE, RW, MAP_PRIVATE, file, 0);

	wall = map(p + 2 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		   -1, 0);
	REFUSED(wall); /* the mapping ends at the top: nothing can be mapped above it */
	EQ(close(file), 0);
	store8(p, load8(p) ^ 1);
	store8(r, load8(r) ^ 1);
	q = remap(p, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != p);
	EQ(load8(q) ^ 1, scratch[PAGE]);
	EQ(memcmp((void *)(q + 1), scratch + PAGE + 1, 3 * PAGE - 1), 0);
	store8(q + 2 * PAGE, load8(q + 2 * PAGE) ^ 1);
	r = remap(r, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	CHECK(r != ~0ul);
	EQ(load8(r) ^ 1, scratch[0]);                 /* its own */
	EQ(load8(r + 3 * PAGE), load8(q + 2 * PAGE)); /* the file's */
	q = remap(q, 3 * PAGE, 6 * PAGE, MREMAP_MAYMOVE);
	KILLS(load8(q + 3 * PAGE)); /* past the end */
	EQ(unlink("m"), 0);
	EQ(unmap(r, 4 * PAGE), 0);
	EQ(load8(q) ^ 1, scratch[PAGE]);
	EQ(unmap(q, 6 * PAGE), 0);
}

/* Mappings that cross the ranges of page tables, and 2 MiB leaves. */
TEST(mremap, large_ones_move)
{
	static const word mega = 1ul << 20;
	word p = walled_in(5 * 256, RW, MAP_PRIVATE), q;

	for (word i = 0; i < 5 * mega; i += 3 * PAGE)
		*(volatile word *)(p + i) = i;
	CHILD(0, {
		q = remap(p, 5 * mega, 6 * mega, MREMAP_MAYMOVE);
		CHECK(q != ~0ul && q != p);
		for (word i = 0; i < 5 * mega; i += 3 * PAGE)
			*(volatile word *)(q + i) += 1;
	});
	q = remap(p + PAGE, 4 * mega, 4 * mega + PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul);
	for (word i = 0; i < 5 * mega; i += 3 * PAGE) {
		word at = i < PAGE || i >= 4 * mega + PAGE ? p + i : q + i - PAGE;

		EQ(*(volatile word *)at, i);
	}
	KILLS(load8(p + 2 * mega));
}

/* The page below the guard becomes a mapping, with what it held. */
static void grow_over_the_guard(void)
{
	word guard = guard_page(), at = guard - PAGE, q;
	word held = map(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy((void *)held, (void *)at, PAGE);
	EQ(map(at, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at);
	memcpy((void *)at, (void *)held, PAGE);
	REFUSED((long)remap(at, PAGE, 2 * PAGE, 0));
	KILLS(store8(guard, 1));
	q = remap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	CHECK(q != ~0ul && q != at);
	EQ(load8(q), load8(held));
	exit(0);
}

TEST(mremap, does_not_grow_over_the_guard)
{
	CHILD(0, grow_over_the_guard());
}

/* With @spare pages of memory: each call either works or changes nothing. */
static void remap_starved(int spare)
{
	word p = walled_in(700, RW, MAP_PRIVATE), s = walled_in(8, RW, MAP_SHARED), q;

	for (word i = 0; i < 700; i += 50)
		store8(p + i * PAGE, (unsigned char)i);
	store8(s, 's');
	while (sbrk(64 * PAGE, EAGER) != -1 || sbrk(PAGE, EAGER) != -1)
		;
	CHECK(sbrk(-spare * (int)PAGE, EAGER) != -1);
	q = remap(p + 10 * PAGE, 600 * PAGE, 601 * PAGE, MREMAP_MAYMOVE);
	for (word i = 0; i < 700; i += 50) {
		word at = p + i * PAGE;

		if (q != ~0ul && i >= 10 && i < 610)
			at = q + (i - 10) * PAGE;
		EQ(load8(at), (unsigned char)i);
	}
	q = remap(s, 8 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	EQ(load8(q == ~0ul ? s : q), 's');
	if (q == ~0ul)
		REFUSED(remap(s, 8 * PAGE, 16 * PAGE, 0));
	exit(0);
}

SLOW_TEST(mremap, without_memory)
{
	heap_eager();
	for (int spare = 0; spare < 16; spare++) {
		long pid = must_fork();

		if (pid == 0)
			remap_starved(spare);
		EQ(reap(pid), 0);
	}
}
