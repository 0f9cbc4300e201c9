/* t_mem.c - the break: what sbrk() returns, allocates and frees. */
#include "lib.h"

static word page_up(word p)
{
	return (p + PAGE - 1) & -PAGE;
}

/* Makes the break a page boundary and returns it. */
static word brk_align(void)
{
	word brk = sbrk(0, EAGER);

	if (brk % PAGE)
		EQ(sbrk(PAGE - brk % PAGE, EAGER), brk);
	return page_up(brk);
}

TEST(sbrk, of_zero_returns_the_break)
{
	word brk = sbrk(0, EAGER);

	CHECK(brk > (word)end);
	EQ(sbrk(0, EAGER), brk);
	EQ(sbrk(0, LAZY), brk);
}

TEST(sbrk, returns_the_old_break)
{
	word brk = sbrk(0, EAGER);

	EQ(sbrk(1, EAGER), brk);
	EQ(sbrk(PAGE, EAGER), brk + 1);
	EQ(sbrk(10 * PAGE - 1, EAGER), brk + 1 + PAGE);
	EQ(sbrk(0, EAGER), brk + 11 * PAGE);
	EQ(sbrk(-11 * (int)PAGE, EAGER), brk + 11 * PAGE);
	EQ(sbrk(0, EAGER), brk);
}

TEST(sbrk, bytes_one_by_one)
{
	word brk = sbrk(0, EAGER);

	for (int i = 0; i < 5000; i++) {
		EQ(sbrk(1, EAGER), brk + i);
		store8(brk + i, i);
	}
	CHILD(0, EQ(sbrk(1, EAGER), brk + 5000); EQ(sbrk(1, EAGER), brk + 5001));
	for (int i = 0; i < 5000; i++)
		EQ(load8(brk + i), i & 255);
}

TEST(sbrk, new_memory_is_zero)
{
	word brk = brk_align();

	for (int round = 0; round < 3; round++) {
		EQ(sbrk(64 * PAGE, EAGER), brk);
		for (word p = brk; p < brk + 64 * PAGE; p += 8)
			if (*(volatile word *)p)
				FAIL("0x%lx is at 0x%lx", *(volatile word *)p, p);
		memset((void *)brk, 0xa5, 64 * PAGE);
		EQ(sbrk(-64 * (int)PAGE, EAGER), brk + 64 * PAGE);
	}
}

TEST(sbrk, rest_of_the_page_stays)
{
	word brk = brk_align();

	EQ(sbrk(1, EAGER), brk);
	store8(brk + PAGE - 1, 7); /* between the break and the end of its page */
	EQ(load8(brk + PAGE - 1), 7);
	KILLS(load8(brk + PAGE));
	EQ(sbrk(PAGE, EAGER), brk + 1);
	EQ(sbrk(-(int)PAGE, EAGER), brk + 1 + PAGE);
	EQ(load8(brk + PAGE - 1), 7);
	KILLS(load8(brk + PAGE));
}

TEST(sbrk, shrink_frees_whole_pages)
{
	word brk = brk_align(), free;

	EQ(sbrk(4 * PAGE, EAGER), brk);
	memset((void *)brk, 1, 4 * PAGE);
	free = free_memory();
	EQ(sbrk(-1, EAGER), brk + 4 * PAGE);
	EQ(free_memory(), free);
	load8(brk + 4 * PAGE - 1);
	EQ(sbrk(-(int)PAGE + 1, EAGER), brk + 4 * PAGE - 1);
	EQ(free_memory(), free + PAGE);
	KILLS(load8(brk + 3 * PAGE));
	load8(brk + 3 * PAGE - 1);
}

TEST(sbrk, page_costs_a_page)
{
	word brk = brk_align(), free;

	/* the tables are present after this, and stay */
	EQ(sbrk(16 * PAGE, EAGER), brk);
	memset((void *)brk, 1, 16 * PAGE);
	EQ(sbrk(-16 * (int)PAGE, EAGER), brk + 16 * PAGE);
	free = free_memory();
	for (int i = 1; i <= 16; i++) {
		CHECK((word)sbrk(PAGE, EAGER) == brk + (i - 1) * PAGE);
		memset((void *)(brk + (i - 1) * PAGE), 1, PAGE);
		EQ(free_memory(), free - i * PAGE);
	}
	for (int i = 15; i >= 0; i--) {
		CHECK(sbrk(-(int)PAGE, EAGER) != -1);
		EQ(free_memory(), free - i * PAGE);
	}
}

