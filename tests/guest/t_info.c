/* t_info.c - calls that tell about the system: sysinfo, trace, procinfo, meminfo, boot
 * args. */
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
	EQ(process_count(), before + 1); /* a zombie has its slot */
	EQ(reap(pid), 0);
	EQ(process_count(), before);
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

TEST(info, procinfo_knows_us)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC), me = getpid();
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
	EQ(procinfo(list, 1), n); /* how many there are, whatever fits */
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

TEST(info, bootarg_that_is_not_there)
{
	char value[8];

	REFUSED(bootarg("nosuchoption", value, sizeof(value)));
	REFUSED(bootarg("", value, sizeof(value)));
}

/* What the traced process prints is looked at by the tests that drive the machine. */
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

TEST(info, console_writes_whole)
{
	static char text[300];

	/* carriage returns and blanks: nothing that disturbs the reports */
	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\n';
	EQ(write(1, text, sizeof(text)), sizeof(text));
	EQ(write(1, "", 0), 0);
}
