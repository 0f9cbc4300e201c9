/* time - run a command and tell how long it took */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: time [-p] COMMAND [ARGUMENT]...\n"
	"Run COMMAND, then write to standard error how many seconds passed (real) and how\n"
	"long processors ran it and what it started (user; the kernel's part is in it and\n"
	"is not known alone, so sys is 0).  The status is COMMAND's; 127: it was not\n"
	"found; 126: it could not be run.\n"
	"  -p   the format of POSIX; there is no other\n";

static double time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct rusage r = { 0 };
	double start;
	int status;

	while (tool_getopt(argc, argv, "+ph", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	start = time_now();
	status = tool_run(argv);
	getrusage(RUSAGE_CHILDREN, &r);
	fprintf(stderr, "real %.2f\nuser %.2f\nsys %.2f\n", time_now() - start,
		(double)r.ru_utime.tv_sec + (double)r.ru_utime.tv_usec / 1e6,
		(double)r.ru_stime.tv_sec + (double)r.ru_stime.tv_usec / 1e6);
	return status < 0 ? 128 + SIGKILL : status;
}
