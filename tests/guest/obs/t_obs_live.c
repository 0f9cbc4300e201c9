/* t_obs_live.c - looking at other processes while they live, change and die, and the
 * harvest of access bits. */
#include "t_obs.h"

#define PAGES 40
#define FLAG_BITS (SNAP_RUN_TOUCHED | SNAP_RUN_DIRTY)

static struct snap_run runs[MAX_ENTRIES];

/* Flags of the page at @va in the @n runs of the last harvest; -1 if no run has it. */
static int harvested(word va, int n)
{
	for (int i = 0; i < n; i++)
		if (va >= runs[i].va && va < runs[i].va + runs[i].pages * PAGE)
			return (int)runs[i].flags;
	return -1;
}

static int harvest_all(int pid)
{
	struct snap_query q = { SNAP_TOUCHED, pid, 0, SNAP_PIECE };

	return snap_all(&q, runs, MAX_ENTRIES);
}

/* --- another process ----------------------------------------------------- */

/* A child that waits for its pipe to be closed, after storing to page 0 of @heap. */
static long child_start(int fd[2], word heap)
{
	int ready[2];
	long pid;
	char c;

	EQ(pipe(fd), 0);
	EQ(pipe(ready), 0);
	pid = must_fork();
	if (pid == 0) {
		close(fd[1]);
		close(ready[0]);
		store8(heap, 2);
		write(ready[1], "r", 1);
		close(ready[1]);
		read(fd[0], &c, 1);
		exit(0);
	}
	close(fd[0]);
	close(ready[1]);
	EQ(read(ready[0], &c, 1), 1);
	EQ(read(ready[0], &c, 1), 0); /* until then the pipe is the child's, too */
	close(ready[0]);
	return pid;
}

static void child_end(long pid, int fd[2])
{
	close(fd[1]);
	EQ(reap((int)pid), 0);
}

TEST(obs, table_of_another)
{
	word heap = (word)sbrk(2 * PAGE, EAGER);
	struct snap_entry mine[2], its[2];
	char fork_option[8] = "";
	int fd[2], copies;
	long pid;

	bootarg("fork", fork_option, sizeof(fork_option));
	copies = strcmp(fork_option, "copy") == 0;
	store8(heap, 1);
	store8(heap + PAGE, 1);
	pid = child_start(fd, heap);
	for (int i = 0; i < 2; i++) {
		mine[i] = entry_of(0, heap + i * PAGE);
		its[i] = entry_of((int)pid, heap + i * PAGE);
		EQ(its[i].what, SNAP_LEAF);
		EQ(its[i].area, SNAP_AREA_HEAP);
	}
	CHECK(mine[0].pa != its[0].pa); /* it was written */
	CHECK(its[0].pte & PTE_W);
	EQ(its[0].users, 1);
	EQ(mine[1].pa == its[1].pa, !copies);
	EQ(its[1].users, copies ? 1 : 2);
	EQ(mine[1].users, copies ? 1 : 2);
	EQ((its[1].pte & PTE_W) != 0, copies);
	CHECK(entry_of((int)pid, TRAPFRAME).pa != entry_of(0, TRAPFRAME).pa);
	CHECK(entry_of((int)pid, USYSCALL).pa != entry_of(0, USYSCALL).pa);
	EQ(area_of((int)pid, heap).shared > 0, !copies);
	child_end(pid, fd);
}

TEST(obs, a_zombie_has_no_table)
{
	static union piece piece;
	long pid = must_fork();

	if (pid == 0)
		exit(0);
	EVENTUALLY(process_state((int)pid) == PS_ZOMBIE, 100);
	EQ(snapshot(SNAP_PT, (int)pid, 0, &piece, sizeof(piece)), -1);
	EQ(snapshot(SNAP_AREAS, (int)pid, 0, &piece, sizeof(piece)), -1);
	EQ(harvest((int)pid, 0, &piece, sizeof(piece)), -1);
	EQ(reap((int)pid), 0);
	EQ(snapshot(SNAP_PT, (int)pid, 0, &piece, sizeof(piece)), -1);
}

