/* t_regress.c - faults that kernels like this one have had, one case for each.  They have
 * two common causes: a second path to user memory that ignores a state which the first path
 * handles, and a count or entry that outlives the thing it describes. */
#include "mapping.h"
#include "vm.h"

#define SPACES 4 /* processes that use the same addresses */

/* --- copyinstr into an untouched lazy page ------------------------------------------ */

/* Each call that takes a string gets one whose final NUL is on a page that nobody has
 * touched yet. */
TEST(regress, copyinstr_into_an_untouched_lazy_page)
{
	char *p = (char *)pages_new(40, LAZY) + PAGE;
	char *argv[] = { "abitest", 0, 0 };
	struct stat st;
	long fd;

	memcpy(p - 1, "f", 1);
	fd = open(p - 1, O_CREATE | O_RDWR);
	CHECK(fd >= 0);
	EQ(fstat((int)fd, &st), 0);
	EQ(st.type, T_FILE);
	EQ(close((int)fd), 0);
	p += 2 * PAGE;
	memcpy(p - 1, "f", 1);
	memcpy(p + 2 * PAGE - 1, "g", 1);
	EQ(link(p - 1, p + 2 * PAGE - 1), 0);
	p += 4 * PAGE;
	memcpy(p - 1, "g", 1);
	EQ(unlink(p - 1), 0);
	p += 2 * PAGE;
	memcpy(p - 1, "d", 1);
	EQ(mkdir(p - 1), 0);
	p += 2 * PAGE;
	memcpy(p - 1, "d", 1);
	EQ(chdir(p - 1), 0);
	p += 2 * PAGE;
	memcpy(p - 2, "..", 2);
	EQ(chdir(p - 2), 0);
	EQ(unlink("d"), 0);
	EQ(unlink("f"), 0);
	p += 2 * PAGE;
	REFUSED(open(p + PAGE, O_CREATE)); /* "" names no file */
	argv[1] = p + 4 * PAGE - 10;
	memcpy(argv[1], "@exit_with", 10);
	CHILD(41, exec(test_self, argv));
}

ROLE(exit_with)
{
	return argc == 2 && strcmp(argv[1], "@exit_with") == 0 ? 41 : 1;
}

/* --- a fault that maps into another process's table --------------------------------- */

/* Several processes have lazy pages at the same addresses.  Process i lets the kernel
 * touch only the pages with number i modulo SPACES and yields in between.  It must find
 * its own bytes on those, and the others' pages absent. */
static void touch_own_pages(word p, int i, int pipes[2])
{
	static const int pages = 16 * SPACES;
	long file = open("/README", O_RDONLY);

	CHECK(file >= 0);
	for (int n = i; n < pages; n += SPACES) {
		char byte = (char)('a' + i);

		if (n / SPACES % 2) /* two paths of the kernel that copy out */
			EQ(read((int)file, (void *)(p + n * PAGE), 1), 1);
		else
			EQ(fstat((int)file, (void *)(p + n * PAGE + 8)), 0);
		EQ(write(pipes[1], &byte, 1), 1);
		EQ(read(pipes[0], (void *)(p + n * PAGE + 1), 1), 1); /* anyone's byte */
		store8(p + n * PAGE + 2, (unsigned char)i);
	}
	for (int n = 0; n < pages; n++) {
		if (n % SPACES != i) {
			EQ(pgpte((void *)(p + n * PAGE)), 0);
			continue;
		}
		CHECK(pgpte((void *)(p + n * PAGE)) & PTE_V);
		EQ(load8(p + n * PAGE + 2), i);
		EQ(load8(p + n * PAGE + 3), 0);
	}
	EQ(close((int)file), 0);
}

