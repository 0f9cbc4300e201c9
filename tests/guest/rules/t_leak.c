/* t_leak.c - no call lets out bytes of the kernel's own memory.
 *
 * A kernel built with CHECK=1 fills its stack with the byte in the caller's t6 before each
 * call; the cases fill the free frames with the same byte.  Each round uses another byte.
 * A byte of the answer that equals the round's byte in every round was never written by the
 * kernel.  Other kernels run these cases as well; there only the frames are filled.
 *
 * The structs have no padding, because assignments to the members would not write it. */
#pragma GCC diagnostic error "-Wpadded"
#include "uapi/console.h"
#include "uapi/info.h"
#include "uapi/snapshot.h"
#include "uapi/stat.h"
#pragma GCC diagnostic ignored "-Wpadded"

#include "mapping.h"
#include "vm.h"

#define ROUNDS 3
#define MARK(round) (0x35 + 0x4b * (round))
#define RECYCLED 500 /* pages: fewer than a large leaf, which would be freed as a block */

/* Makes a call with @mark in t6. */
static long marked(int mark, int number, const word arg[6])
{
	register word a0 __asm__("a0") = arg[0];
	register word a1 __asm__("a1") = arg[1];
	register word a2 __asm__("a2") = arg[2];
	register word a3 __asm__("a3") = arg[3];
	register word a4 __asm__("a4") = arg[4];
	register word a5 __asm__("a5") = arg[5];
	register word a7 __asm__("a7") = (word)number;
	register word t6 __asm__("t6") = (word)mark;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7), "r"(t6)
			 : "memory");
	return (long)a0;
}

/* Frees frames full of @mark.  The kernel chooses which of them it takes next. */
static void mark_frames(int mark)
{
	word p = anon(RECYCLED, RW);

	memset((void *)p, mark, RECYCLED * PAGE);
	EQ(unmap(p, RECYCLED * PAGE), 0);
}

static unsigned char got[ROUNDS][SNAP_PIECE];

static void compare(const char *what, long bytes)
{
	for (long i = 0; i < bytes; i++) {
		int same = 0;

		while (same < ROUNDS && got[same][i] == (unsigned char)MARK(same))
			same++;
		if (same == ROUNDS)
			FAIL("%s: byte %ld comes from the kernel's memory", what, i);
	}
}

#define OUT 0x5a5a5a5a5aul /* stands for the argument that points to the answer */

/* Call @number must fill @bytes at OUT in every round. */
static void look(const char *what, int number, const word arg[6], long bytes)
{
	for (int round = 0; round < ROUNDS; round++) {
		word real[6];
		long result;

		for (int i = 0; i < 6; i++)
			real[i] = arg[i] == OUT ? (word)got[round] : arg[i];
		memset(got[round], 0xff, sizeof(got[round]));
		mark_frames(MARK(round));
		result = marked(MARK(round), number, real);
		if (result < 0)
			FAIL("%s gives %ld", what, result);
	}
	compare(what, bytes);
}

#define LOOK(name, bytes, ...) look(#name, NR_##name, (word[6]){ __VA_ARGS__ }, bytes)

enum {
#define X(number, name, args) NR_##name = number,
	SYSCALLS(X)
#undef X
};

