/* t_mmap.c - mappings: anonymous and of files, private and shared, cut, protected,
 * inherited. */
#include "mapping.h"
#include "vm.h"

/* Makes a file "m" of 1.5 pages of 'A'; returns its descriptor. */
static int make_file(int flags)
{
	static char bytes[PAGE + PAGE / 2];
	int fd = (int)open("m", O_CREATE | O_RDWR);

	memset(bytes, 'A', sizeof(bytes));
	EQ(write(fd, bytes, sizeof(bytes)), (long)sizeof(bytes));
	EQ(close(fd), 0);
	fd = (int)open("m", flags);
	CHECK(fd >= 0);
	return fd;
}

static char file_byte(long at)
{
	int fd = (int)open("m", O_RDONLY);
	char c = 0;

	EQ(lseek(fd, at, 0), at);
	EQ(read(fd, &c, 1), 1);
	EQ(close(fd), 0);
	return c;
}

TEST(mmap, anonymous_is_zero_and_writable)
{
	word p = anon(3, RW);

	EQ(p % PAGE, 0);
	for (word i = 0; i < 3 * PAGE; i += 512)
		EQ(load8(p + i), 0);
	store8(p + 2 * PAGE, 7);
	EQ(load8(p + 2 * PAGE), 7);
	EQ(unmap(p, 3 * PAGE), 0);
	KILLS(load8(p));
}