TEST(regress, fault_maps_into_the_right_process)
{
	word p = pages_new(16 * SPACES, LAZY);
	long pid[SPACES];
	int pipes[2];

	EQ(pipe(pipes), 0);
	for (int i = 0; i < SPACES; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			for (int round = 0; round < 5; round++) {
				touch_own_pages(p, i, pipes);
				EQ(sbrk(-16 * SPACES * (int)PAGE, LAZY),
				   p + 16 * SPACES * PAGE);
				EQ(sbrk(16 * SPACES * (int)PAGE, LAZY), p);
			}
			exit(0);
		}
	}
	for (int i = 0; i < SPACES; i++)
		EQ(reap(pid[i]), 0);
	for (int n = 0; n < 16 * SPACES; n++)
		EQ(pgpte((void *)(p + n * PAGE)), 0); /* the parent touched none */
	EQ(close(pipes[0]), 0);
	EQ(close(pipes[1]), 0);
}

/* exec copies its arguments in while it builds another table: pages that fault in for
 * them belong in the old table. */
TEST(regress, fault_during_exec_maps_into_the_old_image)
{
	CHILD(43, {
		char **argv = (char **)pages_new(8, LAZY);

		argv[0] = "abitest";
		argv[1] = "@sees_no_page_of_before";
		argv[2] = (char *)argv + 4 * PAGE; /* "", untouched */
		exec(test_self, argv);
	});
}

ROLE(sees_no_page_of_before)
{
	word brk = (sbrk(0, EAGER) + PAGE - 1) & -PAGE;

	(void)argv;
	for (int i = 0; i < 16; i++)
		EQ(pgpte((void *)(brk + i * PAGE)), 0);
	return argc == 3 && argv[2][0] == 0 ? 43 : 1;
}

/* --- more than 255 sharers ---------------------------------------------------------- */

/* Maps one page of a file @n times, private. */
static void map_often(int fd, word at[], int n)
{
	for (int i = 0; i < n; i++) {
		at[i] = map(0, PAGE, RW, MAP_PRIVATE, fd, 0);
		CHECK(at[i] != ~0ul);
		EQ(load8(at[i]), 'A');
	}
}

/* A child of share(): starts once @gate is closed, when all children exist. */
static void sharer(int number, const word at[], int maps, const int gate[2])
{
	char byte;

	EQ(close(gate[1]), 0);
	EQ(read(gate[0], &byte, 1), 0);
	for (int i = number; i < maps; i += 100)
		store8(at[i], (unsigned char)number);
	for (int i = 0; i < maps; i++)
		EQ(load8(at[i]), i >= number && (i - number) % 100 == 0 ? number : 'A');
	exit(0);
}

/* @procs processes and their parent each map one page of a file @maps times. */
static void share(int procs, int maps)
{
	static word at[2048];
	static long pid[NPROC];
	long file = open("m", O_CREATE | O_RDWR);
	int gate[2];

	EQ(write((int)file, "A", 1), 1);
	map_often((int)file, at, maps);
	EQ(pipe(gate), 0);
	for (int i = 0; i < procs; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0)
			sharer(i, at, maps, gate);
	}
	EQ(close(gate[1]), 0);
	for (int i = 0; i < procs; i++)
		EQ(reap(pid[i]), 0);
	EQ(close(gate[0]), 0);
	for (int i = 0; i < maps; i++) {
		EQ(load8(at[i]), 'A');
		EQ(unmap(at[i], PAGE), 0);
	}
	EQ(lseek((int)file, 0, 0), 0);
	EQ(read((int)file, scratch, 10), 1);
	EQ(scratch[0], 'A');
	EQ(close((int)file), 0);
	EQ(unlink("m"), 0);
}

TEST(regress, more_than_255_sharers)
{
	share(8, 60);
}

/* 40 processes and their parent with 1,640 references each: more than sixteen bits can
 * count. */
SLOW_TEST(regress, more_than_65535_sharers)
{
	if (!booted("fork", "copy"))
		share(40, 1640);
}

/* Only fork shares anonymous memory: here with as many processes as there can be, and
 * again while some leave and others come. */
