/* t_fuzz.c - calls drawn at random, with arguments that nearly make sense.
 *
 * Each seed is a child of its own which makes a few hundred calls in the scratch directory.
 * Their results are not checked.  The machine must survive, with as much free memory and as
 * many processes as before.  A seed that fails can be run alone: `abitest @fuzz SEED
 * [COUNT]`. */
#include "lib.h"

#define CALLS 300
#define POOL_HEAP (16 * PAGE)

/* A call and the kinds of its arguments: f descriptor, p path, c path for chdir, o modes of
 * open, b buffer, n length, i small number, k pid, m address, z page address or 0, l length
 * of memory, j flags of mmap, t ticks, v argv. */
struct call {
	short number;
	const char *kinds;
};

static const struct call calls[] = {
	{ 1, "" },        { 3, "b" },     { 4, "b" },      { 5, "fbn" },  { 5, "fbn" },
	{ 6, "k" },       { 7, "pv" },    { 8, "fb" },     { 9, "c" },    { 10, "f" },
	{ 12, "li" },     { 13, "t" },    { 15, "pi" },    { 15, "po" },  { 15, "po" },
	{ 16, "fbn" },    { 16, "fbn" },  { 17, "pii" },   { 18, "p" },   { 19, "pp" },
	{ 20, "p" },      { 21, "f" },    { 23, "b" },     { 26, "pp" },  { 27, "mlijfz" },
	{ 27, "zlijfz" }, { 28, "ml" },   { 30, "mib" },   { 33, "m" },   { 64, "" },
	{ 65, "f" },      { 66, "fni" },  { 68, "bi" },    { 69, "pp" },  { 70, "kbi" },
	{ 71, "f" },      { 72, "fn" },   { 73, "pbn" },   { 75, "pbn" }, { 76, "b" },
	{ 77, "ikmbn" },  { 78, "kmbn" }, { 79, "mli" },   { 80, "mli" }, { 81, "mli" },
	{ 82, "mlb" },    { 83, "mlli" }, { 84, "kmibn" }, { 11, "" },    { 131, "bin" },
};

static const char *const paths[] = {
	"a",
	"b",
	"d",
	"d/a",
	"d/b",
	"d/d",
	"e",
	".",
	"d/..",
	"d/.",
	"",
	"a/b",
	"no/no",
	"fourteen-chars",
	"a-name-longer-than-fourteen",
};
static const char *const directories[] = { "d", ".", "d/..", "", "no", "a" };
static const long lengths[] = { 0,    1,    7,     512, 1000,       1024,    4096,
				4097, 9000, 60000, -1,  0x7fffffff, 1l << 32 };
static const long sizes[] = { 0,     1,     4096,    8192,    -4096,  -1,
			      65536, 12345, 1 << 21, 4 << 20, -65536, 1l << 30 };
static const long pids[] = { 0, -1, 0x7fffffff, 99999, 1 << 31 };
static const int modes[] = { 0,     1,     2,      0x200,  0x201, 0x202,
			     0x601, 0x602, 0x1202, 0x2202, 0x800 };

#define ONE_OF(table, r) ((table)[next_random(r) % COUNT(table)])

static word pool_heap;

static word draw_address(uint32_t *r)
{
	static const word odd[] = { 0x80000000,
				    0xffffffc080200000,
				    0xffffffff80200000,
				    TRAMPOLINE,
				    TRAPFRAME,
				    USYSCALL,
				    MAXVA,
				    ~0ul,
				    1ul << 63 };
	word inside = next_random(r) % POOL_HEAP;

	switch (next_random(r) % 8) {
	case 0:
		return ONE_OF(odd, r);
	case 1:
		return pool_heap + POOL_HEAP - next_random(r) % 64;
	case 2:
		return (word)next_random(r) << next_random(r) % 40;
	case 3:
		return (start_regs[2] & -PAGE) - PAGE;
	default:
		return pool_heap + (next_random(r) % 2 ? inside & -PAGE : inside);
	}
}

static long draw_argv(uint32_t *r)
{
	static const char *argv[4];

	for (int i = 0; i < 3; i++)
		argv[i] = next_random(r) % 4 ? "x" : (const char *)draw_address(r);
	return (long)argv;
}

static long draw(char kind, uint32_t *r)
{
	switch (kind) {
	case 'f':
		return (long)(next_random(r) % 18) - 1;
	case 'p':
		return next_random(r) % 16 ? (long)ONE_OF(paths, r) : (long)draw_address(r);
	case 'c':
		return (long)ONE_OF(directories, r);
	case 'b':
	case 'm':
		return (long)draw_address(r);
	case 'n':
		return ONE_OF(lengths, r);
	case 'l':
		return ONE_OF(sizes, r);
	case 'k':
		return next_random(r) % 64 ? ONE_OF(pids, r) : getpid();
	case 't':
		return (long)(next_random(r) % 8 == 0) - 1;
	case 'o':
		return ONE_OF(modes, r);
	case 'j':
		return next_random(r) % 8 ? 1 + next_random(r) % 2 : next_random(r);
	case 'v':
		return draw_argv(r);
	case 'z':
		return next_random(r) % 4 ? 0 : (long)draw_address(r) & -(long)PAGE;
	default:
		return (long)(next_random(r) % 12) - 2;
	}
}

