/* time - run a command and tell how long it took */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: time [-p] COMMAND [ARGUMENT]...\n"
	"Run COMMAND, then write to standard error how many seconds passed (real) and how\n"
	"long processors ran it and what it started: its programs (user) and the kernel\n"
	"for them (sys).  Their sum is exact; 500 samples a second tell how it is\n"
	"divided, and a command of a few ms may have none: then all is user.  The status\n"
	"is COMMAND's, 128 + N if signal N ended it; 127: not found; 126: cannot be run.\n"
	"  -p   the format of POSIX; there is no other\n";

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

int main(int argc, char **argv)
{
	struct rusage r = { 0 }, before = { 0 };
	double start;
	int status;

	while (tool_getopt(argc, argv, "+ph", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	getrusage(RUSAGE_CHILDREN, &before); /* those from before an exec */
	start = time_now();
	status = tool_run(argv);
	getrusage(RUSAGE_CHILDREN, &r);
	fprintf(stderr, "real %.2f\nuser %.2f\nsys %.2f\n", time_now() - start,
		seconds(r.ru_utime, before.ru_utime), seconds(r.ru_stime, before.ru_stime));
	return tool_run_status(status);
}