TEST(regress, as_many_sharers_as_processes)
{
	word p = pages_new(2, EAGER);
	int gate[2], n = 0;
	long pid = 1;
	char byte;

	store8(p, 'a');
	EQ(pipe(gate), 0);
	while (n < NPROC && (pid = fork()) > 0)
		n++;
	if (pid == 0) {
		EQ(close(gate[1]), 0);
		EQ(read(gate[0], &byte, 1), 0);
		EQ(load8(p), 'a');
		store8(p, 'b');
		EQ(load8(p), 'b');
		exit(0);
	}
	CHECK(n > 40);
	EQ(close(gate[1]), 0);
	for (int i = 0; i < 300; i++) {
		EQ(wait(0) > 0, 1);
		pid = must_fork();
		if (pid == 0) {
			store8(p, 'c');
			exit(0);
		}
	}
	while (n--)
		EQ(wait(0) > 0, 1);
	EQ(close(gate[0]), 0);
	EQ(load8(p), 'a');
	store8(p, 'd'); /* this is the only user left */
	EQ(load8(p), 'd');
}

/* --- kill racing fork --------------------------------------------------------------- */

static void fork_on_and_on(word p)
{
	for (int i = 0; i < 500; i++) {
		long pid = fork();

		if (pid == 0) {
			store8(p, 1);
			exit(0);
		}
		if (pid > 0) {
			store8(p, 2);
			wait(0);
		}
	}
	pause(10000);
}

/* Spins for a time that varies with @round. */
static void wait_a_little(int round)
{
	word until = time_counter() + (word)(round * 37 % 400) * 50;

	while (time_counter() < until)
		;
}

/* A kill at any point of a fork leaves nothing: the runner counts the pages, and a case
 * must leave no process. */
TEST(regress, kill_racing_fork)
{
	word p = pages_new(100, EAGER), before = process_count();

	for (word q = p; q < p + 100 * PAGE; q += PAGE)
		store8(q, 7);
	for (int round = 0; round < 200; round++) {
		long pid = must_fork();

		if (pid == 0)
			fork_on_and_on(p + (word)(round % 100) * PAGE);
		wait_a_little(round);
		EQ(kill((int)pid), 0);
		EQ(reap(pid), KILLED);
	}
	for (word q = p; q < p + 100 * PAGE; q += PAGE)
		EQ(load8(q), 7);
	EVENTUALLY(process_count() == before, 50);
}

static void race_without_memory(word p, int round)
{
	long pid;

	while (sbrk(64 * PAGE, EAGER) != -1 || sbrk(PAGE, EAGER) != -1)
		;
	EQ(sbrk(-(round % 24) * (int)PAGE, EAGER) != -1, 1);
	pid = fork();
	if (pid == 0)
		fork_on_and_on(p + (word)round * PAGE);
	if (pid < 0)
		exit(0);
	wait_a_little(round);
	EQ(kill((int)pid), 0);
	EQ(reap(pid), KILLED);
	for (word q = p; q < p + 100 * PAGE; q += PAGE)
		EQ(load8(q), 7);
}

/* The same with so little memory that each fork fails at a different point. */
SLOW_TEST(regress, kill_racing_fork_without_memory)
{
	heap_eager();
	for (int round = 0; round < 72; round++) {
		long pid = must_fork();

		if (pid == 0) {
			word p = pages_new(100, EAGER);

			for (word q = p; q < p + 100 * PAGE; q += PAGE)
				store8(q, 7);
			race_without_memory(p, round);
			exit(0);
		}
		pid = reap(pid); /* its own writes may have found no memory */
		CHECK(pid == 0 || pid == KILLED);
	}
}

/* --- a file mapping that turns anonymous in the child ------------------------------- */

/* Pages that the parent never touched fault in first in the child, and in its child:
 * they come from the file, and writes reach it. */
