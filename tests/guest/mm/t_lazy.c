/* t_lazy.c - sbrk() of mode 2: it moves only the break; a page is allocated at its first
 * touch. */
#include "lib.h"

#define GIB (1 << 30)

/* Moves the break up to a page boundary and returns it.  The page tables for the next 16
 * pages are present. */
static word brk_align(void)
{
	word brk = sbrk(0, EAGER);

	if (brk % PAGE)
		EQ(sbrk(PAGE - brk % PAGE, EAGER), brk);
	brk = sbrk(0, EAGER);
	EQ(sbrk(16 * PAGE, EAGER), brk);
	memset((void *)brk, 1, 16 * PAGE);
	EQ(sbrk(-16 * (int)PAGE, EAGER), brk + 16 * PAGE);
	return brk;
}

TEST(lazy, costs_nothing_until_touched)
{
	word brk = brk_align(), free = free_memory();

	EQ(sbrk(8 * PAGE, LAZY), brk);
	EQ(sbrk(0, EAGER), brk + 8 * PAGE);
	EQ(free_memory(), free);
	store8(brk + 2 * PAGE, 1);
	EQ(free_memory(), free - PAGE);
	EQ(sbrk(-8 * (int)PAGE, EAGER), brk + 8 * PAGE);
	EQ(free_memory(), free);
}

TEST(lazy, touched_memory_is_zero)
{
	word brk = brk_align();

	EQ(sbrk(16 * PAGE, LAZY), brk);
	for (word p = brk; p < brk + 16 * PAGE; p += 8)
		EQ(*(volatile word *)p, 0);
	memset((void *)brk, 0xff, 16 * PAGE);
	EQ(sbrk(-16 * (int)PAGE, LAZY), brk + 16 * PAGE);
	EQ(sbrk(16 * PAGE, LAZY), brk);
	for (word p = brk; p < brk + 16 * PAGE; p += 8)
		EQ(*(volatile word *)p, 0);
}

TEST(lazy, far_more_than_the_free_memory)
{
	word brk = brk_align();

	EQ(sbrk(GIB, LAZY), brk);
	for (word p = brk; p < brk + GIB; p += 64 * 16 * PAGE)
		*(volatile word *)p = p;
	for (word p = brk; p < brk + GIB; p += 64 * 16 * PAGE)
		CHECK(*(volatile word *)p == p);
	EQ(sbrk(-GIB, EAGER), brk + GIB);
	KILLS(load8(brk));
	KILLS(load8(brk + GIB - 1));
}

SLOW_TEST(lazy, sparse_pages)
{
	word brk = brk_align();

	EQ(sbrk(GIB, LAZY), brk);
	for (word p = brk; p < brk + GIB; p += 64 * PAGE)
		*(volatile word *)p = p;
	for (word p = brk; p < brk + GIB; p += 64 * PAGE)
		CHECK(*(volatile word *)p == p);
}

TEST(lazy, shrinking_unmaps_it)
{
	word brk = brk_align();

	EQ(sbrk(GIB, LAZY), brk);
	for (int i = 0; i < 5; i++) {
		word p = brk + i * (GIB / 5);

		KILLS(store8(p, 1); EQ(sbrk(-GIB, EAGER), brk + GIB); store8(p, 2));
	}
}

TEST(lazy, first_touch_by_the_kernel)
{
	word p = brk_align();
	long file;
	int *fd;

	EQ(sbrk(100 * PAGE, LAZY), p);
	file = open("/README", O_RDONLY);
	EQ(read(file, (void *)p, 10), 10);
	EQ(close(file), 0);
	p += PAGE;
	file = open("f", O_CREATE | O_RDWR);
	EQ(write(file, (void *)p, 3 * PAGE), 3 * PAGE);
	EQ(close(file), 0);
	file_size("f");
	p += 3 * PAGE;
	fd = (int *)(p + PAGE - 4); /* one int in each page */
	EQ(pipe(fd), 0);
	EQ(write(fd[1], "abc", 3), 3);
	p += 2 * PAGE;
	EQ(read(fd[0], (void *)p, 3), 3);
	EQ(load8(p + 2), 'c');
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	p += PAGE;
	EQ(sysinfo((void *)p), 0);
	p += PAGE;
	EQ(fstat(0, (void *)p), 0);
	p += PAGE;
	CHILD(7, exit(7));
	EQ(unlink("f"), 0);
}

TEST(lazy, wait_into_an_untouched_page)
{
	word p = brk_align();
	long pid;

	EQ(sbrk(PAGE, LAZY), p);
	pid = must_fork();
	if (pid == 0)
		exit(747);
	EQ(wait((int *)p), pid);
	EQ(*(int *)p, 747);
}

TEST(lazy, path_on_an_untouched_page)
{
	char *p = (char *)brk_align();
	long fd;

	EQ(sbrk(4 * PAGE, LAZY), p);
	fd = open(p + 8, O_RDONLY); /* an empty path: the current directory */
	CHECK(fd >= 0);
	EQ(close(fd), 0);
	/* and one that continues on the next page and ends with the zero there */
	memcpy(p + 2 * PAGE - 7, "/README", 7);
	fd = open(p + 2 * PAGE - 7, O_RDONLY);
	CHECK(fd >= 0);
	EQ(close(fd), 0);
}

