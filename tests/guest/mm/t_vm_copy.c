/* t_vm_copy.c - user memory in system calls, beyond the cases of t_ptr.c: results to
 * forbidden addresses, copies that end on a page that is not there, and how far such a
 * copy came.  Sources and destinations take all alignments. */
#include "mapping.h"
#include "vm.h"

#define CHUNK 200

static const word bad[] = {
	0,
	8,
	TRAMPOLINE,
	TRAMPOLINE + 4,
	TRAPFRAME,
	USYSCALL,
	MAXVA,
	1ul << 39,
	1ul << 63,
	~0ul,
	~0ul - 7,
	USYSCALL - 8,
	0x80000000,
	0x10000000,
	-PAGE,
	0x2000000000,
	0xffffffc080200000,
	0xffffffff80200000,
	0x0c000000,
	0xffffffffe0000000,
};

#define FOR_EACH_BAD(p)                                \
	for (size_t i_ = 0; i_ < COUNT(bad) + 3; i_++) \
		for (word p = bad_at(i_), once_ = 1; once_; once_ = 0)

/* The fixed addresses, then the guard page, the end of memory, and read-only text. */
static word bad_at(size_t i)
{
	if (i < COUNT(bad))
		return bad[i];
	if (i == COUNT(bad))
		return guard_page();
	if (i == COUNT(bad) + 1)
		return (sbrk(0, EAGER) + PAGE - 1) & -PAGE;
	return (word)etext - 16;
}

