/* t_limit.c - all memory taken: calls fail cleanly, and every page comes back. */
#include "lib.h"

#define MEGA (1 << 20)

/* Grows the heap until no page is free, and touches it; returns the number of pages. */
static long take_all(void)
{
	long pages = 0, brk;

	heap_eager();
	for (int step = 64 * MEGA; step >= (int)PAGE; step /= 4)
		while ((brk = sbrk(step, EAGER)) != -1) {
			for (word p = brk; p < (word)brk + step; p += PAGE)
				store8(p, 1);
			pages += step / PAGE;
		}
	return pages;
}

/* The number of pages that a child can get.  The child sends it through a pipe. */
static long pages_obtainable(void)
{
	long pages = 0, pid;
	int fd[2];

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		pages = take_all();
		EQ(write(fd[1], &pages, sizeof(pages)), sizeof(pages));
		exit(0);
	}
	EQ(close(fd[1]), 0);
	EQ(read(fd[0], &pages, sizeof(pages)), sizeof(pages));
	EQ(close(fd[0]), 0);
	EQ(reap(pid), 0);
	return pages;
}

SLOW_TEST(limit, as_many_pages_every_time)
{
	long first = pages_obtainable();

	CHECK(first > 2000);
	for (int i = 0; i < 3; i++)
		EQ(pages_obtainable(), first);
}

SLOW_TEST(limit, nothing_is_free_at_the_end)
{
	CHILD(0, {
		take_all();
		EQ(free_memory(), 0);
		REFUSED(sbrk(PAGE, EAGER));
		EQ(free_memory(), 0);
		CHECK(sbrk(-(int)PAGE, EAGER) != -1);
		EQ(free_memory(), PAGE);
		CHECK(sbrk(PAGE, EAGER) != -1);
		EQ(free_memory(), 0);
	});
}

SLOW_TEST(limit, caches_give_their_pages_back)
{
	long before;

	file_make("c", 3000, 1); /* its pages are ours from here on */
	file_check("c", 3000, 1);
	EQ(unlink("c"), 0);
	before = pages_obtainable();
	/* fill all caches: file pages, directory blocks, names */
	for (int i = 0; i < 5; i++) {
		char name[] = { 'c', '0' + i, 0 };

		file_make(name, 150000, i);
		file_check(name, 150000, i);
	}
	sync();
	EQ(pages_obtainable(), before);
	for (int i = 0; i < 5; i++) {
		char name[] = { 'c', '0' + i, 0 };

		file_check(name, 150000, i);
		EQ(unlink(name), 0);
	}
	EQ(pages_obtainable(), before);
}

/* Calls @what in a child that has taken all memory but @spare pages. */
static void starved(int spare, void (*what)(void))
{
	long pid = must_fork();

	if (pid == 0) {
		long pages;

		memset(scratch, 0, SCRATCH_SIZE); /* its pages are the child's own now */
		pages = take_all();
		CHECK(pages > spare);
		if (spare)
			sbrk(-spare * (int)PAGE, EAGER);
		what();
		exit(0);
	}
	EQ(reap(pid), 0);
}

static void try_fork(void)
{
	long pid = fork();

	if (pid == 0)
		exit(0);
	if (pid > 0)
		CHECK(wait(0) == pid);
	else
		EQ(pid, -1);
}

SLOW_TEST(limit, fork_without_memory)
{
	for (int spare = 0; spare < 15; spare++)
		starved(spare, try_fork);
}

static void try_exec(void)
{
	close(1);
	exec("/echo", (char *[]){ "echo", "x", 0 });
	exit(0);
}

SLOW_TEST(limit, exec_without_memory)
{
	for (int spare = 0; spare < 15; spare++) {
		long pid = must_fork();

		/* fails, or works, or starts and is killed for want of a page */
		if (pid == 0) {
			take_all();
			sbrk(-spare * (int)PAGE, EAGER);
			try_exec();
		}
		reap(pid);
	}
}

static void try_pipe(void)
{
	int fd[2];

	if (pipe(fd) == 0) {
		CHECK(write(fd[1], "x", 1) == 1);
		CHECK(read(fd[0], scratch, 1) == 1);
		close(fd[0]);
		close(fd[1]);
	}
}

SLOW_TEST(limit, pipe_without_memory)
{
	for (int spare = 0; spare < 3; spare++)
		starved(spare, try_pipe);
}

static void try_files(void)
{
	long fd = open("f", O_CREATE | O_RDWR);

	/* what is read is what was written, even if memory is short */
	if (fd >= 0) {
		long wrote = write(fd, "0123456789", 10);

		CHECK(wrote == 10 || wrote == -1);
		close(fd);
		if (wrote == 10) {
			fd = open("f", O_RDONLY);
			if (fd >= 0 && read(fd, scratch, 20) == 10)
				CHECK(memcmp(scratch, "0123456789", 10) == 0);
			close(fd);
		}
	}
	fd = open("/", O_RDONLY);
	if (fd >= 0) {
		while (read(fd, scratch, 512) > 0)
			;
		close(fd);
	}
	unlink("f");
}