TEST(lazy, fork_shares_nothing)
{
	word brk = brk_align();

	EQ(sbrk(8 * PAGE, LAZY), brk);
	store8(brk, 1);
	CHILD(0, {
		EQ(load8(brk), 1);
		EQ(load8(brk + PAGE), 0);
		store8(brk, 2);
		store8(brk + PAGE, 2);
	});
	EQ(load8(brk), 1);
	EQ(load8(brk + PAGE), 0);
}

TEST(lazy, mixed_with_eager)
{
	word brk = brk_align();

	EQ(sbrk(PAGE / 2, LAZY), brk);
	EQ(sbrk(PAGE, EAGER), brk + PAGE / 2);
	EQ(sbrk(3 * PAGE, LAZY), brk + PAGE + PAGE / 2);
	EQ(sbrk(PAGE, EAGER), brk + 4 * PAGE + PAGE / 2);
	for (word p = brk; p < brk + 5 * PAGE + PAGE / 2; p++)
		EQ(load8(p), 0);
	for (word p = brk; p < brk + 5 * PAGE + PAGE / 2; p += 64)
		store8(p, 3);
	EQ(sbrk(-2 * (int)PAGE, LAZY), brk + 5 * PAGE + PAGE / 2);
	KILLS(load8(brk + 4 * PAGE));
}

TEST(lazy, kernel_half_is_out_of_reach)
{
	static const word top[] = {
		MAXVA - 4 * PAGE, MAXVA - 3 * PAGE, TRAPFRAME, TRAMPOLINE, MAXVA, 1ul << 39
	};
	long fd = open("f", O_CREATE | O_RDWR);

	for (size_t i = 0; i < COUNT(top); i++) {
		CHECK(write(fd, (void *)top[i], 8) < 0);
		CHECK(read(fd, (void *)top[i], 8) <= 0);
	}
	EQ(write(fd, "12345678", 8), 8);
	EQ(close(fd), 0);
	fd = open("f", O_RDWR);
	for (size_t i = 0; i < COUNT(top); i++)
		CHECK(read(fd, (void *)top[i], 8) < 0);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

/* Moves the break up to @target without touching a page. */
static void brk_to(word target)
{
	for (word brk = sbrk(0, EAGER); brk < target; brk = sbrk(0, EAGER))
		EQ(sbrk(target - brk > GIB ? GIB : (int)(target - brk), LAZY), brk);
}

TEST(lazy, break_may_reach_the_trapframe)
{
	brk_to(TRAPFRAME);
	EQ(sbrk(0, EAGER), TRAPFRAME);
	EQ(load8(TRAPFRAME - 1), 0);
	store8(TRAPFRAME - 1, 5);
	EQ(load8(TRAPFRAME - 1), 5);
	EQ(load8(TRAPFRAME - PAGE), 0);
	REFUSED(sbrk(1, LAZY));
	REFUSED(sbrk(1, EAGER));
	REFUSED(sbrk(PAGE, LAZY));
	REFUSED(sbrk(0x7fffffff, LAZY));
	EQ(sbrk(0, EAGER), TRAPFRAME);
	KILLS(store8(TRAPFRAME, 1));
	CHILD(0, EQ(load8(TRAPFRAME - 1), 5));
}

TEST(lazy, break_may_not_pass_the_trapframe)
{
	brk_to(TRAPFRAME - PAGE);
	REFUSED(sbrk(PAGE + 1, LAZY));
	REFUSED(sbrk(2 * PAGE, LAZY));
	REFUSED(sbrk(PAGE + 1, EAGER));
	EQ(sbrk(0, EAGER), TRAPFRAME - PAGE);
	EQ(sbrk(PAGE, EAGER), TRAPFRAME - PAGE);
	EQ(load8(TRAPFRAME - PAGE), 0);
	store8(TRAPFRAME - 1, 1);
}

TEST(lazy, top_page_in_system_calls)
{
	int *fd = (int *)(TRAPFRAME - 8);

	brk_to(TRAPFRAME);
	EQ(pipe(fd), 0);
	EQ(write(fd[1], fd, 8), 8);
	EQ(read(fd[0], fd - 2, 8), 8);
	EQ(fd[-1], fd[1]);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	REFUSED(pipe((int *)(TRAPFRAME - 4)));
}

/* A child that touches more memory than there is must be killed; no other process
 * suffers. */
SLOW_TEST(lazy, out_of_memory_kills)
{
	long pid = must_fork();

	if (pid == 0) {
		word p = brk_align(), limit = p + free_memory() + (64 << 20);

		brk_to(limit);
		for (; p < limit; p += PAGE)
			store8(p, 1);
		exit(0);
	}
	EQ(reap(pid), KILLED);
}

SLOW_TEST(lazy, out_of_memory_in_the_kernel_fails)
{
	long pid = must_fork();

	if (pid == 0) {
		word p = brk_align(), brk;
		long file = open("/README", O_RDONLY), got = 0;

		heap_eager();
		while (sbrk(1 << 20, EAGER) != -1 || sbrk(PAGE, EAGER) != -1)
			;
		brk = sbrk(0, EAGER);
		EQ(sbrk(64 * PAGE, LAZY), brk);
		/* some tables may be present, but there is no memory */
		for (p = brk; p < brk + 64 * PAGE && got != -1; p += PAGE)
			got = read(file, (void *)p, 1);
		EQ(got, -1);
		exit(0);
	}
	EQ(reap(pid), 0);
}