/* A path may lie in memory that other calls write to.  It must not lead out of the scratch
 * directory. */
static void pool_forget_paths(void)
{
	for (word p = pool_heap; p < pool_heap + POOL_HEAP; p++)
		if (load8(p) == '/' || load8(p) == '.')
			store8(p, '_');
}

static void make_call(uint32_t *r)
{
	const struct call *c = &ONE_OF(calls, r);
	long a[6] = { 0 }, number = c->number;

	for (int i = 0; i < 6; i++)
		a[i] = i < (int)strlen(c->kinds) ? draw(c->kinds[i], r) : next_random(r);
	if (next_random(r) % 2)
		number += SYS_NATIVE;
	if (ecall_raw(a[0], a[1], a[2], a[3], a[4], a[5], number) == 0 && c->number == 1)
		exit(0);
}

/* Writes a file to start from.  When several processes fuzz at once, another may have made
 * a directory or a device of that name; then nothing is written. */
static void scribble(const char *path, long n, uint32_t seed)
{
	int fd = open(path, O_CREATE | O_WRONLY | O_TRUNC);

	pattern_fill(scratch, n, seed);
	write(fd, scratch, n);
	close(fd);
}

static void fuzz(uint32_t seed)
{
	uint32_t r = seed * 2654435761u;
	int fd[2];

	pool_heap = (sbrk(POOL_HEAP + PAGE, EAGER) + PAGE - 1) & -PAGE;
	scribble("a", 5000, seed);
	mkdir("d");
	scribble("d/b", 300, seed);
	for (int i = 0; i < 3; i++)
		close(i);
	open("a", O_RDWR);
	open("log", O_CREATE | O_RDWR);
	open("d", O_RDONLY);
	pipe(fd);
	for (int i = 0; i < CALLS; i++) {
		make_call(&r);
		if (i % 8 == 0)
			pool_forget_paths();
	}
}

/* Waits for the child, and kills it if it sleeps for more than a tick. */
static void fuzz_wait(long pid)
{
	long since = uptime();

	while (process_state(pid) != PS_ZOMBIE) {
		if (process_state(pid) != PS_SLEEPING)
			since = uptime();
		if (uptime() - since > 1)
			kill(pid);
		pause(0);
	}
	EQ(wait(0), pid);
}

static void fuzz_seeds(uint32_t first, uint32_t count)
{
	word processes = process_count();

	process_state(1); /* the pages that these write to are ours from here on */
	directory_empty(0);
	for (uint32_t seed = first; seed < first + count; seed++) {
		word before;
		long pid;

		sync();
		before = free_memory();
		pid = must_fork();
		if (pid == 0) {
			fuzz(seed);
			exit(0);
		}
		fuzz_wait(pid);
		directory_empty(0);
		for (int tick = 0; tick < 50 && process_count() != processes; tick++)
			pause(1);
		sync();
		for (int tick = 0; tick < 50 && free_memory() != before; tick++)
			pause(1);
		if (process_count() != processes || free_memory() != before)
			FAIL("seed %d: %ld processes, not %ld; %ld bytes free, not %ld",
			     (int)seed, process_count(), processes, free_memory(), before);
	}
}

ROLE(fuzz)
{
	mkdir("/fuzz.d");
	EQ(chdir("/fuzz.d"), 0);
	fuzz_seeds((uint32_t)number(argv[2]), argc > 3 ? (uint32_t)number(argv[3]) : 1);
	EQ(chdir("/"), 0);
	EQ(unlink("/fuzz.d"), 0);
	return 0;
}

TEST(fuzz, twenty_seeds)
{
	fuzz_seeds(1, 20);
}

SLOW_TEST(fuzz, hundred_seeds)
{
	fuzz_seeds(1000, 100);
}

static void fuzz_together(int workers, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		long pid[8];

		for (int i = 0; i < workers; i++) {
			pid[i] = must_fork();
			if (pid[i] == 0) {
				fuzz(5000 + (uint32_t)(round * workers + i));
				exit(0);
			}
		}
		for (int i = 0; i < workers; i++) {
			long since = uptime();

			while (process_state(pid[i]) != PS_ZOMBIE) {
				if (uptime() - since > 8)
					kill(pid[i]);
				pause(0);
			}
		}
		for (int i = 0; i < workers; i++)
			CHECK(wait(0) > 0);
		directory_empty(0);
	}
}

SLOW_TEST(fuzz, on_the_same_files_at_once)
{
	fuzz_together(4, 12);
}
