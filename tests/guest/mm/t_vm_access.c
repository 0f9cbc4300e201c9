/* t_vm_access.c - pgaccess(): which pages were touched since the last call. */
#include "mapping.h"
#include "vm.h"

#define NOW(pages, n, want) EQ(touched(pages, n), want)

/* Returns the bits of up to 64 pages; the bytes around the mask must stay as they are. */
static word touched(word pages, int n)
{
	unsigned char cells[24];
	word mask = 0;

	memset(cells, 0x5a, sizeof(cells));
	EQ(pgaccess((void *)pages, n, cells + 8), 0);
	for (int i = 0; i < (int)sizeof(cells); i++)
		if ((i < 8 || i >= 8 + (n + 7) / 8) && cells[i] != 0x5a)
			FAIL("byte %d around the mask of %d pages was written", i - 8, n);
	memcpy(&mask, cells + 8, (n + 7) / 8);
	return mask;
}

TEST(pgaccess, pages_that_were_touched)
{
	word pages = pages_new(32, EAGER);

	NOW(pages, 32, 0); /* new memory counts as untouched */
	store8(pages + 1 * PAGE, 1);
	store8(pages + 2 * PAGE + PAGE - 1, 1);
	load8(pages + 30 * PAGE + 77);
	NOW(pages, 32, 1 << 1 | 1 << 2 | 1 << 30);
	NOW(pages, 32, 0);
}

TEST(pgaccess, any_number_of_pages)
{
	word pages = pages_new(64, EAGER);

	for (int n = 1; n <= 64; n++) {
		for (int i = 0; i < 64; i++)
			load8(pages + i * PAGE);
		NOW(pages, n,
		    n == 64 ? ~0ul : (1ul << n) - 1); /* and no bit past the last page */
		NOW(pages, n, 0);
		NOW(pages, 64, n == 64 ? 0 : ~0ul << n); /* the others kept their bits */
	}
}

TEST(pgaccess, any_address_in_the_first_page)
{
	static const int offsets[] = { 1, 7, 8, 2048, 4095 };
	word pages = pages_new(4, EAGER);

	for (size_t i = 0; i < COUNT(offsets); i++) {
		load8(pages);
		load8(pages + 2 * PAGE);
		NOW(pages + offsets[i], 3, 5);
		NOW(pages, 4, 0);
	}
}

TEST(pgaccess, any_place_for_the_mask)
{
	word pages = pages_new(20, EAGER), room = pages_new(2, EAGER);

	for (word at = room + PAGE - 12; at < room + PAGE + 4; at++) {
		store8(at - 1, 0x11);
		store8(at + 3, 0x22);
		load8(pages + 3 * PAGE);
		load8(pages + 19 * PAGE);
		EQ(pgaccess((void *)pages, 20, (void *)at), 0);
		EQ(load8(at), 8);
		EQ(load8(at + 1), 0);
		EQ(load8(at + 2), 8);
		EQ(load8(at - 1), 0x11);
		EQ(load8(at + 3), 0x22);
	}
}

TEST(pgaccess, mask_on_a_page_of_the_range)
{
	word pages = pages_new(8, EAGER);
	unsigned char *mask = (unsigned char *)pages + 3 * PAGE;

	for (int i = 0; i < 5; i++) {
		load8(pages + 6 * PAGE);
		EQ(pgaccess((void *)pages, 8, mask), 0);
		EQ(*mask & ~8, 1 << 6); /* the mask's own page may count, no other does */
	}
}

TEST(pgaccess, mask_at_the_very_end_of_memory)
{
	word pages = pages_new(16, EAGER), end = pages + 16 * PAGE;

	load8(pages + 4 * PAGE);
	EQ(pgaccess((void *)pages, 16, (void *)(end - 2)), 0);
	EQ(load8(end - 2), 1 << 4);
	load8(pages + 5 * PAGE);
	REFUSED(pgaccess((void *)pages, 16, (void *)(end - 1)));
	REFUSED(pgaccess((void *)pages, 16, (void *)end));
	NOW(pages, 8, 1 << 5);
}

