/* t_ptr.c - invalid pointers: every call that takes one returns -1, and the kernel goes
 * on. */
#include "mapping.h"
#include "vm.h"

/* Addresses that no program may read or write. */
static word bad[64];
static int bad_count;

static const word fixed_bad[] = {
	0x80000000,
	0x80200000,
	0x87fffff8,
	0x0c000000,
	0x10000000,
	0x10001000,
	0xffffffc000000000,
	0xffffffc080000000,
	0xffffffc080200000,
	0xffffffff80000000,
	0xffffffff80200000,
	0xfffffffffffff000,
	TRAMPOLINE,
	TRAMPOLINE + 8,
	TRAPFRAME,
	TRAPFRAME + 8,
	USYSCALL,
	USYSCALL + PAGE - 1,
	MAXVA,
	MAXVA + PAGE,
	MAXVA + 0x1000000,
	1ul << 39,
	1ul << 40,
	1ul << 47,
	1ul << 55,
	1ul << 62,
	1ul << 63,
	(1ul << 63) + 0x1000,
	~0ul,
	~0ul - 7,
	~0ul - 4095,
	0x7fffffffffffffff,
	0xffffffff,
	0xeaeb0b5b00002f5e,
	0x3fffffcfff,
	0x2000000000,
};

static void bad_collect(void)
{
	word brk = sbrk(0, EAGER);

	bad_count = COUNT(fixed_bad);
	memcpy(bad, fixed_bad, sizeof(fixed_bad));
	bad[bad_count++] = guard_page();
	bad[bad_count++] = guard_page() + PAGE - 1;
	bad[bad_count++] = (brk + PAGE - 1) & -PAGE;
	bad[bad_count++] = ((brk + PAGE - 1) & -PAGE) + PAGE;
	bad[bad_count++] = brk + (1 << 21);
	bad[bad_count++] = brk + (1 << 30);
}

#define FOR_EACH_BAD(p)                        \
	bad_collect();                         \
	for (int i_ = 0; i_ < bad_count; i_++) \
		for (word p = bad[i_], once_ = 1; once_; once_ = 0)