/* Looking at another process neither takes memory nor gives any to it. */
TEST(obs, looking_costs_no_memory)
{
	word heap = (word)sbrk(PAGE, EAGER), before;
	static union piece piece;
	int fd[2];
	long pid = child_start(fd, heap);

	snapshot(SNAP_PT, (int)pid, 0, &piece, sizeof(piece));
	before = free_memory();
	for (int i = 0; i < 100; i++) {
		CHECK(snapshot(SNAP_PT, (int)pid, 0, &piece, sizeof(piece)) > 0);
		CHECK(snapshot(SNAP_AREAS, (int)pid, 0, &piece, sizeof(piece)) > 0);
		CHECK(harvest((int)pid, 0, &piece, sizeof(piece)) > 0);
		CHECK(snapshot(SNAP_PT, (int)pid, 0, 0, SNAP_PIECE) == -1);
	}
	EQ(free_memory(), before);
	child_end(pid, fd);
}

ROLE(obs_exec)
{
	(void)argc;
	(void)argv;
	return 5;
}

/* Forks, execs and ends, over and over, until @until ns. */
static void churn(long until)
{
	char *args[] = { (char *)test_self, "@obs_exec", 0 };

	while (clock() < until) {
		long pid = must_fork();

		if (pid == 0) {
			sbrk(20 * PAGE, EAGER);
			if (getpid() % 2)
				exec(test_self, args);
			exit(0);
		}
		wait(0);
	}
	exit(0);
}

static int process_newest(void)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo));
	int newest = 0;

	for (long i = 0; i < n; i++)
		newest = list[i].pid > newest ? list[i].pid : newest;
	return newest;
}

/* Looks at every process that may exist, whatever it is doing. */
static void look_around(long until, int first)
{
	static union piece piece;

	while (clock() < until) {
		for (int pid = first; pid < first + 20 && clock() < until; pid++) {
			word start = 0;

			while (snapshot(SNAP_PT, pid, start, &piece, sizeof(piece)) >= 0) {
				EQ(piece.header.pid, pid);
				if (piece.header.next == SNAP_END)
					break;
				start = piece.header.next;
			}
			snapshot(SNAP_AREAS, pid, 0, &piece, sizeof(piece));
			harvest(pid, 0, &piece, sizeof(piece));
		}
		first = process_newest() - 5;
	}
	exit(0);
}

static void look_while_they_die(int lookers, long ns)
{
	long until = clock() + ns;
	int first = (int)getpid();

	for (int i = 0; i < 2; i++)
		if (must_fork() == 0)
			churn(until);
	for (int i = 0; i < lookers; i++)
		if (must_fork() == 0)
			look_around(until, first);
	for (int i = 0, status; i < 2 + lookers; i++) {
		CHECK(wait(&status) > 0);
		EQ(status, 0);
	}
}

TEST(obs, processes_end_while_being_looked_at)
{
	look_while_they_die(1, 1000000000);
}

SLOW_TEST(obs, many_look_while_many_end)
{
	look_while_they_die(4, 10000000000);
}

TEST(obs, killed_while_looking)
{
	for (int i = 0; i < 20; i++) {
		long pid = must_fork();

		if (pid == 0)
			for (;;)
				harvest(1, 0, scratch, SNAP_PIECE);
		if (i % 2)
			pause(1);
		EQ(kill((int)pid), 0);
		EQ(reap((int)pid), KILLED);
	}
}

/* --- mappings ------------------------------------------------------------ */