TEST(regress, file_mapping_stays_one_in_the_child)
{
	static const long len = 4 * PAGE;
	long file = make_pattern(len, 5);
	word p = map(0, len, RW, MAP_SHARED, (int)file, 0);
	word q = map(0, len, RW, MAP_PRIVATE, (int)file, 0);

	CHECK(p != ~0ul && q != ~0ul);
	EQ(close((int)file), 0);
	CHILD(0, {
		EQ(pattern_wrong((void *)q, PAGE, 5), -1);
		CHILD(0, {
			EQ(pattern_wrong((void *)p, len, 5), -1);
			EQ(pattern_wrong((void *)q, len, 5), -1);
			store8(p + 3 * PAGE, 'x');
			store8(q + 2 * PAGE, load8(q + 2 * PAGE) ^ 1);
		});
		EQ(load8(p + 3 * PAGE), 'x');
	});
	file = open("m", O_RDONLY);
	EQ(lseek((int)file, 3 * PAGE, 0), (long)(3 * PAGE));
	EQ(read((int)file, scratch, 1), 1);
	EQ(scratch[0], 'x');
	EQ(close((int)file), 0);
	EQ(load8(p + 3 * PAGE), 'x');
	EQ(load8(q + 3 * PAGE), 'x'); /* not copied yet, so it shows the file */
	EQ(load8(q + 2 * PAGE), load8(p + 2 * PAGE));
	EQ(unmap(p, len), 0);
	EQ(unmap(q, len), 0);
	EQ(unlink("m"), 0);
}

/* --- copyout to read-only memory ---------------------------------------------------- */

/* The kernel writes to user memory only where the program may: tried on every kind of
 * page that is present and readable. */
TEST(regress, copyout_to_read_only_memory)
{
	long file;
	word p[6];
	int fd[2];

	file_make("m", PAGE, 6);
	file = open("m", O_RDONLY);
	p[0] = (word)etext & -PAGE;
	p[1] = anon(1, RW);
	store8(p[1], 'k');
	EQ(protect(p[1], PAGE, PROT_READ), 0);
	p[2] = map(0, PAGE, PROT_READ, MAP_PRIVATE, (int)file, 0);
	p[3] = map(0, PAGE, PROT_READ, MAP_SHARED, (int)file, 0);
	p[4] = anon(1, PROT_READ);
	p[5] = pages_new(1, EAGER);
	store8(p[5], 'k');
	EQ(protect(p[5], PAGE, PROT_READ | PROT_EXEC), 0);
	EQ(pipe(fd), 0);
	for (size_t i = 0; i < COUNT(p); i++) {
		unsigned char was = load8(p[i]);

		EQ(lseek((int)file, 1, 0), 1);
		CHECK(read((int)file, (void *)p[i], 1) <= 0);
		EQ(write(fd[1], "p", 1), 1);
		CHECK(read(fd[0], (void *)p[i], 1) <= 0);
		EQ(read(fd[0], scratch, 1), 1);
		REFUSED(fstat((int)file, (void *)p[i]));
		REFUSED(sysinfo((void *)p[i]));
		REFUSED(pipe((void *)p[i]));
		EQ(load8(p[i]), was);
	}
	for (size_t i = 1; i < COUNT(p); i++)
		EQ(unmap(p[i], PAGE), 0);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
	EQ(close((int)file), 0);
	file_check("m", PAGE, 6);
	EQ(unlink("m"), 0);
}

/* A page that fork shares is write-protected, but not read-only: the kernel's write
 * makes a copy, in the parent and in the child. */
TEST(regress, copyout_to_a_page_that_fork_shares)
{
	word p = pages_new(2, EAGER);
	int fd[2];

	EQ(pipe(fd), 0);
	EQ(write(fd[1], "PQ", 2), 2);
	store8(p, 'o');
	store8(p + PAGE, 'o');
	CHILD(0, {
		EQ(read(fd[0], (void *)p, 1), 1);
		EQ(load8(p), 'P');
	});
	EQ(load8(p), 'o');
	CHILD(0, {
		word mine = p + PAGE;
		long pid = must_fork();

		if (pid == 0) {
			EQ(close(fd[1]), 0);
			while (process_state((int)pid) == 0 && load8(mine) != 'o')
				;
			exit(load8(mine) == 'o' ? 0 : 1);
		}
		EQ(read(fd[0], (void *)mine, 1), 1);
		EQ(load8(mine), 'Q');
		EQ(reap(pid), 0);
	});
	EQ(load8(p + PAGE), 'o');
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}