TEST(pgaccess, mask_on_an_untouched_lazy_page)
{
	word pages = pages_new(16, EAGER), lazy = pages_new(2, LAZY);

	load8(pages + 4 * PAGE);
	load8(pages + 9 * PAGE);
	EQ(pgaccess((void *)pages, 16, (void *)(lazy + PAGE - 1)), 0);
	EQ(load8(lazy + PAGE - 1), 1 << 4);
	EQ(load8(lazy + PAGE), 1 << 1);
}

TEST(pgaccess, mask_on_a_page_shared_with_a_child)
{
	word pages = pages_new(8, EAGER), mask = pages_new(1, EAGER);

	store8(mask, 0x77);
	CHILD(0, {
		touched(pages, 8);
		load8(pages + 2 * PAGE);
		EQ(pgaccess((void *)pages, 8, (void *)mask), 0);
		EQ(load8(mask), 4);
	});
	EQ(load8(mask), 0x77);
}

/* --- what is not reported ----------------------------------------------------------- */

TEST(pgaccess, nothing_is_reported_where_no_page_is)
{
	word lazy = pages_new(64, LAZY), free;

	free = free_memory();
	NOW(lazy, 64, 0);
	NOW(lazy + 63 * PAGE, 64, 0); /* and past the break */
	NOW(1ul << 37, 64, 0);
	NOW(guard_page(), 1, 0);
	NOW(TRAPFRAME, 2, 0); /* used, but not by user mode */
	EQ(free_memory(), free);
	store8(lazy + 9 * PAGE, 1);
	NOW(lazy, 64, 1 << 9);
	NOW(lazy, 64, 0);
}

TEST(pgaccess, every_kind_of_page)
{
	static word data;

	load8(0);
	load8((word)&data);
	load8(USYSCALL);
	EQ(touched(0, 1), 1);
	EQ(touched((word)&data, 1), 1);
	EQ(touched(start_regs[2], 1), 1);
	EQ(touched(USYSCALL, 3), 1);
	EQ(touched(USYSCALL, 3), 0);
}

/* --- seen again --------------------------------------------------------------------- */

TEST(pgaccess, every_touch_is_seen_again)
{
	word page = pages_new(1, EAGER);

	for (int i = 0; i < 300; i++) {
		if (i % 2)
			load8(page);
		else
			store8(page, i);
		NOW(page, 1, 1);
		NOW(page, 1, 0);
	}
}

static __attribute__((noinline, aligned(4096))) int code_on_its_page(int n)
{
	__asm__ volatile("");
	return n + 1;
}

TEST(pgaccess, running_is_a_touch)
{
	word page = (word)code_on_its_page & -PAGE;
	int ran = 0;

	/* no other code of this page runs between the two calls */
	for (int i = 0; i < 50; i++) {
		touched(page, 1);
		ran = code_on_its_page(ran);
		NOW(page, 1, 1);
	}
	EQ(ran, 50);
}

TEST(pgaccess, written_pages_stay_known_as_written)
{
	word page = pages_new(1, EAGER);
	const word want = PTE_V | PTE_R | PTE_W | PTE_U | PTE_D;

	store8(page, 1);
	EQ(WITH_SEEN(pgpte((void *)page)) & 0xff, want | PTE_A);
	NOW(page, 1, 1);
	EQ(pgpte((void *)page) & 0xff, want);
	load8(page);
	EQ(WITH_SEEN(pgpte((void *)page)) & 0xff, want | PTE_A);
	NOW(page, 1, 1);
}

/* Forks a child that touches its page when told to, or all the time.  The scheduler
 * chooses its hart; with several, it is mostly not the parent's. */