TEST(leak, structs)
{
	long fd = open("f", O_CREATE | O_RDWR);

	LOOK(fstat, sizeof(struct stat), fd, OUT);
	LOOK(fstat, sizeof(struct stat), 1, OUT); /* a device */
	LOOK(sysinfo, sizeof(struct sysinfo), OUT);
	LOOK(console, sizeof(struct console_info), CONSOLE_LINES, OUT);
	LOOK(usage, sizeof(struct usage), OUT);
	LOOK(meminfo, sizeof(struct meminfo), OUT);
	LOOK(procinfo, sizeof(struct procinfo), OUT, NPROC, sizeof(struct procinfo));
	LOOK(procinfo_old, offsetof(struct procinfo, started), OUT, NPROC);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(leak, padding_of_stat_is_zero)
{
	struct stat st;

	memset(&st, 0xff, sizeof(st));
	EQ(fstat(1, &st), 0);
	EQ(st.pad, 0);
}

/* All kinds of snapshots.  The whole piece is checked: the bytes after the last record stay
 * as they were. */
TEST(leak, snapshots)
{
	for (int kind = 1; kind < SNAP_NKINDS; kind++)
		if (kind != SNAP_TOUCHED)
			LOOK(snapshot, SNAP_PIECE, kind, 0,
			     kind == SNAP_FRAME || kind == SNAP_RAM ? 0x80200000 : 0, OUT,
			     SNAP_PIECE);
	LOOK(snapshot, SNAP_PIECE, SNAP_PT, 0, 0xffffffc000000000, OUT, SNAP_PIECE);
	LOOK(harvest, SNAP_PIECE, 0, 0, OUT, SNAP_PIECE);
}

TEST(leak, texts)
{
	const char *option = bootarg("cmd", (char *)scratch, SCRATCH_SIZE) < 0 ? "vmprint"
									       : "cmd";
	long fd;

	EQ(symlink("somewhere", "s"), 0);
	LOOK(readlink, SNAP_PIECE, (word) "s", OUT, SNAP_PIECE);
	LOOK(bootarg, SNAP_PIECE, (word)option, OUT, SNAP_PIECE);
	LOOK(explain, SNAP_PIECE, 0, 0, 1, OUT, SNAP_PIECE);
	EQ(mknod("stats", STATS, 0), 0);
	fd = open("stats", O_RDONLY);
	LOOK(read, 50, fd, OUT, 50);
	while (read(fd, scratch, SCRATCH_SIZE) > 0)
		; /* so that the next reader gets a new text */
	EQ(close(fd), 0);
	EQ(unlink("stats"), 0);
	EQ(unlink("s"), 0);
}

TEST(leak, masks_of_pages)
{
	word p = anon(64, RW);

	LOOK(mincore, 64, p, 64 * PAGE, OUT);
	LOOK(pgaccess, 8, p, 64, OUT);
	LOOK(pgaccess2026, 8, p, 64, OUT);
	LOOK(mincore, 64, p, 64 * PAGE, OUT);
}

TEST(leak, datagrams)
{
	EQ(bind(4000), 0);
	for (int i = 0; i < 3 * ROUNDS; i++)
		EQ(send(4001, 0x7f000001, 4000, "abc", 3), 0);
	LOOK(recv, 100, 4000, 0, 0, OUT, 100);
	LOOK(recv, 100, 4000, OUT, 0, (word)scratch, 100);
	LOOK(recv, 100, 4000, 0, OUT, (word)scratch, 100);
	EQ(unbind(4000), 0);
}

/* Two descriptors, and four bytes of status. */
TEST(leak, pipe_and_wait)
{
	int round = 0;

	for (; round < ROUNDS; round++) {
		int *fd = (int *)got[round];

		memset(fd, 0xff, 16);
		EQ(marked(MARK(round), NR_pipe, (word[6]){ (word)fd }), 0);
		EQ(close(fd[0]), 0);
		EQ(close(fd[1]), 0);
	}
	compare("pipe", 16);
	for (round = 0; round < ROUNDS; round++) {
		long pid = must_fork();

		if (pid == 0)
			exit(7);
		memset(got[round], 0xff, 16);
		EQ(marked(MARK(round), NR_wait, (word[6]){ (word)got[round] }), pid);
	}
	compare("wait", 16);
}

/* Reading a directory gives the entries as they are on the disk. */
TEST(leak, directories)
{
	long fd;

	for (int round = 0; round < ROUNDS; round++) {
		int mark = MARK(round);

		EQ(marked(mark, NR_mkdir, (word[6]){ (word) "d" }), 0);
		EQ(marked(mark, NR_symlink, (word[6]){ (word) "to", (word) "d/s" }), 0);
		EQ(marked(mark, NR_link, (word[6]){ (word) "d/s", (word) "d/l" }), 0);
		EQ(marked(mark, NR_rename, (word[6]){ (word) "d/l", (word) "d/r" }), 0);
		memset(got[round], 0xff, 2048);
		fd = open("d", O_RDONLY);
		EQ(read(fd, got[round], 2048), 5 * 16);
		EQ(close(fd), 0);
		EQ(unlink("d/s"), 0);
		EQ(unlink("d/r"), 0);
		EQ(unlink("d"), 0);
	}
	compare("a directory", 2048);
}

/* A page that a program gets, by whatever call, was used by others before, and must be
 * cleared. */
static void check_page(const char *what, const unsigned char *page, long from)
{
	for (long i = from; i < (long)PAGE; i++)
		if (page[i])
			FAIL("%s: byte %ld is %d", what, i, page[i]);
}

TEST(leak, pages)
{
	const unsigned char *heap, *file;
	word p;
	long fd;

	mark_frames(MARK(0));
	heap = (void *)pages_new(64, EAGER);
	for (int i = 0; i < 64; i++)
		check_page("heap", heap + i * PAGE, 0);
	mark_frames(MARK(1));
	heap = (void *)pages_new(64, LAZY);
	p = anon(64, RW);
	for (int i = 0; i < 64; i++) {
		check_page("lazy heap", heap + i * PAGE, 0);
		check_page("anonymous", (void *)(p + i * PAGE), 0);
	}
	fd = open("f", O_CREATE | O_RDWR);
	mark_frames(MARK(2));
	EQ(write(fd, "abc", 3), 3);
	p = map(0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	check_page("end of a new file", (void *)p, 3);
	EQ(ftruncate(fd, 2000), 0);
	check_page("file made longer", (void *)p, 3);
	EQ(unmap(p, PAGE), 0);
	EQ(close(fd), 0);
	file = (void *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check_page("shared", file, 0);
	EQ(unlink("f"), 0);
}

TEST(leak, usyscall_page)
{
	mark_frames(MARK(0));
	CHILD(0, check_page("USYSCALL", (void *)USYSCALL, sizeof(struct usyscall)));
}

/* `abitest @fresh`: checks that the stack is zero below the arguments. */
ROLE(fresh)
{
	word page = start_regs[2] & -PAGE;

	(void)argc;
	(void)argv;
	for (word p = page; p < page + 1024; p++)
		if (load8(p))
			return 1;
	return 0;
}

TEST(leak, stack_of_a_program)
{
	mark_frames(MARK(0));
	CHILD(0, {
		exec(test_self, (char *[]){ "abitest", "@fresh", 0 });
		exit(2);
	});
}