/* REFUSED, and prints the address. */
#define REFUSES(call, p)                                                        \
	do {                                                                    \
		long got_ = (call);                                             \
		if (got_ != -1)                                                 \
			FAIL("%s with %p gives %ld", #call, (void *)(p), got_); \
	} while (0)

#define PATH(p) ((const char *)(p))

TEST(pointer, path_of_open)
{
	FOR_EACH_BAD(p)
	{
		REFUSES(open(PATH(p), O_RDONLY), p);
		REFUSES(open(PATH(p), O_CREATE | O_WRONLY), p);
	}
}

TEST(pointer, path_of_other_calls)
{
	FOR_EACH_BAD(p)
	{
		REFUSES(unlink(PATH(p)), p);
		REFUSES(mkdir(PATH(p)), p);
		REFUSES(chdir(PATH(p)), p);
		REFUSES(mknod(PATH(p), 1, 1), p);
		REFUSES(link(PATH(p), "new"), p);
		REFUSES(link("/README", PATH(p)), p);
		REFUSES(symlink(PATH(p), "new"), p);
		REFUSES(symlink("target", PATH(p)), p);
		REFUSES(rename(PATH(p), "new"), p);
		REFUSES(rename("/README", PATH(p)), p);
		REFUSES(readlink(PATH(p), (char *)scratch, 10), p);
		REFUSES(bootarg(PATH(p), (char *)scratch, 10), p);
	}
}

TEST(pointer, exec_path_and_arguments)
{
	char *good[] = { "x", 0 };

	FOR_EACH_BAD(p)
	{
		char *one[] = { (char *)p, 0 };
		char *third[] = { "a", "b", (char *)p, 0 };

		REFUSES(exec(PATH(p), good), p);
		REFUSES(exec(test_self, (char **)p), p);
		REFUSES(exec(test_self, one), p);
		REFUSES(exec(test_self, third), p);
	}
}

TEST(pointer, write_from)
{
	long file = open("f", O_CREATE | O_RDWR);
	int fd[2];

	EQ(pipe(fd), 0);
	FOR_EACH_BAD(p)
	{
		REFUSES(write(file, (void *)p, 8192), p);
		REFUSES(write(file, (void *)p, 1), p);
		if (write(1, (void *)p, 8192) > 0)
			FAIL("console write from %p", (void *)p);
		if (write(fd[1], (void *)p, 8192) > 0)
			FAIL("pipe write from %p", (void *)p);
	}
	EQ(close(file), 0);
	EQ(file_size("f"), 0);
	EQ(unlink("f"), 0);
}

TEST(pointer, read_into_from_file)
{
	long file;

	file_make("f", 9000, 1);
	FOR_EACH_BAD(p)
	{
		file = open("f", O_RDONLY);
		REFUSES(read(file, (void *)p, 8192), p);
		REFUSES(read(file, (void *)p, 1), p);
		EQ(close(file), 0);
		file = open("/", O_RDONLY);
		REFUSES(read(file, (void *)p, 16), p);
		EQ(close(file), 0);
	}
	EQ(unlink("f"), 0);
}

TEST(pointer, read_into_from_pipe)
{
	FOR_EACH_BAD(p)
	{
		int fd[2];
		long got;

		EQ(pipe(fd), 0);
		EQ(write(fd[1], "x", 1), 1);
		got = read(fd[0], (void *)p, 8192);
		if (got > 0)
			FAIL("pipe read into %p gives %ld", (void *)p, got);
		EQ(close(fd[0]), 0);
		EQ(close(fd[1]), 0);
	}
}

TEST(pointer, pipe_result)
{
	int before = free_fds();

	FOR_EACH_BAD(p)
	{
		REFUSES(pipe((int *)p), p);
	}
	EQ(free_fds(), before);
}

TEST(pointer, struct_results)
{
	FOR_EACH_BAD(p)
	{
		REFUSES(fstat(0, (void *)p), p);
		REFUSES(sysinfo((void *)p), p);
		REFUSES(meminfo((void *)p), p);
		REFUSES(procinfo((void *)p, NPROC, sizeof(struct procinfo)), p);
		REFUSES(ecall_raw(0, 0, 0, (long)p, 100, 0, NR_EXPLAIN), p);
		REFUSES(ecall_raw(0, PAGE, (long)p, 0, 0, 0, NR_MINCORE), p);
	}
}

TEST(pointer, wait_status)
{
	long pid = must_fork();
	int status = 0;

	if (pid == 0)
		exit(5);
	FOR_EACH_BAD(p)
	{
		REFUSES(wait((int *)p), p);
		REFUSES(wait4(-1, (int *)p, 0), p);
	}
	/* none of these calls reaped the child */
	EQ(wait(&status), pid);
	EQ(status, 5);
}

TEST(pointer, readlink_result)
{
	EQ(symlink("somewhere", "l"), 0);
	FOR_EACH_BAD(p)
	{
		REFUSES(readlink("l", (char *)p, 100), p);
	}
	EQ(unlink("l"), 0);
}

TEST(pointer, results_into_text_are_refused)
{
	static const int steps[] = { 0, 8, 0x100 };
	long pid, file = open("/README", O_RDONLY);

	CHECK(file >= 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		void *text = (void *)(word)steps[i];
		unsigned char before = load8(steps[i]);
		int fd[2];

		REFUSED(read(file, text, 16));
		REFUSED(pipe(text));
		REFUSED(fstat(0, text));
		REFUSED(sysinfo(text));
		EQ(pipe(fd), 0);
		EQ(write(fd[1], "zzzz", 4), 4);
		CHECK(read(fd[0], text, 4) <= 0);
		EQ(close(fd[0]), 0);
		EQ(close(fd[1]), 0);
		EQ(load8(steps[i]), before);
	}
	pid = must_fork();
	if (pid == 0)
		exit(0);
	REFUSED(wait((int *)0x40));
	EQ(reap(pid), 0);
	REFUSED(read(file, (void *)((word)etext - 8), 8));
	EQ(close(file), 0);
}

TEST(pointer, text_can_be_written_from)
{
	long file = open("f", O_CREATE | O_RDWR);

	EQ(write(file, 0, 64), 64);
	EQ(close(file), 0);
	file = open("f", O_RDONLY);
	EQ(read(file, scratch, 64), 64);
	for (int i = 0; i < 64; i++)
		EQ(load8(i), scratch[i]);
	EQ(close(file), 0);
	EQ(unlink("f"), 0);
}

/* The address of the last byte of the heap; the break is the page boundary after it. */
static unsigned char *last_byte(void)
{
	word brk = sbrk(0, EAGER);

	if (brk % PAGE)
		EQ(sbrk(PAGE - brk % PAGE, EAGER), brk);
	EQ(sbrk(PAGE, EAGER), (brk + PAGE - 1) & -PAGE);
	return (unsigned char *)sbrk(0, EAGER) - 1;
}

TEST(pointer, last_byte_of_memory)
{
	unsigned char *last = last_byte();
	long file = open("f", O_CREATE | O_RDWR);

	*last = 'q';
	EQ(write(file, last, 1), 1);
	REFUSED(write(file, last, 2));
	REFUSED(write(file, last, -1));
	EQ(close(file), 0);
	file = open("/README", O_RDONLY);
	EQ(read(file, last, 1), 1);
	REFUSED(read(file, last, 2));
	REFUSED(read(file, last + 1, 1));
	EQ(close(file), 0);
	EQ(unlink("f"), 0);
}

TEST(pointer, struct_over_the_last_byte)
{
	unsigned char *last = last_byte();

	for (int inside = 1; inside < 8; inside++) {
		REFUSED(pipe((int *)(last + 1 - inside)));
		REFUSED(sysinfo((void *)(last + 1 - inside)));
		REFUSED(fstat(0, (void *)(last + 1 - inside)));
	}
	EQ(sysinfo((void *)(last + 1 - 16)), 0);
	EQ(fstat(0, (void *)(last + 1 - 24)), 0);
}

TEST(pointer, result_need_not_be_aligned)
{
	static char space[40];
	int fd[2];

	EQ(pipe((int *)(space + 3)), 0);
	memcpy(fd, space + 3, 8);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	EQ(sysinfo((void *)(space + 5)), 0);
}

TEST(pointer, string_past_the_end)
{
	char *last = (char *)last_byte();

	*last = 'x';
	REFUSED(open(last, O_RDONLY));
	REFUSED(open(last, O_CREATE | O_WRONLY));
	REFUSED(unlink(last));
	REFUSED(mkdir(last));
	REFUSED(link(last, last));
	REFUSED(chdir(last));
	REFUSED(exec(last, (char *[]){ "x", 0 }));
	REFUSED(exec(test_self, (char *[]){ last, 0 }));
	/* and exactly at the end */
	*last = 0;
	last[-1] = '/';
	CHILD(0, EQ(chdir(last - 1), 0));
	EQ(close(open(last - 1, O_RDONLY)), 0);
}

TEST(pointer, argument_array_past_the_end)
{
	char **last = (char **)(last_byte() + 1) - 1;

	*last = "x";
	REFUSED(exec(test_self, last)); /* the NULL would be past the end */
	REFUSED(exec(test_self, (char **)((char *)last + 4)));
}

TEST(pointer, path_of_the_greatest_length)
{
	static char path[200];

	memset(path, '/', 127);
	memcpy(path + 127 - 6, "README", 7);
	EQ(strlen(path), 127);
	EQ(close(open(path, O_RDONLY)), 0);
	memset(path, '/', 128);
	memcpy(path + 128 - 6, "README", 7);
	REFUSED(open(path, O_RDONLY));
}

TEST(pointer, path_too_long)
{
	static char path[5000];

	memset(path, 'x', sizeof(path) - 1);
	for (int i = 0; i < 2; i++) {
		path[128] = i ? 'x' : 0;
		REFUSED(open(path, O_RDONLY));
		REFUSED(open(path, O_CREATE | O_WRONLY));
		REFUSED(unlink(path));
		REFUSED(mkdir(path));
		REFUSED(chdir(path));
		REFUSED(mknod(path, 1, 1));
		REFUSED(link("/README", path));
		REFUSED(link(path, "new"));
		REFUSED(symlink("x", path));
		REFUSED(symlink(path, "new"));
		REFUSED(exec(path, (char *[]){ "x", 0 }));
	}
}

TEST(pointer, length_minus_one)
{
	long file;
	int fd[2];

	file_make("f", 100, 3);
	file = open("f", O_RDWR);
	EQ(read(file, scratch, 10), 10);
	REFUSED(read(file, last_byte(), -1));
	REFUSED(read(file, scratch, -1));
	REFUSED(read(file, scratch, (int)0x80000000));
	REFUSED(write(file, scratch, -1));
	EQ(lseek(file, 0, 1), 10);
	EQ(close(file), 0);
	EQ(file_size("f"), 100);
	EQ(unlink("f"), 0);
	EQ(pipe(fd), 0);
	REFUSED(write(fd[1], scratch, -1));
	REFUSED(read(fd[0], scratch, -1)); /* returns at once, though the pipe is empty */
	EQ(write(fd[1], "ab", 2), 2);
	REFUSED(read(fd[0], scratch, -1));
	EQ(read(fd[0], scratch, 10), 2);
	file = open(".", O_RDONLY);
	REFUSED(read(file, scratch, -1));
	EQ(read(file, scratch, 1), 1);
	EQ(close(file), 0);
	REFUSED(write(1, scratch, -1));
	REFUSED(read(0, scratch, -1));
	EQ(mknod("stats", STATS, 0), 0);
	file = open("stats", O_RDWR);
	REFUSED(read(file, scratch, -1));
	REFUSED(write(file, scratch, -1));
	EQ(close(file), 0);
	EQ(unlink("stats"), 0);
}

TEST(pointer, sizes_below_zero)
{
	static struct procinfo list[NPROC];
	long file = open("f", O_CREATE | O_RDWR);
	word top = sbrk(0, EAGER);

	EQ(symlink("f", "s"), 0);
	REFUSED(readlink("s", (char *)scratch, -1));
	REFUSED(bootarg("cmd", (char *)scratch, -1));
	REFUSED(procinfo(list, -1, sizeof(struct procinfo)));
	REFUSED(ftruncate(file, -1));
	REFUSED(ecall_raw(0, (long)scratch, 0, (long)scratch, -1, 0, NR_EXPLAIN));
	REFUSED(map(0, -1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(map(0, -(long)PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	REFUSED(unmap(top & -PAGE, -1));
	REFUSED(unmap(top & -PAGE, -(long)PAGE));
	REFUSED(protect(top & -PAGE, -(long)PAGE, PROT_READ));
	REFUSED(advise(top & -PAGE, -(long)PAGE, MADV_DONTNEED));
	REFUSED(msync(top & -PAGE, -(long)PAGE));
	REFUSED(ecall_raw(top & -PAGE, -(long)PAGE, (long)scratch, 0, 0, 0, NR_MINCORE));
	REFUSED(ecall_raw(top & -PAGE, PAGE, -(long)PAGE, 1, 0, 0, NR_MREMAP));
	REFUSED(pgaccess(scratch, -1, scratch));
	EQ(sbrk(0, EAGER), top);
	EQ(close(file), 0);
	EQ(file_size("f"), 0);
	EQ(unlink("s"), 0);
	EQ(unlink("f"), 0);
}

TEST(pointer, page_given_back)
{
	word brk;
	long file;

	last_byte();
	brk = sbrk(8192, EAGER);
	*(volatile char *)(brk + PAGE) = 1;
	EQ(sbrk(-8192, EAGER), brk + 8192);
	file = open("f", O_CREATE | O_RDWR);
	REFUSED(write(file, (void *)(brk + PAGE), 1024));
	REFUSED(write(file, (void *)brk, 1));
	EQ(close(file), 0);
	file = open("/README", O_RDONLY);
	REFUSED(read(file, (void *)(brk + PAGE), 10));
	REFUSED(read(file, (void *)brk, 10));
	EQ(close(file), 0);
	EQ(unlink("f"), 0);
}

TEST(pointer, any_page_of_the_image_as_a_path)
{
	/* any bytes of the program as a path: no such file, and no crash */
	word limit = (sbrk(0, EAGER) & -PAGE) + 20 * PAGE;

	for (word p = 0; p < limit; p += PAGE)
		REFUSED(link("nosuchfile", (char *)p));
}

SLOW_TEST(pointer, many_bad_arguments_leak_nothing)
{
	char *argv[] = { (char *)0xffffffff, 0 };
	word before = free_memory();

	for (int i = 0; i < 20000; i++)
		REFUSED(exec(test_self, argv));
	EQ(free_memory(), before);
}

TEST(pointer, many_bad_writes_give_blocks_back)
{
	long file;

	for (int i = 0; i < 100; i++) {
		file = open("junk", O_CREATE | O_WRONLY);
		CHECK(file >= 0);
		REFUSED(write(file, (void *)0xffffffffff, 1));
		EQ(close(file), 0);
		EQ(unlink("junk"), 0);
	}
	file = open("junk", O_CREATE | O_WRONLY);
	EQ(write(file, "x", 1), 1);
	EQ(close(file), 0);
	EQ(unlink("junk"), 0);
}

TEST(pointer, partial_write_leaves_its_prefix)
{
	unsigned char *last = last_byte();
	long file = open("f", O_CREATE | O_RDWR);

	*last = 'P';
	REFUSED(write(file, last, 2));
	EQ(close(file), 0);
	/* the byte that could be copied is written */
	EQ(file_size("f"), 1);
	file = open("f", O_RDONLY);
	EQ(read(file, scratch, 1), 1);
	EQ(scratch[0], 'P');
	EQ(close(file), 0);
	EQ(unlink("f"), 0);
}