static long toucher(word page, int fd[2], int told)
{
	int to[2], from[2];
	long pid;

	EQ(pipe(to), 0);
	EQ(pipe(from), 0);
	pid = must_fork();
	if (pid == 0) {
		store8(page, 1);
		EQ(close(to[1]), 0);
		EQ(write(from[1], "", 1), 1);
		while (!told)
			store8(page, 2);
		while (read(to[0], scratch, 1) == 1) {
			store8(page, 3);
			EQ(write(from[1], "", 1), 1);
		}
		exit(0);
	}
	close(to[0]);
	close(from[1]);
	fd[0] = from[0];
	fd[1] = to[1];
	EQ(read(fd[0], scratch, 1), 1);
	return pid;
}

/* Returns what harvest() says of one page of @pid, and clears the bit. */
static int harvested(long pid, word page)
{
	static union {
		struct snap_header header;
		char bytes[SNAP_PIECE];
	} buf;
	const struct snap_run *run = (void *)(&buf.header + 1);

	CHECK(harvest(pid, page, &buf, sizeof(buf)) > 0);
	CHECK(run->va <= page && page < run->va + run->pages * PAGE);
	return run->flags & SNAP_RUN_TOUCHED;
}

TEST(pgaccess, touches_of_another_process_are_seen_again)
{
	word page = pages_new(1, EAGER);
	int fd[2];
	long pid = toucher(page, fd, 1);

	harvested(pid, page);
	for (int i = 0; i < 200; i++) {
		EQ(harvested(pid, page), 0);
		EQ(write(fd[1], "", 1), 1);
		EQ(read(fd[0], scratch, 1), 1);
		EQ(harvested(pid, page), SNAP_RUN_TOUCHED);
	}
	EQ(close(fd[1]), 0);
	EQ(close(fd[0]), 0);
	EQ(reap(pid), 0);
}

/* The call itself writes the first page of its mask, and later clears A of that page in
 * the range: the translation that its write loaded must be flushed as well. */