TEST(mmap, bad_arguments)
{
	REFUSED(map(0, 0, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(map(0, PAGE, RW, MAP_ANONYMOUS, -1, 0));
	REFUSED(map(0, PAGE, RW, MAP_PRIVATE | MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	REFUSED(map(0, PAGE, 8, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(map(0, PAGE, RW, MAP_PRIVATE, -1, 0));
	REFUSED(map(0, PAGE, RW, MAP_PRIVATE, 1, 0)); /* the console */
	REFUSED(map(5, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	REFUSED(map(TRAPFRAME, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	REFUSED(map(1ul << 38, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	REFUSED(map(0, 1l << 38, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(unmap(1, PAGE));
	REFUSED(unmap(TRAMPOLINE, PAGE));
	REFUSED(unmap(0x1000, -1));
	REFUSED(protect(0x10000000, PAGE, RW)); /* nothing is mapped there */
	REFUSED(protect(TRAPFRAME, PAGE, RW));
}

TEST(mmap, hole_in_the_middle)
{
	word p = anon(5, RW);

	for (int i = 0; i < 5; i++)
		store8(p + i * PAGE, (unsigned char)(i + 1));
	EQ(unmap(p + 2 * PAGE, PAGE), 0);
	KILLS(load8(p + 2 * PAGE));
	EQ(load8(p + PAGE), 2);
	EQ(load8(p + 3 * PAGE), 4);
	EQ(unmap(p, 5 * PAGE), 0); /* unmapped pages in the range are fine */
}

TEST(mmap, fixed_replaces)
{
	word p = anon(3, RW);

	store8(p + PAGE, 9);
	EQ(map(p + PAGE, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   p + PAGE);
	EQ(load8(p + PAGE), 0);
}

TEST(mmap, protection_comes_and_goes)
{
	word p = anon(3, RW);

	store8(p + PAGE, 5);
	EQ(protect(p + PAGE, PAGE, PROT_READ), 0);
	EQ(load8(p + PAGE), 5);
	KILLS(store8(p + PAGE, 6));
	EQ(read(0, (void *)(p + PAGE), 0), 0);
	EQ(protect(p + PAGE, PAGE, PROT_NONE), 0);
	KILLS(load8(p + PAGE));
	REFUSED(write(1, (void *)(p + PAGE), 1));
	EQ(protect(p, 3 * PAGE, RW), 0);
	EQ(load8(p + PAGE), 5);
	store8(p + PAGE, 6);
	EQ(load8(p + PAGE), 6);
	KILLS(jump(p));
}

/* POSIX allows memory with PROT_WRITE alone to be readable as well; Sv39 has no pages that
 * can only be written. */
TEST(mmap, write_alone_is_read_and_write)
{
	int fd = make_file(O_RDWR);
	word p[] = { map(0, PAGE, PROT_WRITE, MAP_PRIVATE, fd, 0),
		     map(0, PAGE, PROT_WRITE, MAP_SHARED, fd, 0),
		     map(0, PAGE, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		     map(0, PAGE, PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) };

	EQ(close(fd), 0);
	for (size_t i = 0; i < COUNT(p); i++) {
		CHECK(p[i] != ~0ul);
		EQ(load8(p[i] + 1), i < 2 ? 'A' : 0);
		store8(p[i], 'w');
		EQ(load8(p[i]), 'w');
		EQ(protect(p[i], PAGE, PROT_READ), 0);
		EQ(protect(p[i], PAGE, PROT_WRITE), 0);
		CHILD(0, store8(p[i] + 1, 'x'); EQ(load8(p[i]), 'w'));
		EQ(load8(p[i] + 1), i % 2 ? 'x' : i ? 0 : 'A');
		EQ(unmap(p[i], PAGE), 0);
	}
	EQ(file_byte(0), 'w');
	EQ(unlink("m"), 0);
}

/* Memory with PROT_EXEC alone cannot be read, neither before nor after mprotect(). */
TEST(mmap, execute_alone_is_not_read)
{
	word p = anon(2, RW);

	store8(p, 0x82); /* c.jr ra, little-endian */
	store8(p + 1, 0x80);
	EQ(protect(p, PAGE, PROT_EXEC), 0);
	jump(p);
	KILLS(load8(p));
	REFUSED(open((char *)p, O_RDONLY));
	EQ(map(p + PAGE, PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   p + PAGE);
	KILLS(load8(p + PAGE));
}

TEST(mmap, fork_keeps_prot_none)
{
	word p = anon(1, RW);

	store8(p, 5);
	EQ(protect(p, PAGE, PROT_NONE), 0);
	CHILD(0, {
		EQ(protect(p, PAGE, RW), 0);
		EQ(load8(p), 5);
		store8(p, 6);
	});
	EQ(protect(p, PAGE, RW), 0);
	EQ(load8(p), 5);
}

/* Shared memory has its pages from the start, even under PROT_NONE. */
TEST(mmap, shared_memory_that_nobody_may_touch_yet)
{
	static const long lens[] = { PAGE, 6 << 20 };

	for (size_t i = 0; i < COUNT(lens); i++) {
		word p = map(0, lens[i], PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		CHECK(p != ~0ul);
		KILLS(load8(p));
		KILLS(store8(p + lens[i] - 1, 1));
		EQ(protect(p, lens[i], RW), 0);
		CHILD(0, store8(p, 's'); store8(p + lens[i] - 1, 't'));
		EQ(load8(p), 's');
		EQ(load8(p + lens[i] - 1), 't');
		EQ(unmap(p, lens[i]), 0);
	}
}

TEST(mmap, private_anonymous_is_copied_by_fork)
{
	word p = anon(2, RW);

	store8(p, 1);
	CHILD(0, {
		EQ(load8(p), 1);
		store8(p, 2);
		store8(p + PAGE, 2);
	});
	EQ(load8(p), 1);
	EQ(load8(p + PAGE), 0);
}

TEST(mmap, shared_anonymous_is_shared_with_the_child)
{
	word p = map(0, 2 * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(p != ~0ul);
	CHILD(0, {
		store8(p, 3);
		store8(p + PAGE, 4);
	});
	EQ(load8(p), 3);
	EQ(load8(p + PAGE), 4);
	CHILD(0, { EQ(load8(p + PAGE), 4); });
}

TEST(mmap, private_file)
{
	int fd = make_file(O_RDONLY);
	word p = map(0, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

	CHECK(p != ~0ul);
	EQ(close(fd), 0); /* the mapping keeps a reference of its own */
	for (word i = 0; i < 2 * PAGE; i += 64)
		EQ(load8(p + i), i < PAGE + PAGE / 2 ? 'A' : 0);
	store8(p, 'Z');
	store8(p + PAGE, 'Z');
	EQ(file_byte(0), 'A');
	CHILD(0, {
		EQ(load8(p), 'Z');
		store8(p, 'Y');
	});
	EQ(load8(p), 'Z');
	EQ(unmap(p, 2 * PAGE), 0);
	EQ(file_byte(PAGE), 'A');
	EQ(unlink("m"), 0);
}

TEST(mmap, shared_file_reaches_everybody)
{
	int fd = make_file(O_RDWR);
	word p = map(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);
	word q = map(0, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	struct stat st;

	CHECK(p != ~0ul && q != ~0ul);
	store8(p + 1, 'B');
	EQ(file_byte(1), 'B'); /* read() sees it at once */
	EQ(load8(q), 'A');
	store8(p + PAGE, 'C'); /* and so does a second mapping */
	EQ(load8(q), 'C');
	EQ(lseek(fd, PAGE + 1, 0), PAGE + 1);
	EQ(write(fd, "D", 1), 1); /* the mapping sees what write() wrote */
	EQ(load8(p + PAGE + 1), 'D');
	store8(p + 2 * PAGE - 1, 'E'); /* past the end: not part of the file */
	EQ(msync(p, 2 * PAGE), 0);
	EQ(unmap(p, 2 * PAGE), 0);
	EQ(fstat(fd, &st), 0);
	EQ(st.size, PAGE + PAGE / 2);
	EQ(close(fd), 0);
	EQ(unmap(q, PAGE), 0);
	EQ(file_byte(1), 'B');
	EQ(file_byte(PAGE), 'C');
	EQ(unlink("m"), 0);
}

TEST(mmap, shared_file_with_the_child)
{
	int fd = make_file(O_RDWR);
	word p = map(0, 2 * PAGE, RW, MAP_SHARED, fd, 0);

	EQ(load8(p), 'A');
	CHILD(0, {
		store8(p, 'K');
		store8(p + PAGE, 'L');
	});
	EQ(load8(p), 'K');
	EQ(load8(p + PAGE), 'L'); /* the mapping is still of the file in the child */
	EQ(file_byte(PAGE), 'L');
	EQ(close(fd), 0);
	EQ(unmap(p, 2 * PAGE), 0);
	EQ(unlink("m"), 0);
}

TEST(mmap, access_to_the_file_decides)
{
	int fd = make_file(O_RDONLY);
	word p;

	REFUSED(map(0, PAGE, RW, MAP_SHARED, fd, 0));
	p = map(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(p != ~0ul);
	KILLS(store8(p, 1));
	REFUSED(protect(p, PAGE, RW)); /* mprotect() cannot get around it */
	EQ(load8(p), 'A');
	EQ(close(fd), 0);
	fd = (int)open("m", O_WRONLY);
	REFUSED(map(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
	EQ(close(fd), 0);
	EQ(unmap(p, PAGE), 0);
	EQ(unlink("m"), 0);
}

TEST(mmap, untouched_page_sees_a_later_write)
{
	int fd = make_file(O_RDWR);
	word p = map(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	EQ(lseek(fd, 0, 0), 0);
	EQ(write(fd, "N", 1), 1);
	EQ(load8(p), 'N');
	EQ(close(fd), 0);
	EQ(unlink("m"), 0); /* the mapping keeps the file alive */
	EQ(load8(p + 1), 'A');
	EQ(unmap(p, PAGE), 0);
}

TEST(mmap, past_the_end_kills)
{
	int fd = make_file(O_RDWR);
	word p = map(0, 4 * PAGE, RW, MAP_SHARED, fd, 0);

	CHECK(p != ~0ul);
	KILLS(load8(p + 2 * PAGE));
	REFUSED(write(1, (void *)(p + 3 * PAGE), 1));
	EQ(close(fd), 0);
	EQ(unmap(p, 4 * PAGE), 0);
	EQ(unlink("m"), 0);
}

TEST(mmap, system_calls_take_mapped_memory)
{
	int fd = make_file(O_RDONLY);
	word p = map(0, 2 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0), q = anon(2, RW);
	int pipes[2];

	EQ(pipe(pipes), 0);
	EQ(write(pipes[1], (void *)p, 100), 100);
	EQ(read(pipes[0], (void *)(q + PAGE - 50), 100), 100);
	EQ(load8(q + PAGE + 49), 'A');
	REFUSED(read(fd, (void *)p, 1)); /* into a read-only mapping of the same file */
	EQ(lseek(fd, 0, 0), 0);
	EQ(read(fd, (void *)q, PAGE), (long)PAGE);
	EQ(close(fd), 0);
	EQ(unmap(p, 2 * PAGE), 0);
	EQ(unlink("m"), 0);
}

TEST(mmap, discard_and_mincore)
{
	word p = anon(4, RW);
	unsigned char in[4];

	EQ(ecall_raw((long)p, 4 * PAGE, (long)in, 0, 0, 0, NR_MINCORE), 0);
	EQ(in[0] + in[1] + in[2] + in[3], 0);
	store8(p + PAGE, 1);
	EQ(ecall_raw((long)p, 4 * PAGE, (long)in, 0, 0, 0, NR_MINCORE), 0);
	CHECK(!in[0] && in[1] && !in[2] && !in[3]);
	EQ(advise(p, 4 * PAGE, MADV_DONTNEED), 0);
	EQ(load8(p + PAGE), 0);
	EQ(advise(p, 4 * PAGE, MADV_WILLNEED), 0);
	EQ(ecall_raw((long)p, 4 * PAGE, (long)in, 0, 0, 0, NR_MINCORE), 0);
	EQ(in[0] + in[1] + in[2] + in[3], 4);
	REFUSED(advise(p, PAGE, 77));
	REFUSED(ecall_raw((long)p, 5 * PAGE, (long)in, 0, 0, 0, NR_MINCORE));
	REFUSED(ecall_raw((long)p, 4 * PAGE, 0x80000000, 0, 0, 0, NR_MINCORE));
}

TEST(mmap, discarding_leaves_the_program)
{
	static char kept[] = "kept";
	word page = (word)kept & -PAGE;

	CHILD(0, {
		memcpy(kept, "mine", 4);
		EQ(advise(page, PAGE, MADV_DONTNEED), 0);
		EQ(memcmp(kept, "mine", 4), 0);
	});
}

/* MADV_WILLNEED is only a hint: it must not take all memory. */
TEST(mmap, willneed_leaves_memory_for_others)
{
	word before = free_memory(), p = anon(1 << 18, RW);

	EQ(advise(p, 1 << 30, MADV_WILLNEED), 0);
	CHECK(free_memory() > before / 16);
	EQ(unmap(p, 1 << 30), 0);
}

TEST(mmap, grows_and_shrinks_in_place)
{
	word p = anon(8, RW);

	EQ(unmap(p + 4 * PAGE, 4 * PAGE), 0);
	store8(p, 1);
	EQ(ecall_raw((long)p, 4 * PAGE, 6 * PAGE, 0, 0, 0, NR_MREMAP), (long)p);
	store8(p + 5 * PAGE, 2);
	EQ(load8(p), 1);
	EQ(ecall_raw((long)p, 6 * PAGE, PAGE, 0, 0, 0, NR_MREMAP), (long)p);
	KILLS(load8(p + PAGE));
	EQ(load8(p), 1);
}

TEST(mmap, break_does_not_run_into_it)
{
	word brk = (word)sbrk(0, EAGER);
	word at = (brk + 64 * PAGE) & ~(PAGE - 1);

	EQ(map(at, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at);
	REFUSED(sbrk(100 * PAGE, EAGER));
	REFUSED(sbrk(100 * PAGE, LAZY));
	EQ(sbrk(0, EAGER), brk);
	CHECK(sbrk(PAGE, EAGER) != -1);
}

/* A protected page at the end of the heap stays protected, and the pages that the heap then
 * grows by are not. */
TEST(mmap, heap_grows_after_a_protected_page)
{
	for (int mode = EAGER; mode <= LAZY; mode++) {
		word p = pages_new(2, EAGER), more;

		store8(p + PAGE, 'k');
		EQ(protect(p + PAGE, PAGE, PROT_READ), 0);
		more = (word)sbrk(2 * PAGE, mode);
		EQ(more, p + 2 * PAGE);
		store8(more, 1);
		store8(more + PAGE, 1);
		EQ(load8(p + PAGE), 'k');
		KILLS(store8(p + PAGE, 1));
	}
}

TEST(mmap, exit_keeps_what_was_stored)
{
	int fd = make_file(O_RDWR);

	CHILD(0, {
		word p = map(0, PAGE, RW, MAP_SHARED, fd, 0);

		store8(p, 'X');
	});
	EQ(file_byte(0), 'X');
	EQ(close(fd), 0);
	EQ(unlink("m"), 0);
}

TEST(mmap, shared_memory_replaces_other_mappings)
{
	const long size = 6 << 20, at = 3 << 19, part = 3 << 20;
	word p = anon(size / PAGE, RW), q;

	/* It replaces large leaves, a hole, and a PROT_NONE page. */
	for (long i = 0; i < size; i += PAGE)
		*(volatile word *)(p + i) = p + i;
	EQ(unmap(p + at + 2 * PAGE, 3 * PAGE), 0);
	EQ(protect(p + at + 9 * PAGE, PAGE, PROT_NONE), 0);
	q = map(p + at, part, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	EQ(q, p + at);
	for (long i = 0; i < part; i += PAGE)
		EQ(*(volatile word *)(q + i), 0);
	CHILD(0, {
		for (long i = 0; i < part; i += PAGE)
			*(volatile word *)(q + i) = i + 1;
	});
	for (long i = 0; i < part; i += PAGE)
		EQ(*(volatile word *)(q + i), i + 1);
	for (long i = 0; i < size; i += PAGE)
		if (i < at || i >= at + part)
			EQ(*(volatile word *)(p + i), p + i);
	EQ(unmap(p, size), 0);
	/* It replaces nothing but a hole, and then that shared memory. */
	EQ(map(p, size, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
	*(volatile word *)p = 1;
	EQ(map(p, size, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
	EQ(*(volatile word *)p, 0);
	EQ(unmap(p, size), 0);
}
