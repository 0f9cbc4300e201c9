/* t_info.c - calls that report on the system: sysinfo, trace, procinfo, meminfo, boot
 * options. */
#include "lib.h"

TEST(info, sysinfo_counts_processes)
{
	word before = process_count();
	int fd[2];
	long pid;

	EQ(pipe(fd), 0);
	pid = must_fork();
	if (pid == 0) {
		read(fd[0], scratch, 1);
		exit(0);
	}
	EQ(process_count(), before + 1);
	EQ(write(fd[1], "x", 1), 1);
	EVENTUALLY(process_state(pid) == PS_ZOMBIE, 100);
	EQ(process_count(), before + 1); /* a zombie keeps its slot */
	EQ(reap(pid), 0);
	EQ(process_count(), before);
}

/* While a program goes to sleep and wakes, no run is missing from its time, and none is too
 * long.  Each round is one byte to it and one back. */
TEST(info, time_never_goes_back)
{
	int to[2], from[2];
	word last = 0;
	char c = 0;
	long pid;

	EQ(pipe(to), 0);
	EQ(pipe(from), 0);
	pid = must_fork();
	if (pid == 0) {
		close(to[1]);
		while (read(to[0], &c, 1) == 1)
			write(from[1], &c, 1);
		exit(0);
	}
	for (int i = 0; i < 3000; i++) {
		EQ(write(to[1], &c, 1), 1);
		for (int k = 0; k < 3; k++) {
			word now = process_cputime((int)pid);

			CHECK(now >= last);
			last = now;
		}
		EQ(read(from[0], &c, 1), 1);
	}
	close(to[1]);
	EQ(reap(pid), 0);
	EQ(close(to[0]), 0);
	EQ(close(from[0]), 0);
	EQ(close(from[1]), 0);
}

TEST(info, free_memory_is_whole_pages)
{
	CHECK(free_memory() > 0);
	EQ(free_memory() % PAGE, 0);
}

TEST(info, free_memory_is_stable)
{
	word before = free_memory();

	CHILD(0, exit(0));
	for (int i = 0; i < 10; i++) {
		CHILD(0, sbrk(100 * PAGE, EAGER));
		EQ(free_memory(), before);
	}
}

TEST(info, reading_a_file_costs_no_memory)
{
	word before;

	file_make("f", 40000, 1);
	sync();
	before = free_memory();
	file_check("f", 40000, 1);
	EQ(free_memory(), before);
	EQ(unlink("f"), 0);
}

TEST(info, procinfo_lists_init_and_the_caller)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo)), me = getpid();
	int seen_init = 0, seen_me = 0;

	EQ(n, process_count());
	for (long i = 0; i < n; i++) {
		if (list[i].pid == 1) {
			seen_init++;
			EQ(strcmp(list[i].name, "init"), 0);
		}
		if (list[i].pid == me) {
			seen_me++;
			EQ(list[i].state, PS_RUNNING);
			EQ(list[i].size, sbrk(0, EAGER));
			CHECK(list[i].resident > 3);
			CHECK(list[i].ppid > 1);
		}
		CHECK(list[i].name[15] == 0);
	}
	EQ(seen_init, 1);
	EQ(seen_me, 1);
	EQ(procinfo(list, 1, sizeof(struct procinfo)),
	   n); /* the number of all, whatever fits */
}

/* A program of another year knows fewer fields. */
TEST(info, procinfo_gives_records_of_the_callers_size)
{
	static struct procinfo list[NPROC];
	static unsigned char short_ones[NPROC * sizeof(struct procinfo)];
	long full = sizeof(struct procinfo), n = procinfo(list, NPROC, full);

	for (long size = 4; size < full; size += 4) {
		memset(short_ones, 0x5a, sizeof(short_ones));
		EQ(procinfo((void *)short_ones, NPROC, size), n);
		for (long i = 0; i < n; i++)
			EQ(*(int *)(short_ones + i * size), list[i].pid);
		EQ(short_ones[n * size], 0x5a);
	}
	EQ(procinfo_old(short_ones, NPROC), n);
	for (long i = 0; i < n; i++) {
		struct procinfo *p =
			(void *)(short_ones + i * offsetof(struct procinfo, started));

		EQ(p->pid, list[i].pid);
		EQ(strcmp(p->name, list[i].name), 0);
	}
	EQ(procinfo(list, NPROC, full + 1), -1);
	EQ(procinfo(list, NPROC, 0), -1);
	EQ(procinfo(list, NPROC, -1), -1);
}

TEST(info, meminfo_adds_up)
{
	struct meminfo m;

	EQ(meminfo(&m), 0);
	EQ(m.total, m.free + m.reserve + m.firmware + m.kernel + m.tables + m.anon +
			    m.cache + m.slab + m.other);
	CHECK(m.available >= m.free);
	CHECK(m.available * PAGE == free_memory());
}

TEST(info, bootarg_of_a_missing_option)
{
	char value[8];

	REFUSED(bootarg("nosuchoption", value, sizeof(value)));
	REFUSED(bootarg("", value, sizeof(value)));
}

/* The tests that drive the machine check what the traced process prints. */
TEST(info, trace_is_inherited_and_ends)
{
	EQ(trace(0), 0);
	CHILD(0, {
		EQ(trace(1 << 11), 0); /* getpid */
		getpid();
		CHILD(0, getpid());
		EQ(trace(0), 0);
		getpid();
	});
	getpid();
}

TEST(info, long_write_to_the_console_is_complete)
{
	static char text[300];

	/* blanks and a newline do not disturb the reports */
	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	EQ(write(1, text, sizeof(text)), sizeof(text));
	EQ(write(1, "", 0), 0);
}

/* Roles for the tests that drive the machine from outside. */

/* `abitest @console READS SIZE`: prints what each read of the console gives, in
 * brackets. */
ROLE(console)
{
	long reads = number(argv[2]), size = number(argv[3]);

	(void)argc;
	for (long i = 0; i < reads; i++) {
		long n = read(0, scratch, size);

		for (long k = 0; k < n; k++)
			if (scratch[k] == '\n')
				scratch[k] = '|';
		scratch[n > 0 ? n : 0] = 0;
		printf("%ld [%s]\n", n, (char *)scratch);
	}
	return 0;
}

/* `abitest @orphans`: leaves unlinked files and a directory open, says so, and stays. */
ROLE(orphans)
{
	(void)argc, (void)argv;
	for (int i = 0; i < 3; i++) {
		file_make("/orphan", 30000, 1);
		CHECK(open("/orphan", O_RDONLY) >= 0);
		EQ(unlink("/orphan"), 0);
	}
	EQ(mkdir("/orphan"), 0);
	EQ(chdir("/orphan"), 0);
	EQ(unlink("/orphan"), 0);
	EQ(sync(), 0);
	printf("orphans: ready\n");
	for (;;)
		pause(1000);
}

/* `abitest @fault ADDRESS`: loads from the address, which is hexadecimal. */
ROLE(fault)
{
	word address = 0;

	(void)argc;
	for (const char *s = argv[2]; *s; s++)
		address = address * 16 + (word)(*s <= '9' ? *s - '0' : *s - 'a' + 10);
	load8(address);
	return 0;
}

/* `abitest @trace`: calls with known results, traced. */
ROLE(trace)
{
	long pid;

	(void)argc, (void)argv;
	EQ(trace((1 << 11) | (1 << 22) | (1 << 21) | (1 << 1)), 0);
	getpid();
	close(-1);
	pid = must_fork();
	if (pid == 0) {
		getpid();
		exit(0);
	}
	reap(pid);
	EQ(trace(0), 0);
	getpid();
	return 0;
}
