/* t_ledger.c - the ledger, which says what each frame is used for.  It adds up to the RAM
 * at any moment, and what a program takes appears in its row. */
#include "t_obs.h"

#define ROWS 96

static struct snap_use rows[ROWS];
static struct snap_count kinds[32];
static int nrows, nkinds;

static void ledger_read(void)
{
	struct snap_query q = { SNAP_LEDGER, 0, 0, SNAP_PIECE };

	nrows = snap_all(&q, rows, ROWS);
	q.kind = SNAP_FRAMES;
	nkinds = snap_all(&q, kinds, COUNT(kinds));
}

static word ram_pages(void)
{
	struct meminfo m;

	EQ(meminfo(&m), 0);
	return m.total;
}

/* Pages of one kind, by its rows. */
static word kind_pages(const char *name)
{
	word pages = 0;

	ledger_read();
	for (int i = 0; i < nrows; i++) {
		CHECK((int)rows[i].kind < nkinds);
		if (strcmp(kinds[rows[i].kind].name, name) == 0)
			pages += rows[i].pages;
	}
	return pages;
}

static word sum_rows(void)
{
	word sum = 0;

	for (int i = 0; i < nrows; i++)
		sum += rows[i].pages;
	return sum;
}

static word sum_kinds(void)
{
	word sum = 0;

	for (int i = 0; i < nkinds; i++)
		sum += kinds[i].value;
	return sum;
}

TEST(ledger, rows_are_the_ram_of_the_machine)
{
	ledger_read();
	EQ(sum_rows(), ram_pages());
	EQ(sum_kinds(), ram_pages());
	for (int i = 0; i < nkinds; i++)
		EQ(kind_pages(kinds[i].name), kinds[i].value);
}

TEST(ledger, free_rows_are_blocks_and_lists)
{
	word blocks = 0, lists = 0;

	ledger_read();
	for (int i = 0; i < nrows; i++) {
		if (strcmp(kinds[rows[i].kind].name, "free") != 0)
			continue;
		if (rows[i].count == rows[i].pages)
			lists++; /* or a row of single frames, or an empty one */
		else
			EQ(rows[i].pages % rows[i].count, 0);
		if (strncmp(rows[i].name, "blocks of ", 10) == 0) {
			if (rows[i].count)
				EQ(rows[i].pages, rows[i].count << blocks);
			blocks++;
		}
	}
	EQ(blocks, 10);
	CHECK(lists > 0);
}

/* Four programs take and give back all sorts of memory, on all harts.  Each look must see
 * one moment. */
TEST(ledger, adds_up_at_any_instant)
{
	word total = ram_pages();
	struct meminfo m;
	long pid[4];

	for (word i = 0; i < COUNT(pid); i++) {
		pid[i] = must_fork();
		while (pid[i] == 0) {
			CHECK(sbrk(700 * (int)PAGE, EAGER) > 0);
			CHILD(0, store8((word)sbrk(0, EAGER) - 1, 1));
			CHECK(sbrk(-700 * (int)PAGE, EAGER) > 0);
		}
	}
	for (int i = 0; i < 300; i++) {
		ledger_read();
		EQ(sum_rows(), total);
		EQ(sum_kinds(), total);
		EQ(meminfo(&m), 0);
		EQ(m.total, m.free + m.reserve + m.firmware + m.kernel + m.tables + m.anon +
				    m.cache + m.slab + m.other);
	}
	for (word i = 0; i < COUNT(pid); i++)
		EQ(kill((int)pid[i]), 0);
	for (word i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), KILLED);
}

TEST(ledger, memory_of_a_program_is_anon)
{
	word before, heap;

	sbrk(PAGE, EAGER);
	kind_pages("anon"); /* looking writes memory that was shared with the parent */
	before = kind_pages("anon");
	heap = (word)sbrk(100 * PAGE, EAGER);
	for (word i = 0; i < 100; i++)
		store8(heap + i * PAGE, 1);
	EQ(kind_pages("anon"), before + 100);
	CHECK(sbrk(-100 * (int)PAGE, EAGER) > 0);
	EQ(kind_pages("anon"), before);
}

TEST(ledger, a_pipe_has_two_pages)
{
	word before = kind_pages("pipe");
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(kind_pages("pipe"), before + 2);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	EQ(kind_pages("pipe"), before);
}

TEST(ledger, a_process_has_a_trap_frame_and_tables)
{
	word frames = kind_pages("trapframe"), tables = kind_pages("table");
	long pid;
	int fd[2];

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		read(fd[0], scratch, 1);
		exit(0);
	}
	EQ(kind_pages("trapframe"), frames + 1);
	CHECK(kind_pages("table") >= tables + 5);
	EQ(write(fd[1], "x", 1), 1);
	EQ(reap(pid), 0);
	EQ(kind_pages("trapframe"), frames);
	EQ(kind_pages("table"), tables);
}

static struct snap_use row_of(const char *name)
{
	ledger_read();
	for (int i = 0; i < nrows; i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i];
	FAIL("no row %s", name);
}

TEST(ledger, areas_are_objects_of_their_slab)
{
	word a = (word)mmap(0, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	word before;

	/* A process keeps the area that it had last for the next one. */
	EQ(munmap(a, 3 * PAGE), 0);
	before = row_of("vma").count;
	a = (word)mmap(0, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(a < MAXVA);
	EQ(row_of("vma").count, before);
	EQ(munmap(a + PAGE, PAGE), 0); /* two are left */
	EQ(row_of("vma").count, before + 1);
	EQ(munmap(a, 3 * PAGE), 0);
	EQ(row_of("vma").count, before);
}

/* `abitest2 @holder`: holds 8 MiB of heap, of which a child shares all but one page, until
 * both are killed.  The tests of `free -v` and `maps` look at it. */
ROLE(holder)
{
	word heap = (word)sbrk(8 << 20, EAGER);

	(void)argc;
	(void)argv;
	for (word i = 0; i < 8 << 20; i += PAGE)
		store8(heap + i, 1);
	if (must_fork() == 0)
		store8(heap, 2);
	while (pause(1000) == 0)
		;
	return 1;
}