TEST(pgaccess, touch_of_the_call_itself)
{
	const long many = 2 * PAGE * 8;
	word mask;
	int fd[2];

	EQ(pipe(fd), 0);
	CHECK(sbrk(1 << 30, LAZY) != -1);
	mask = pages_new(4, EAGER);
	for (int i = 0; i < 10; i++) {
		/* the bit for the mask's first page is in its second page */
		EQ(pgaccess((void *)(mask - 40000 * PAGE), many, (void *)mask), 0);
		EQ(load8(mask + 40000 / 8) & 1, 1);
		/* let the kernel touch it again: QEMU keeps the kernel's translations apart
		 * from the program's */
		EQ(write(fd[1], (void *)mask, 1), 1);
		NOW(mask, 1, 1);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* The child never enters the kernel on its own.  Its hart holds a translation with A
 * set; only a shootdown makes it read the entry again. */
TEST(pgaccess, touches_on_another_hart_are_seen_again)
{
	word page = pages_new(1, EAGER);
	int fd[2];
	long pid = toucher(page, fd, 0);

	harvested(pid, page);
	for (int i = 0; i < 20; i++) {
		word end = time_counter() + 100000000; /* 10 s mean a hang */

		while (!harvested(pid, page)) {
			CHECK(time_counter() < end);
			pause(0);
		}
	}
	EQ(kill(pid), 0);
	EQ(reap(pid), KILLED);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* --- refused: -1, and nothing has changed ------------------------------------------- */

static const word bad_masks[] = {
	0,
	8,
	TRAMPOLINE,
	TRAPFRAME,
	USYSCALL,
	MAXVA,
	MAXVA - 1,
	1ul << 39,
	1ul << 63,
	~0ul,
	~0ul - 3,
	0xffffffc080000000,
	0x80000000,
	0x10000000,
	0x2000000000,
	0xffffffff80200000,
	-PAGE,
	USYSCALL - 1,
	0xeaeb0b5b00002f5e,
	(1ul << 62) + 64,
};

TEST(pgaccess, bad_mask_changes_nothing)
{
	word pages = pages_new(16, EAGER), last = pages_new(1, EAGER) + PAGE;

	NOW(pages, 16, 0);
	for (int i = 0; i < 16; i++)
		store8(pages + i * PAGE, 1);
	for (size_t i = 0; i < COUNT(bad_masks); i++)
		if (pgaccess((void *)pages, 16, (void *)bad_masks[i]) != -1)
			FAIL("mask %p", (void *)bad_masks[i]);
	REFUSED(pgaccess((void *)pages, 16, (void *)guard_page()));
	REFUSED(pgaccess((void *)pages, 16, (void *)(guard_page() + PAGE - 1)));
	REFUSED(pgaccess((void *)pages, 16,
			 (void *)(last - 1))); /* the second byte is bad */
	REFUSED(pgaccess((void *)pages, 16, (void *)last));
	NOW(pages, 16, 0xffff);
}

/* A long mask whose last page is missing: the call must find that before it clears
 * anything. */
TEST(pgaccess, long_mask_without_its_last_page)
{
	word pages = pages_new(16, EAGER), mask = pages_new(3, EAGER), free;
	int n = 3 * PAGE * 8 + 1;

	for (int i = 0; i < 16; i++)
		store8(pages + i * PAGE, 1);
	for (int i = 0; i < 3; i++)
		store8(mask + i * PAGE, 0); /* present with heap=lazy, too */
	free = free_memory();
	REFUSED(pgaccess((void *)pages, n, (void *)mask));
	REFUSED(pgaccess((void *)pages, n - 8, (void *)(mask + 1)));
	NOW(pages, 16, 0xffff);
	EQ(free_memory(), free);
	store8(pages + 7 * PAGE, 1);
	EQ(pgaccess((void *)pages, n - 1, (void *)mask), 0);
	EQ(load8(mask), 1 << 7);
	for (word p = mask + 3; p < mask + 3 * PAGE; p++)
		EQ(load8(p), 0);
}

TEST(pgaccess, bad_range_changes_nothing)
{
	static const struct {
		word va;
		long n;
	} bad[] = {
		{ 0, 0 },
		{ 0, -1 },
		{ 0, -0x80000000l },
		{ 0, (1l << 26) + 1 },
		{ 0, 0x7fffffff },
		{ PAGE, 1l << 26 },
		{ TRAMPOLINE, 2 },
		{ TRAPFRAME, 3 },
		{ MAXVA, 1 },
		{ MAXVA + PAGE, 1 },
		{ 1ul << 39, 1 },
		{ 1ul << 63, 1 },
		{ 0xffffffc080000000, 1 },
		{ 0xffffffff80200000, 1 },
		{ -PAGE, 1 },
		{ -PAGE, 2 }, /* wraps to 0 */
		{ ~0ul, 1 },
	};
	word pages = pages_new(8, EAGER);
	word mask[2] = { 0x1234, 0x5678 };

	for (int i = 0; i < 8; i++)
		store8(pages + i * PAGE, 1);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (pgaccess((void *)bad[i].va, bad[i].n, mask) != -1)
			FAIL("%ld pages at %p", bad[i].n, (void *)bad[i].va);
	REFUSED(pgaccess((void *)pages, 0, mask));
	REFUSED(pgaccess((void *)pages, -1, mask));
	EQ(mask[0], 0x1234);
	EQ(mask[1], 0x5678);
	NOW(pages, 8, 0xff);
}

TEST(pgaccess, no_memory_for_the_mask)
{
	heap_eager();
	CHILD(0, {
		word pages = pages_new(8, EAGER), mask = pages_new(1, LAZY);

		for (int i = 0; i < 8; i++)
			store8(pages + i * PAGE, 1);
		while (sbrk(1 << 20, EAGER) != -1 || sbrk(PAGE, EAGER) != -1)
			;
		REFUSED(pgaccess((void *)pages, 8, (void *)mask));
		EQ(sbrk(-16 * (int)PAGE, EAGER) != -1, 1);
		NOW(pages, 8, 0xff);
	});
}

/* --- the whole user half ------------------------------------------------------------ */

#define EVERYTHING (1l << 26)
#define AT(mask, va) (load8((mask) + (va) / PAGE / 8) >> (va) / PAGE % 8 & 1)

/* The mask has 8 MiB; the call takes hardly longer than writing it. */
TEST(pgaccess, the_whole_user_half)
{
	word pages = pages_new(4, EAGER), mask = pages_new(EVERYTHING / 8 / PAGE, EAGER);
	long start, took;

	EQ(pgaccess(0, EVERYTHING, (void *)mask), 0);
	load8(pages + 2 * PAGE);
	load8(USYSCALL);
	start = clock();
	EQ(pgaccess(0, EVERYTHING, (void *)mask), 0);
	took = clock() - start;
	EQ(AT(mask, pages + 2 * PAGE), 1);
	EQ(AT(mask, pages + PAGE), 0);
	EQ(AT(mask, pages + 3 * PAGE), 0);
	EQ(AT(mask, USYSCALL), 1);
	EQ(AT(mask, TRAPFRAME), 0);
	EQ(AT(mask, TRAMPOLINE), 0);
	EQ(AT(mask, guard_page()), 0);
	EQ(AT(mask, (word)pgaccess), 1); /* touched by the return from the first call */
	/* between the bytes for the last page of the mask and for USYSCALL */
	for (word p = mask + (mask + EVERYTHING / 8) / PAGE / 8 + 1;
	     p < mask + USYSCALL / PAGE / 8; p++)
		EQ(load8(p), 0);
	/* 67 million pages one by one would take minutes */
	if (took > 5000000000l)
		FAIL("it took %ld ms", took / 1000000);
}

/* The call skips holes at all three levels. */
TEST(pgaccess, pages_far_apart)
{
	static const word at[] = { 1ul << 30, (1ul << 30) + (1ul << 21), 3ul << 30 };
	word brk = pages_new(1, EAGER), mask = brk;

	EQ(sbrk(-(int)PAGE, EAGER), brk + PAGE);
	while ((word)sbrk(0, EAGER) < (4ul << 30))
		CHECK(sbrk(1 << 30, LAZY) != -1);
	for (size_t i = 0; i < COUNT(at); i++)
		load8(at[i]);
	/* one bit for each page of 4 GiB: a mask of 128 KiB, lazy itself */
	EQ(pgaccess(0, 1 << 20, (void *)mask), 0);
	for (size_t i = 0; i < COUNT(at); i++) {
		EQ(AT(mask, at[i]), 1);
		/* in a 2 MiB leaf all pages count as touched */
		EQ(load8(mask + at[i] / PAGE / 8), pgpte((void *)(at[i] + PAGE)) ? 255 : 1);
	}
	EQ(pgaccess((void *)(1ul << 29), 1 << 19, (void *)mask), 0);
	for (word p = mask; p < mask + (1 << 16); p++)
		EQ(load8(p), 0);
}

/* More entries than one visit looks at, nearly all of them empty. */
TEST(pgaccess, many_tables_in_one_range)
{
	const word base = 1ul << 36, step = 1ul << 21;

	for (word i = 0; i < 64; i++) {
		EQ(map(base + i * step, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		       -1, 0),
		   base + i * step);
		store8(base + i * step, 1);
	}
	for (int again = 0; again < 2; again++) {
		memset(scratch, 0x5a, PAGE);
		EQ(pgaccess((void *)base, 64 * 512, scratch), 0);
		for (int i = 0; i < (int)PAGE; i++)
			EQ(scratch[i], !again && i % 64 == 0);
	}
}