SLOW_TEST(limit, files_without_memory)
{
	for (int spare = 0; spare < 4; spare++)
		starved(spare, try_files);
	unlink("f");
}

SLOW_TEST(limit, growth_that_fails_is_undone)
{
	enum { ASKERS = 10 };
	long pid[ASKERS];
	int go[2], done[2], stop[2];
	word before, got, sum = 0;
	char c;

	/* several ask for half of memory at once; a call that fails takes nothing */
	EQ(pipe(go), 0);
	EQ(pipe(done), 0);
	EQ(pipe(stop), 0);
	for (int i = 0; i < ASKERS; i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			word half;

			close(go[1]);
			close(stop[1]);
			read(go[0], &c, 1);
			half = free_memory() / 2 & -PAGE;
			half = half > 1ul << 30 ? 1ul << 30 : half;
			got = sbrk((int)half, EAGER) != -1 ? half : 0;
			write(done[1], &got, sizeof(got));
			read(stop[0], &c, 1);
			exit(0);
		}
	}
	before = free_memory();
	close(go[1]);
	for (int i = 0; i < ASKERS; i++) {
		EQ(read(done[0], &got, sizeof(got)), sizeof(got));
		sum += got;
	}
	/* beside the memory itself its tables, and a few pages for each process */
	CHECK(before - free_memory() <= sum + sum / 256 + ASKERS * 16 * PAGE);
	close(stop[1]);
	for (int i = 0; i < ASKERS; i++)
		EQ(reap(pid[i]), 0);
}

SLOW_TEST(limit, copy_on_write_without_memory)
{
	long pid = must_fork();

	if (pid == 0) {
		word size = free_memory() * 2 / 3 & -PAGE, brk, child;

		if (size > 1ul << 30)
			exit(0);
		brk = sbrk((int)size, EAGER);
		CHECK(brk != (word)-1);
		for (word p = brk; p < brk + size; p += PAGE)
			*(volatile word *)p = p;
		/* fork may fail, or share; then one of the two finds no memory and is
		 * killed */
		child = fork();
		if (child == 0) {
			for (word p = brk; p < brk + size; p += PAGE)
				*(volatile word *)p = 1;
			exit(0);
		}
		if ((long)child > 0)
			wait(0);
		for (word p = brk; p < brk + size; p += PAGE)
			CHECK(*(volatile word *)p == p);
		exit(0);
	}
	EQ(reap(pid), 0);
}

SLOW_TEST(limit, fork_of_two_thirds_of_memory)
{
	char mode[16];

	/* only copy-on-write can do that */
	if (bootarg("fork", mode, sizeof(mode)) > 0 && strncmp(mode, "copy", 4) == 0)
		return;
	for (int i = 0; i < 3; i++) {
		CHILD(0, {
			word size = free_memory() * 2 / 3 & -PAGE, brk;

			if (size > 1ul << 30)
				size = 1ul << 30;
			brk = sbrk((int)size, EAGER);
			CHECK(brk != (word)-1);
			for (word p = brk; p < brk + size; p += PAGE)
				*(volatile word *)p = getpid();
			CHILD(0, exit(0));
			for (word p = brk; p < brk + size; p += PAGE)
				CHECK(*(volatile word *)p == (word)getpid());
		});
	}
}

SLOW_TEST(limit, partial_write_survives_eviction)
{
	word last = (sbrk(2 * PAGE, EAGER) + 2 * PAGE - 1) & -PAGE;
	long fd;

	sbrk(-(int)((word)sbrk(0, EAGER) - last), EAGER);
	store8(last - 1, 'Q');
	fd = open("f", O_CREATE | O_RDWR);
	CHECK(fd >= 0);
	REFUSED(write(fd, (void *)(last - 1), 2)); /* the second byte is not there */
	EQ(close(fd), 0);
	pages_obtainable(); /* no cache keeps anything through that */
	EQ(file_size("f"), 1);
	fd = open("f", O_RDONLY);
	EQ(read(fd, scratch, 10), 1);
	EQ(scratch[0], 'Q');
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

SLOW_TEST(limit, forks_and_programs_while_memory_runs_out)
{
	long hog = must_fork(), eaters[3];

	/* one takes and gives back all memory, others start programs, which works or
	 * fails */
	if (hog == 0)
		for (;;) {
			long pages = take_all();

			sbrk((int)(-pages * (long)PAGE), EAGER);
		}
	for (int i = 0; i < 3; i++) {
		eaters[i] = must_fork();
		for (int k = 0; eaters[i] == 0 && k < 60; k++) {
			long pid = fork();

			if (pid == 0) {
				close(1);
				exec("/echo", (char *[]){ "echo", "x", 0 });
				exit(3);
			}
			if (pid > 0)
				CHECK(wait(0) == pid);
		}
		if (eaters[i] == 0)
			exit(0);
	}
	for (int i = 0; i < 3; i++) {
		int status = reap(eaters[i]);

		/* an eater may find no page for its own copy of the stack */
		CHECK(status == 0 || status == KILLED);
	}
	EQ(kill(hog), 0);
	EQ(reap(hog), KILLED);
}
