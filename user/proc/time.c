/* time - run a command and tell how long it took */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: time [-p] COMMAND [ARGUMENT]...\n"
	"Run COMMAND, then write to standard error how many seconds passed (real) and\n"
	"how long processors ran it and what it started: its programs (user) and the\n"
	"kernel for them (sys).  Their sum is exact; 500 samples a second tell how it is\n"
	"divided, and a command of a few ms may have none: then all is user.  Where the\n"
	"processor counts instructions (./run --count), there is a line with all that\n"
	"ran meanwhile, other processes included.  The status is COMMAND's, 128 + N if\n"
	"signal N ended it; 127: not found; 126: cannot be run.\n"
	"  -p   the format of POSIX: three lines\n";

static double time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(struct timeval after, struct timeval before)
{
	return (double)(after.tv_sec - before.tv_sec) +
	       (double)(after.tv_usec - before.tv_usec) / 1e6;
}

/* How much the counter rises while a loop runs that takes 2 instructions a round. */
static unsigned long long count_loop(unsigned long rounds)
{
	unsigned long long before, after;

	__asm__ volatile("	rdinstret %0\n"
			 "1:	addi %2, %2, -1\n"
			 "	bnez %2, 1b\n"
			 "	rdinstret %1"
			 : "=&r"(before), "=&r"(after), "+&r"(rounds));
	return after - before;
}

/* QEMU gives a time as the number of instructions unless it counts them.  An interrupt may
 * fall into a loop, so there are several tries. */
static bool counts_instructions(void)
{
	for (int i = 0; i < 3; i++) {
		if (count_loop(300) - count_loop(100) == 400)
			return true;
	}
	return false;
}

static unsigned long long instructions(void)
{
	unsigned long long now;

	__asm__ volatile("rdinstret %0" : "=r"(now));
	return now;
}

int main(int argc, char **argv)
{
	struct rusage r = { 0 }, before = { 0 };
	unsigned long long count;
	bool posix = false;
	double start;
	int status;

	while (tool_getopt(argc, argv, "+ph", usage) != -1)
		posix = true;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	getrusage(RUSAGE_CHILDREN, &before); /* those from before an exec */
	start = time_now();
	count = instructions();
	status = tool_run(argv);
	count = instructions() - count;
	getrusage(RUSAGE_CHILDREN, &r);
	fprintf(stderr, "real %.2f\nuser %.2f\nsys %.2f\n", time_now() - start,
		seconds(r.ru_utime, before.ru_utime), seconds(r.ru_stime, before.ru_stime));
	if (!posix && counts_instructions())
		fprintf(stderr, "instructions %llu\n", count);
	return tool_run_status(status);
}
