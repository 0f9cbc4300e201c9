/* t_obs_faults.c - how many faults a process has had. */
#include "mapping.h"

static long faults_of(long pid)
{
	static struct procinfo list[NPROC];
	long n = procinfo(list, NPROC, sizeof(struct procinfo));

	for (long i = 0; i < n; i++)
		if (list[i].pid == pid)
			return (long)list[i].faults;
	FAIL("no such process");
}

/* Downwards, so that each page comes by a fault of its own. */
static void touch_down(volatile char *at, long pages)
{
	while (pages--)
		at[pages * (long)PAGE] = 1;
}

TEST(obs_faults, procinfo_counts_those_of_each_process)
{
	const long pages = 40;
	volatile char *at = (char *)anon(pages, PROT_READ | PROT_WRITE);
	long before;
	long pid;

	(void)faults_of(getpid()); /* touches all that it needs */
	before = faults_of(getpid());
	touch_down(at, pages);
	EQ(faults_of(getpid()), before + pages);
	touch_down(at, pages);
	EQ(faults_of(getpid()), before + pages);
	pid = must_fork();
	if (pid == 0) {
		(void)faults_of(getpid());
		CHECK(faults_of(getpid()) < pages); /* its own, from 0 on */
		before = faults_of(getpid());
		touch_down(at, pages); /* copies, unless fork has made them */
		EQ(faults_of(getpid()), before + (booted("fork", "copy") ? 0 : pages));
		exit(0);
	}
	EQ(reap(pid), 0);
}