TEST(sbrk, eager_memory_is_taken_at_once)
{
	word brk = brk_align(), free;
	char mode[16];

	if (bootarg("heap", mode, sizeof(mode)) > 0 && strncmp(mode, "lazy", 4) == 0)
		return;
	EQ(sbrk(16 * PAGE, EAGER), brk);
	EQ(sbrk(-16 * (int)PAGE, EAGER), brk + 16 * PAGE);
	free = free_memory();
	EQ(sbrk(PAGE, EAGER), brk);
	EQ(free_memory(), free - PAGE);
	/* an old program may have any value in a1 */
	EQ(sbrk(PAGE, 77), brk + PAGE);
	EQ(free_memory(), free - 2 * PAGE);
	EQ(sbrk(PAGE, 0), brk + 2 * PAGE);
	EQ(free_memory(), free - 3 * PAGE);
	EQ(sbrk(PAGE, -1), brk + 3 * PAGE);
	EQ(free_memory(), free - 4 * PAGE);
}

TEST(sbrk, below_zero_changes_nothing)
{
	word brk = sbrk(0, EAGER);

	EQ(sbrk(-(int)brk - 1, EAGER), brk);
	EQ(sbrk(0, EAGER), brk);
	EQ(sbrk((int)0x80000004, EAGER), brk);
	EQ(sbrk((int)0x80000000, EAGER), brk);
	EQ(sbrk((int)0x80000004, LAZY), brk);
	EQ(sbrk(0, EAGER), brk);
	store8(brk - 1, 1);
}

TEST(sbrk, all_memory_given_back)
{
	KILLS(sbrk(-(int)sbrk(0, EAGER), EAGER));
}

TEST(sbrk, all_but_some_of_the_first_page)
{
	/* the code of sbrk() is in that page or above it: neither may panic the kernel */
	long pid = must_fork();

	if (pid == 0) {
		sbrk(-(int)sbrk(0, EAGER) + 3500, EAGER);
		exit(0);
	}
	pid = reap(pid);
	CHECK(pid == 0 || pid == KILLED);
}

TEST(sbrk, break_inside_the_text)
{
	for (int left = 1; left < (int)(2 * PAGE); left += 500) {
		long pid = must_fork();

		if (pid == 0) {
			word brk = sbrk(0, EAGER);

			sbrk(left - (int)brk, EAGER);
			sbrk(-1, EAGER);
			sbrk(-10, EAGER);
			sbrk(PAGE * 3, EAGER);
			exit(0);
		}
		pid = reap(pid);
		CHECK(pid == 0 || pid == KILLED);
	}
}

TEST(sbrk, tiny_shrinks_at_a_border)
{
	word brk = brk_align();

	EQ(sbrk(2 * PAGE + 2048, EAGER), brk);
	EQ(sbrk(-2048 + 1, EAGER), brk + 2 * PAGE + 2048);
	EQ(sbrk(-1, EAGER), brk + 2 * PAGE + 1);
	EQ(sbrk(-1, EAGER), brk + 2 * PAGE);
	EQ(sbrk(-1, EAGER), brk + 2 * PAGE - 1);
	store8(brk + 2 * PAGE - 3, 1);
	EQ(sbrk(10, EAGER), brk + 2 * PAGE - 2);
	store8(brk + 2 * PAGE + 7, 1);
}