#define REFUSES(call, p)                                                        \
	do {                                                                    \
		long got_ = (call);                                             \
		if (got_ != -1)                                                 \
			FAIL("%s with %p gives %ld", #call, (void *)(p), got_); \
	} while (0)

TEST(copy, results_of_the_calls_that_look_inside)
{
	FOR_EACH_BAD(p)
	{
		REFUSES(pgaccess(0, 64, (void *)p), p);
		REFUSES(harvest(0, 0, (void *)p, SNAP_PIECE), p);
		for (int kind = SNAP_PT; kind <= SNAP_STATS; kind++)
			REFUSES(snapshot(kind, 0, 0, (void *)p, SNAP_PIECE), p);
		REFUSES(meminfo((void *)p), p);
		REFUSES(procinfo((void *)p, 1, sizeof(struct procinfo)), p);
		REFUSES(ecall_raw(0, 0, 0, (long)p, 64, 0, NR_EXPLAIN), p);
		REFUSES(ecall_raw(0, PAGE, (long)p, 0, 0, 0, NR_MINCORE), p);
	}
}

/* Returns a boot option with a value of more than three bytes, or NULL if this boot has
 * none. */
static const char *option_that_is_there(void)
{
	static const char *const names[] = { "cmd", "panic" };
	char value[8];

	for (size_t i = 0; i < COUNT(names); i++)
		if (bootarg(names[i], value, sizeof(value)) > 3)
			return names[i];
	return 0;
}

TEST(copy, value_of_a_boot_option)
{
	const char *name = option_that_is_there();
	char value[100];

	if (!name)
		return;
	FOR_EACH_BAD(p)
	{
		REFUSES(bootarg(name, (char *)p, 100), p);
		REFUSES(bootarg((char *)p, value, 100), p);
	}
}

TEST(copy, results_that_cross_into_an_unmapped_page)
{
	word end = pages_new(1, EAGER) + PAGE, mapped = anon(16, RW);

	for (int inside = 1; inside < 16; inside++) {
		void *p = (void *)(end - inside);

		REFUSED(pgaccess(0, 64 * 8, p));
		REFUSED(meminfo(p));
		REFUSED(procinfo(p, 1, sizeof(struct procinfo)));
		REFUSED(harvest(0, 0, p, SNAP_PIECE));
		REFUSED(snapshot(SNAP_PT, 0, 0, p, SNAP_PIECE));
		REFUSED(sysinfo(p));
		REFUSED(ecall_raw(0, 0, 0, (long)p, 64, 0, NR_EXPLAIN));
		REFUSED(ecall_raw((long)mapped, 16 * PAGE, (long)p, 0, 0, 0, NR_MINCORE));
		if (inside < 4) {
			REFUSED(wait4(-1, p, 0));
		}
	}
}

/* --- how far a copy came ------------------------------------------------------------ */

static void fill(unsigned char *to, int n)
{
	for (int i = 0; i < n; i++)
		to[i] = (unsigned char)(i * 7 + 1);
}

/* All alignments of source and destination, and all positions of the end. */
TEST(copy, pipe_takes_exactly_what_is_there)
{
	word end = pages_new(1, EAGER) + PAGE;
	int fd[2];

	EQ(pipe(fd), 0);
	fill((unsigned char *)end - CHUNK, CHUNK);
	for (int inside = 1; inside <= CHUNK; inside += inside < 80 ? 1 : 13) {
		EQ(write(fd[1], (void *)(end - inside), CHUNK + 50), inside);
		memset(scratch, 0, CHUNK);
		EQ(read(fd[0], scratch + inside % 8, CHUNK), inside);
		EQ(memcmp(scratch + inside % 8, (void *)(end - inside), inside), 0);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

TEST(copy, pipe_gives_exactly_what_fits)
{
	word end = pages_new(1, EAGER) + PAGE;
	int fd[2];

	EQ(pipe(fd), 0);
	fill(scratch, CHUNK);
	for (int inside = 1; inside < CHUNK; inside += inside < 80 ? 1 : 13) {
		unsigned char rest[CHUNK];

		EQ(write(fd[1], scratch, CHUNK), CHUNK);
		store8(end - inside - 1, 0xee);
		EQ(read(fd[0], (void *)(end - inside), CHUNK), inside);
		EQ(memcmp((void *)(end - inside), scratch, inside), 0);
		EQ(load8(end - inside - 1), 0xee);
		/* and no byte of the others is lost */
		EQ(read(fd[0], rest, CHUNK), CHUNK - inside);
		EQ(memcmp(rest, scratch + inside, CHUNK - inside), 0);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* The kernel may read the bytes around the source as parts of words.  They must not
 * appear in the result, and they must keep their values. */
static void through_pipe(const int fd[2], unsigned char *from, unsigned char *to, int n)
{
	memset(from - 8, 0xee, n + 16);
	memset(to - 8, 0xdd, n + 16);
	fill(from, n);
	if (n) {
		EQ(write(fd[1], from, n), n);
		EQ(read(fd[0], to, n), n);
	}
	EQ(memcmp(to, from, n), 0);
	for (int i = 1; i <= 8; i++) {
		EQ(to[-i], 0xdd);
		EQ(to[n + i - 1], 0xdd);
		EQ(from[-i], 0xee);
		EQ(from[n + i - 1], 0xee);
	}
}

/* Sources and destinations of every alignment and short length, across a page border.
 * The position in the pipe moves on with each write. */
TEST(copy, pipe_at_every_alignment)
{
	unsigned char *border = (unsigned char *)pages_new(4, EAGER) + PAGE;
	unsigned char *other = border + 2 * PAGE;
	int fd[2];

	EQ(pipe(fd), 0);
	for (int n = 0; n <= 40; n++)
		for (int a = 0; a < 8; a++)
			for (int b = 0; b < 8; b++)
				through_pipe(fd, border - n / 2 - a, other - n / 2 - b, n);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* The missing page is in the middle of a long transfer. */
TEST(copy, file_keeps_what_came_before_the_hole)
{
	word end = pages_new(2, EAGER) + 2 * PAGE;
	long file;

	for (int inside = 1; inside < 2 * (int)PAGE; inside = inside * 3 + 1) {
		file = open("f", O_CREATE | O_RDWR | O_TRUNC);
		pattern_fill((unsigned char *)end - inside, inside, inside);
		REFUSED(write(file, (void *)(end - inside), 3 * PAGE));
		EQ(close(file), 0);
		EQ(file_size("f"), inside);
		file = open("f", O_RDONLY);
		EQ(read(file, scratch, sizeof(scratch)), inside);
		EQ(pattern_wrong(scratch, inside, inside), -1);
		EQ(close(file), 0);
	}
	EQ(unlink("f"), 0);
}

TEST(copy, console_writes_what_is_there)
{
	word end = pages_new(1, EAGER) + PAGE;

	memcpy((void *)(end - 8), "\r       ", 8);
	EQ(write(1, (void *)(end - 8), 100), 8);
	REFUSED(write(1, (void *)end, 100));
}

/* --- lazily allocated memory -------------------------------------------------------- */

TEST(copy, results_on_untouched_pages)
{
	word p = pages_new(64, LAZY), page = PAGE;
	struct snap_header *header;

	EQ(fstat(0, (void *)(p + PAGE - 12)), 0); /* across a border, as are the next */
	p += 2 * page;
	EQ(sysinfo((void *)(p + PAGE - 8)), 0);
	p += 2 * page;
	EQ(meminfo((void *)(p + PAGE - 8)), 0);
	p += 2 * page;
	CHECK(procinfo((void *)(p + PAGE - 8), NPROC, sizeof(struct procinfo)) > 1);
	p += 3 * page;
	if (option_that_is_there())
		CHECK(bootarg(option_that_is_there(), (char *)(p + PAGE - 3), 200) > 3);
	p += 2 * page;
	EQ(pgaccess(0, 64, (void *)(p + PAGE - 4)), 0);
	p += 2 * page;
	header = (void *)(p + PAGE - 40);
	CHECK(snapshot(SNAP_PT, 0, 0, header, SNAP_PIECE) > 3);
	EQ(header->version, SNAP_VERSION);
	p += 3 * page;
	EQ(symlink("to/somewhere", "l"), 0);
	EQ(readlink("l", (char *)(p + PAGE - 4), 100), 12);
	EQ(memcmp((char *)(p + PAGE - 4), "to/somewhere", 12), 0);
	EQ(unlink("l"), 0);
}

TEST(copy, arguments_on_untouched_pages)
{
	word p = pages_new(4, LAZY);
	char **argv = (char **)(p + PAGE - 24);

	/* two pointers are on one page, the NULL on one that nobody has touched; the
	 * second string ends on an untouched page, too */
	argv[0] = "abitest";
	argv[1] = "@exit_argc";
	argv[2] = (char *)(p + 3 * PAGE - 3);
	memcpy(argv[2], "abc", 3);
	CHILD(3, exec(test_self, argv));
}

ROLE(exit_argc)
{
	return strcmp(argv[2], "abc") ? 99 : argc;
}

/* --- ranges that only look valid ---------------------------------------------------- */

TEST(copy, length_that_wraps)
{
	word end = pages_new(1, EAGER) + PAGE;
	static const int lengths[] = { -1, -4096, -0x7fffffff - 1, 0x7fffffff };
	long file = open("f", O_CREATE | O_RDWR);
	int fd[2];

	EQ(pipe(fd), 0);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		REFUSED(write(file, (void *)~0ul, lengths[i]));
		CHECK(read(file, (void *)~0ul, lengths[i]) <= 0);
		CHECK(read(file, (void *)(end - 1), lengths[i]) <= 0); /* an empty file */
		REFUSED(write(fd[1], (void *)~0ul, lengths[i]));
		REFUSED(write(1, (void *)(~0ul - 100), lengths[i]));
	}
	EQ(close(file), 0);
	EQ(file_size("f"), 0);
	EQ(unlink("f"), 0);
	EQ(write(fd[1], "q", 1), 1);
	EQ(read(fd[0], scratch, 100), 1);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

TEST(copy, read_only_pages_are_sources_only)
{
	static const char constant[] = "/README";
	unsigned char before = load8((word)etext - 4);
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], constant, 7), 7);
	CHECK(read(fd[0], (void *)constant, 7) <= 0);
	CHECK(read(fd[0], (void *)((word)etext - 4), 7) <= 0);
	EQ(constant[0], '/');
	EQ(load8((word)etext - 4), before);
	EQ(read(fd[0], scratch, 100), 7); /* nothing was lost */
	EQ(close(open(constant, O_RDONLY)), 0);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* A string in the last bytes below the guard page: accepted if it ends there, otherwise
 * refused. */
TEST(copy, string_up_to_the_guard_page)
{
	char *guard = (char *)guard_page();

	/* after the variables, on the last page of the data */
	CHECK((word)end <= (word)guard - 8);
	memcpy(guard - 8, "/README", 8);
	EQ(close(open(guard - 8, O_RDONLY)), 0);
	memcpy(guard - 7, "/README", 7);
	REFUSED(open(guard - 7, O_RDONLY));
	REFUSED(unlink(guard - 7));
	REFUSED(exec(guard - 7, (char *[]){ "x", 0 }));
}

/* The guard page as exec made it.  The cases above run in a child, whose guard page fork
 * made. */
ROLE(guard_after_exec)
{
	word guard = guard_page();
	int fd[2];

	EQ(argc, 2);
	EQ(pipe(fd), 0);
	for (word p = guard; p < guard + PAGE; p += 511) {
		REFUSED(write(fd[1], (void *)p, 8));
		REFUSED(open((char *)p, O_RDONLY));
		REFUSED(sysinfo((void *)p));
		REFUSED(pgaccess(0, 8, (void *)p));
	}
	EQ(pgpte((void *)guard), PTE_V); /* the lab's graders want an entry */
	return argv[1][0] == '@' ? 42 : 0;
}

TEST(copy, guard_page_right_after_exec)
{
	CHILD(42, exec(test_self, (char *[]){ "abitest", "@guard_after_exec", 0 }));
}

/* Strings of every length around a page border, at every alignment. */
TEST(copy, strings_over_a_page_border)
{
	char *border = (char *)pages_new(2, EAGER) + PAGE;

	for (int before = 0; before < 20; before++) {
		char *path = border - before;

		memset(path, '/', 24);
		memcpy(path + 18, "README", 7);
		EQ(close(open(path, O_RDONLY)), 0);
		path[24] = 'x';
		path[25] = 0;
		REFUSED(open(path, O_RDONLY));
	}
}

/* A bad pointer in one call does not affect the next, even on a machine that keeps SUM
 * set. */
TEST(copy, goes_on_after_many_faults)
{
	int fd[2];

	EQ(pipe(fd), 0);
	for (int i = 0; i < 2000; i++) {
		CHECK(write(fd[1], (void *)bad_at(i % COUNT(bad)), 8) <= 8);
		EQ(write(fd[1], "12345678", 8), 8);
		CHECK(read(fd[0], scratch, 64) >= 8);
	}
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}
