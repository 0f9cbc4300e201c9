/* t_vm_kernel.c - a program can neither read, write nor run the kernel's pages, wherever
 * they are mapped; and what the kernel does for a program follows the program's
 * mappings. */
#include "vm.h"

#define DIRECT 0xffffffc000000000ul /* + physical address */
#define STACKS 0xffffffe000000000ul
#define PLIC 0x0c000000ul
#define UART 0x10000000ul
#define IMAGE 0xffffffff80200000ul
#define RAM 0x80000000ul

/* The sizes are those of the smallest machine; larger machines have more of the same. */
static const struct {
	const char *what;
	word start, bytes, step;
} parts[] = {
	{ "direct map", DIRECT + RAM, 64ul << 20, 5ul << 20 },
	{ "tables and stacks in the direct map", DIRECT + RAM + (48ul << 20), 16ul << 20,
	  3ul << 20 },
	{ "image in the direct map", DIRECT + RAM + (2ul << 20), 0x60000, 0x11000 },
	{ "kernel image", IMAGE, 0x60000, 0x9000 },
	{ "devices", DIRECT + UART, 0x9000, 0x1000 },
	{ "interrupt controller", DIRECT + PLIC, 0x3000, 0x1000 },
	{ "kernel stacks", STACKS, 0x40000, 0xb000 },
	{ "trap pages", TRAPFRAME, 2 * PAGE, PAGE },
	{ "top of the user half", MAXVA - 8 * PAGE, 5 * PAGE, PAGE },
	{ "after the user half", MAXVA, 4 * PAGE, PAGE },
};

#define FOR_EACH_PAGE(p)                                      \
	for (size_t part_ = 0; part_ < COUNT(parts); part_++) \
		for (word p = parts[part_].start;             \
		     p < parts[part_].start + parts[part_].bytes; p += parts[part_].step)

/* Runs the access in a child, which must be killed. */
#define DIES(p, ...)                                                          \
	do {                                                                  \
		long pid_ = must_fork();                                      \
		int status_;                                                  \
		if (pid_ == 0) {                                              \
			__VA_ARGS__;                                          \
			exit(0);                                              \
		}                                                             \
		status_ = reap(pid_);                                         \
		if (status_ != KILLED)                                        \
			FAIL("%p: child ends with %d", (void *)(p), status_); \
	} while (0)

TEST(kernel, pages_cannot_be_read)
{
	FOR_EACH_PAGE(p)
	{
		DIES(p, load8(p));
	}
}

TEST(kernel, pages_cannot_be_written)
{
	FOR_EACH_PAGE(p)
	{
		DIES(p + 2040, store8(p + 2040, 0xff));
	}
}

TEST(kernel, pages_cannot_run)
{
	FOR_EACH_PAGE(p)
	{
		DIES(p, jump(p));
	}
}

TEST(kernel, pages_have_no_entry_for_the_program)
{
	FOR_EACH_PAGE(p)
	{
		long entry = pgpte((void *)p);

		if (entry & PTE_U || (entry && p < TRAPFRAME))
			FAIL("%p: entry %lx", (void *)p, entry);
		EQ(entry != 0, p >= TRAPFRAME && p < MAXVA);
	}
}

/* All mappings of the kernel half, as the kernel reports them: no leaf has U, and none
 * can be both written and run. */
TEST(kernel, half_has_no_page_for_programs)
{
	static union {
		struct snap_header header;
		char bytes[SNAP_PIECE];
	} buf;
	const struct snap_entry *e = (void *)(&buf.header + 1);
	word at = DIRECT;
	int leaves = 0;

	while (at != SNAP_END) {
		CHECK(snapshot(SNAP_PT, 0, at, &buf, sizeof(buf)) >= 0);
		for (unsigned i = 0; i < buf.header.count; i++) {
			CHECK(!(e[i].pte & PTE_U));
			CHECK((e[i].pte & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
			leaves += e[i].what == SNAP_LEAF;
		}
		CHECK(buf.header.next > at);
		at = buf.header.next;
	}
	CHECK(leaves > 100); /* the stacks alone */
}

/* With isolate=on, user mode has a root table of its own. */
TEST(kernel, roots_are_as_the_option_says)
{
	static union {
		struct snap_header header;
		char bytes[SNAP_PIECE];
	} buf;

	CHECK(snapshot(SNAP_PT, 0, 0, &buf, sizeof(buf)) > 0);
	if (booted("isolate", "on")) {
		EQ(buf.header.flags, SNAP_ISOLATED);
		CHECK(buf.header.user_root != 0 && buf.header.user_root != buf.header.root);
	} else {
		EQ(buf.header.flags, 0);
		EQ(buf.header.user_root, 0);
	}
}

/* Every page of an address space is freed, those of its tables included. */
TEST(kernel, tables_of_a_space_come_back)
{
	word free = free_memory();

	for (int i = 0; i < 8; i++)
		CHILD(0, {
			word brk = sbrk(0, EAGER);

			/* each 2 MiB that is touched takes a table */
			CHECK(sbrk(1 << 30, LAZY) != -1);
			for (int n = 0; n < 100; n++)
				store8(brk + n * (10ul << 20), 1);
			CHECK(free_memory() <= free - 200 * PAGE);
		});
	EQ(free_memory(), free);
}

/* The kernel's copies see a change of the mapping at once, as the program does. */
TEST(kernel, sees_changes_of_the_mapping_at_once)
{
	word page = pages_new(1, EAGER);
	int fd[2];

	EQ(pipe(fd), 0);
	for (int i = 0; i < 100; i++) {
		store8(page, i);
		EQ(write(fd[1], (void *)page, 1), 1);
		EQ(sbrk(-(int)PAGE, EAGER), page + PAGE);
		CHECK(write(fd[1], (void *)page, 1) <= 0);
		EQ(sbrk(PAGE, i % 2 ? EAGER : LAZY), page);
		EQ(write(fd[1], (void *)page, 1), 1);
		EQ(read(fd[0], (void *)page, 1), 1);
		EQ(load8(page), i);
		EQ(read(fd[0], (void *)(page + 1), 1), 1);
		EQ(load8(page + 1), 0); /* new memory is zero */
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* The kernel is the first to write a child's copy-on-write page. */
TEST(kernel, writes_go_to_the_writers_copy)
{
	word page = pages_new(1, EAGER);
	int fd[2];

	EQ(pipe(fd), 0);
	store8(page, 1);
	EQ(write(fd[1], "23", 2), 2);
	CHILD(0, {
		EQ(read(fd[0], (void *)page, 1), 1);
		EQ(load8(page), '2');
	});
	EQ(load8(page), 1);
	if (must_fork() == 0) {
		pause(1);
		exit(load8(page));
	}
	EQ(load8(page), 1); /* loads a translation that the write must not use */
	EQ(read(fd[0], (void *)page, 1), 1);
	EQ(load8(page), '3');
	{
		int status = 0;

		wait(&status);
		EQ(status, 1);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}