TEST(sbrk, break_just_over_a_page)
{
	word brk = brk_align();
	char *p;
	long fd;

	EQ(sbrk(4096 + 10, EAGER), brk);
	EQ(sbrk(-20, EAGER), brk + 4096 + 10);
	p = (char *)(brk + 4096 - 10 - 32);
	strcpy(p, "f");
	fd = open(p, O_CREATE | O_RDWR);
	CHECK(fd >= 0);
	EQ(write(fd, p, 1), 1);
	EQ(close(fd), 0);
	fd = open(p, O_RDWR);
	p[0] = 0;
	EQ(read(fd, p, 1), 1);
	EQ(p[0], 'f');
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(sbrk, fork_copies_up_to_the_break)
{
	word brk = brk_align();

	EQ(sbrk(4 * PAGE + 100, EAGER), brk);
	for (int i = 0; i < 5; i++)
		store8(brk + i * PAGE, 10 + i);
	CHILD(0, {
		EQ(sbrk(0, EAGER), brk + 4 * PAGE + 100);
		for (int i = 0; i < 5; i++)
			EQ(load8(brk + i * PAGE), 10 + i);
		for (int i = 0; i < 5; i++)
			store8(brk + i * PAGE, 50);
		EQ(sbrk(-4 * (int)PAGE, EAGER), brk + 4 * PAGE + 100);
	});
	for (int i = 0; i < 5; i++)
		EQ(load8(brk + i * PAGE), 10 + i);
}

TEST(sbrk, page_as_source_and_result)
{
	int *fd = (int *)brk_align();
	long file;

	EQ(sbrk(PAGE, EAGER), fd);
	EQ(pipe(fd), 0);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	file = open("f", O_CREATE | O_WRONLY);
	EQ(write(file, fd, PAGE), PAGE);
	EQ(close(file), 0);
	EQ(unlink("f"), 0);
}

/* Both ends of a 2 MiB region matter where large pages are used. */
TEST(sbrk, large_heap_shrinks_anywhere)
{
	const int mega = 1 << 20;
	word brk = brk_align(), top = brk + 9 * mega;

	EQ(sbrk(9 * mega, EAGER), brk);
	for (word p = brk; p < top; p += PAGE)
		*(volatile word *)p = p;
	EQ(sbrk(-(int)PAGE, EAGER), top);
	EQ(sbrk(-3 * mega - 5 * (int)PAGE, EAGER), top - PAGE);
	top -= 3 * mega + 6 * PAGE;
	for (word p = brk; p < top; p += PAGE)
		if (*(volatile word *)p != p)
			FAIL("0x%lx is at 0x%lx", *(volatile word *)p, p);
	KILLS(load8(top));
	EQ(sbrk(2 * mega, EAGER), top);
	for (word p = top; p < top + 2 * mega; p += PAGE)
		EQ(*(volatile word *)p, 0);
}

TEST(sbrk, large_heap_in_two_processes)
{
	const int mega = 1 << 20;
	word brk = brk_align();

	EQ(sbrk(8 * mega, EAGER), brk);
	for (word p = brk; p < brk + 8 * mega; p += PAGE)
		*(volatile word *)p = p;
	CHILD(0, {
		for (word p = brk; p < brk + 8 * mega; p += PAGE) {
			CHECK(*(volatile word *)p == p);
			if (p / PAGE % 3 == 0)
				*(volatile word *)p = 1;
		}
		EQ(sbrk(-5 * mega, EAGER), brk + 8 * mega);
	});
	for (word p = brk; p < brk + 8 * mega; p += PAGE)
		CHECK(*(volatile word *)p == p);
}

TEST(sbrk, too_much_is_refused_whole)
{
	word brk = brk_align(), free, got = 0;

	/* 2 GiB at a time until it fails; 300 of them exceed the address space */
	while (got < 300 && sbrk(0x7ffff000, EAGER) != -1)
		got++;
	CHECK(got < 129);
	free = free_memory();
	brk = sbrk(0, EAGER);
	REFUSED(sbrk(0x7ffff000, EAGER));
	EQ(sbrk(0, EAGER), brk);
	EQ(free_memory(), free);
	store8((word)sbrk(PAGE, EAGER), 1);
}

TEST(sbrk, mebibyte_by_mebibyte)
{
	const int mega = 1 << 20;
	word brk = brk_align();

	for (int i = 0; i < 16; i++) {
		EQ(sbrk(mega, EAGER), brk + i * mega);
		store8(brk + i * mega, i);
		store8(brk + (i + 1) * mega - 1, i);
	}
	for (int i = 0; i < 16; i++) {
		EQ(load8(brk + i * mega), i);
		EQ(load8(brk + (i + 1) * mega - 1), i);
	}
	EQ(sbrk(-16 * mega, EAGER), brk + 16 * mega);
	KILLS(load8(brk));
}

SLOW_TEST(sbrk, hundred_mebibytes)
{
	const word target = 100ul << 20;
	word brk = brk_align();

	if (free_memory() < target + (4 << 20))
		return;
	EQ(sbrk(target - brk, EAGER), brk);
	for (word p = brk; p < target; p += PAGE)
		store8(p, p / PAGE);
	store8(target - 1, 99);
	EQ(sbrk(-(int)PAGE, EAGER), target);
	EQ(sbrk(0, EAGER), target - PAGE);
	EQ(sbrk(PAGE, EAGER), target - PAGE);
	EQ(load8(target - 1), 0);
	for (word p = brk; p < target - PAGE; p += PAGE)
		EQ(load8(p), p / PAGE & 255);
	EQ(sbrk(-(int)(target - brk), EAGER), target);
	EQ(sbrk(0, EAGER), brk);
}