TEST(obs, a_page_that_nobody_may_touch)
{
	word heap = heap_pages(3);
	struct snap_entry before = entry_of(0, heap + PAGE), e;

	EQ(mprotect(heap + PAGE, PAGE, PROT_NONE), 0);
	e = entry_of(0, heap + PAGE);
	EQ(e.what, SNAP_PARKED);
	EQ(e.pa, before.pa);
	EQ(e.users, 1);
	EQ(e.frame, before.frame);
	EQ(e.pte & (PTE_R | PTE_W | PTE_X), 0);
	EQ(area_of(0, heap + PAGE).prot, 0);
	EQ(area_of(0, heap + PAGE).resident, 1);
	EQ(harvested(heap + PAGE, harvest_all(0)), -1);
	EQ(mprotect(heap + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	EQ(entry_of(0, heap + PAGE).what, SNAP_LEAF);
	EQ(entry_of(0, heap + PAGE).pa, before.pa);
}

TEST(obs, a_mapped_file)
{
	int fd[2], file;
	word at;
	long pid;

	file_make("f", 3 * PAGE, 1);
	file = (int)open("f", O_RDWR);
	at = (word)mmap(0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, PAGE);
	CHECK((long)at > 0);
	EQ(area_of(0, at).kind, SNAP_AREA_FILE);
	EQ(area_of(0, at).offset, PAGE);
	CHECK(area_of(0, at).flags & SNAP_AREA_IS_SHARED);
	EQ(area_of(0, at).resident, 0);
	load8(at);
	EQ(entry_of(0, at).area, SNAP_AREA_FILE);
	EQ(entry_of(0, at).users, 1); /* the cache's own reference does not count */
	EQ(entry_of(0, at).refs, 2);
	EQ(area_of(0, at).private, 1);
	pid = child_start(fd, at);
	EQ(entry_of((int)pid, at).pa, entry_of(0, at).pa);
	EQ(entry_of(0, at).users, 2);
	EQ(area_of((int)pid, at).shared, 1);
	child_end(pid, fd);
	EQ(munmap(at, 2 * PAGE), 0);
	EQ(entry_of(0, at).pte, 0);
	close(file);
	EQ(unlink("f"), 0);
}

/* --- harvest ------------------------------------------------------------- */

TEST(obs, harvest_tells_the_touched_pages)
{
	word heap = heap_pages(PAGES);
	int n;

	for (int round = 0; round < 3; round++) {
		harvest_all(0);
		for (int i = 0; i < PAGES; i += 3)
			load8(heap + i * PAGE);
		for (int i = 0; i < PAGES; i += 9)
			store8(heap + i * PAGE, 1);
		n = harvest_all(0);
		for (int i = 0; i < PAGES; i++) {
			int flags = harvested(heap + i * PAGE, n);

			EQ((flags & SNAP_RUN_TOUCHED) != 0, i % 3 == 0);
			EQ((flags & SNAP_RUN_DIRTY) != 0, i % 9 == 0);
		}
		n = harvest_all(0);
		for (int i = 0; i < PAGES; i++)
			EQ(harvested(heap + i * PAGE, n) & SNAP_RUN_TOUCHED, 0);
	}
}

TEST(obs, harvest_runs_are_the_resident_pages)
{
	word heap = (word)sbrk(PAGES * PAGE, LAZY), resident = 0, listed = 0;
	struct snap_query q = { SNAP_AREAS, 0, 0, SNAP_PIECE };
	static struct snap_area areas[64];
	int n;

	for (int i = 0; i < PAGES; i += 2)
		store8(heap + i * PAGE, 1);
	n = snap_all(&q, areas, COUNT(areas));
	for (int i = 0; i < n; i++)
		if (areas[i].end <= TRAPFRAME) /* what a program can touch */
			resident += areas[i].resident;
	n = harvest_all(0);
	for (int i = 0; i < n; i++) {
		listed += runs[i].pages;
		EQ(runs[i].va % PAGE, 0);
		CHECK(i == 0 || runs[i].va >= runs[i - 1].va + runs[i - 1].pages * PAGE);
	}
	EQ(listed, resident);
	EQ(harvested(heap + PAGE, n), -1);
	CHECK(harvested(heap, n) >= 0);
}

TEST(obs, harvest_in_small_pieces_loses_nothing)
{
	word heap = heap_pages(PAGES);
	struct snap_query q = { SNAP_TOUCHED, 0, 0, 0 };
	int n;

	q.bytes = sizeof(struct snap_header) + SNAP_LEAST * sizeof(struct snap_run);
	harvest_all(0);
	for (int i = 0; i < PAGES; i += 2)
		load8(heap + i * PAGE);
	n = snap_all(&q, runs, MAX_ENTRIES);
	for (int i = 0; i < PAGES; i++)
		EQ(harvested(heap + i * PAGE, n) & SNAP_RUN_TOUCHED, i % 2 == 0);
}

/* A call that fails clears no A bit. */
TEST(obs, a_failed_harvest_clears_nothing)
{
	word heap = heap_pages(PAGES);
	word mask = 0;
	int n;

	harvest_all(0);
	for (int i = 0; i < PAGES; i++)
		load8(heap + i * PAGE);
	EQ(harvest(0, 0, 0, SNAP_PIECE), -1);
	EQ(harvest(0, 0, (void *)TRAPFRAME, SNAP_PIECE), -1);
	EQ(harvest(0, 0, runs, 10), -1);
	EQ(harvest(0, MAXVA, runs, SNAP_PIECE), -1);
	n = harvest_all(0);
	for (int i = 0; i < PAGES; i++)
		CHECK(harvested(heap + i * PAGE, n) & SNAP_RUN_TOUCHED);
	/* pgaccess() uses the same bit. */
	EQ(pgaccess((void *)heap, PAGES, &mask), 0);
	EQ(mask, 0);
	load8(heap + 5 * PAGE);
	EQ(pgaccess((void *)heap, PAGES, &mask), 0);
	EQ(mask, 1ul << 5);
	n = harvest_all(0);
	EQ(harvested(heap + 5 * PAGE, n) & SNAP_RUN_TOUCHED, 0);
}

/* The program never enters the kernel by itself.  The TLB of its hart must be flushed, or
 * later touches would not be seen. */
TEST(obs, harvest_sees_touches_on_other_harts)
{
	word heap = heap_pages(PAGES);
	long pid;
	int n;

	for (int i = 0; i < PAGES; i++)
		store8(heap + i * PAGE, 0);
	pid = must_fork();
	if (pid == 0)
		for (;;)
			for (int i = 0; i < PAGES; i += 4)
				store8(heap + i * PAGE, load8(heap + i * PAGE) + 1);
	pause(2);
	for (int round = 0; round < 20; round++) {
		harvest_all((int)pid);
		pause(1);
		n = harvest_all((int)pid);
		for (int i = 0; i < PAGES; i += 4)
			EQ(harvested(heap + i * PAGE, n), FLAG_BITS);
		for (int i = 1; i < PAGES; i += 4)
			EQ(harvested(heap + i * PAGE, n) & SNAP_RUN_TOUCHED, 0);
	}
	EQ(kill((int)pid), 0);
	EQ(reap((int)pid), KILLED);
}

/* The contents survive: clearing A changes no other bit of an entry that the program is
 * writing through at the same time. */
TEST(obs, harvest_while_it_runs_harms_nothing)
{
	word heap = heap_pages(PAGES);
	long until = clock() + 1000000000;
	long pid = must_fork();

	if (pid == 0) {
		for (unsigned char round = 1; clock() < until; round++) {
			for (int i = 0; i < PAGES; i++)
				store8(heap + i * PAGE, round);
			for (int i = 0; i < PAGES; i++)
				EQ(load8(heap + i * PAGE), round);
		}
		exit(0);
	}
	while (harvest((int)pid, 0, runs, SNAP_PIECE) >= 0)
		;
	EQ(reap((int)pid), 0);
}
