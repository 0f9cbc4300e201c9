/* t_mmap_dirty.c - stores through shared mappings that only D bits show.  A page that
 * was written back because memory was short stays writable, so later stores do not
 * fault.  While the page is in memory, read() shows the page and not the disk; the cases
 * drop it first. */
#include "mapping.h"
#include "vm.h"

enum ending { UNMAP, PROTECT, NONE, REPLACE, MOVE, EXIT, KILL, ENDINGS };

#define SPARE 16 /* pages that nobody maps */

/* A process that maps page @at and stores to it twice.  It exits, or is killed right
 * after a store. */
struct storer {
	int go[2], said[2];
	long pid;
};

static void storer_start(struct storer *s, word at, enum ending how)
{
	char c;

	EQ(pipe(s->go), 0);
	EQ(pipe(s->said), 0);
	s->pid = must_fork();
	if (s->pid == 0) {
		store8(at, '1');
		EQ(write(s->said[1], "1", 1), 1);
		EQ(read(s->go[0], &c, 1), 1);
		store8(at, '2');
		if (how == EXIT)
			exit(0);
		EQ(write(s->said[1], "2", 1), 1);
		for (;;)
			pause(1000);
	}
	EQ(read(s->said[0], &c, 1), 1);
}

static void storer_end(struct storer *s, enum ending how)
{
	char c;

	EQ(write(s->go[1], "g", 1), 1);
	if (how == KILL) {
		EQ(read(s->said[0], &c, 1), 1);
		EQ(kill((int)s->pid), 0);
	}
	EQ(reap(s->pid), how == KILL ? KILLED : 0);
	for (int i = 0; i < 2; i++) {
		EQ(close(s->go[i]), 0);
		EQ(close(s->said[i]), 0);
	}
}

static void store_and_unmap(word p, enum ending how)
{
	store8(p, '2');
	if (how == PROTECT || how == NONE)
		EQ(protect(p, PAGE, how == PROTECT ? PROT_READ : PROT_NONE), 0);
	if (how == MOVE)
		p = (word)ecall_raw((long)p, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0, 0,
				    NR_MREMAP);
	CHECK(p != ~0ul);
	if (how == REPLACE)
		EQ(map(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
	EQ(unmap(p, how == MOVE ? 2 * PAGE : PAGE), 0);
}

/* Takes all memory: dirty pages are written back, and pages that nobody maps are freed. */
static void empty_the_cache(void)
{
	struct meminfo before, after;
	long pid;

	EQ(meminfo(&before), 0);
	pid = must_fork();
	if (pid == 0) {
		for (long n = 1l << 14; n > 0; n /= 2)
			while (map(0, n * (long)PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1,
				   0) != ~0ul)
				;
		exit(0);
	}
	reap((int)pid);
	EQ(meminfo(&after), 0);
	CHECK(after.cache + ENDINGS <= before.cache);
}

static void check_pages(int fd)
{
	char c = 0;

	for (int i = 0; i < ENDINGS; i++) {
		EQ(lseek(fd, i * (long)PAGE, 0), i * (long)PAGE);
		EQ(read(fd, &c, 1), 1);
		if (c != '2')
			FAIL("page %d has %c, not 2", i, c);
	}
}

TEST(mmap, later_stores_reach_the_disk)
{
	struct storer storer[ENDINGS];
	word p[ENDINGS];
	int fd;

	file_make("m", (ENDINGS + SPARE) * PAGE, 1);
	fd = (int)open("m", O_RDWR);
	for (int i = 0; i < ENDINGS; i++) {
		p[i] = map(0, PAGE, RW, MAP_SHARED, fd, i * (long)PAGE);
		CHECK(p[i] != ~0ul);
		if (i == EXIT || i == KILL)
			storer_start(&storer[i], p[i], (enum ending)i);
		else
			store8(p[i], '1');
	}
	empty_the_cache();
	for (int i = 0; i < ENDINGS; i++)
		if (i == EXIT || i == KILL)
			storer_end(&storer[i], (enum ending)i);
		else
			store_and_unmap(p[i], (enum ending)i);
	EQ(unmap(p[EXIT], PAGE), 0);
	EQ(unmap(p[KILL], PAGE), 0);
	empty_the_cache();
	check_pages(fd);
	EQ(close(fd), 0);
	EQ(unlink("m"), 0);
}

/* The TLB must not keep a translation with D set from before the write-back. */
TEST(mmap, store_after_msync_is_seen)
{
	int fd = make_pattern(PAGE, 1);
	word p = map(0, PAGE, RW, MAP_SHARED, fd, 0);

	for (int round = 0; round < 20; round++) {
		store8(p, (unsigned char)round);
		EQ(msync(p, PAGE), 0);
		EQ(pgpte((void *)p) & PTE_D, 0);
		store8(p, (unsigned char)round);
		EQ(pgpte((void *)p) & PTE_D, PTE_D);
	}
	EQ(close(fd), 0);
	EQ(unmap(p, PAGE), 0);
	EQ(unlink("m"), 0);
}
