/* strace - run a command and show its system calls */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

#include "uapi/syscalls.h"

#define TRACE_MAX 32 /* the kernel traces the calls below this number */

static const char usage[] =
	"usage: strace [-e CALL[,CALL...]] COMMAND [ARG...]\n"
	"Run COMMAND; the kernel prints each system call that it and its children make,\n"
	"with its result, on the console: calls 1 to 31, those of xv6.  The status is\n"
	"that of COMMAND.\n"
	"  -e   only these calls, by name.  A program that was built elsewhere may have\n"
	"       other numbers for those of the labs.\n";

static const struct {
	int number;
	const char *name;
} calls[] = {
#define CALL(number, name, nargs) { number, #name },
#define LAB_NUMBER(number, name) { number, #name },
	XV6_CALLS(CALL) LAB_NUMBERS(LAB_NUMBER) OWN_CALLS(CALL)
};

/* The bit of a call for trace(), or 0 with a complaint. */
static long call_bit(const char *name)
{
	for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		if (calls[i].number < TRACE_MAX)
			return 1l << calls[i].number;
		tool_warnx(name, "is not among the calls that can be traced");
		return 0;
	}
	tool_warnx(name, "no such system call");
	return 0;
}

static long call_mask(char *names)
{
	long mask = 0, bit;

	for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		bit = call_bit(name);
		if (!bit)
			return 0;
		mask |= bit;
	}
	if (!mask)
		tool_warnx("-e", "names no system call");
	return mask;
}

int main(int argc, char **argv)
{
	long mask = -1;
	int c, pid, status = 0;

	while ((c = tool_getopt(argc, argv, "+e:h", usage)) != -1) {
		mask = call_mask(optarg);
		if (!mask)
			return 2;
	}
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	pid = fork();
	if (pid < 0)
		tool_die(*argv);
	if (pid == 0) {
		if (trace(mask) == 0)
			execvp(*argv, argv);
		trace(0);
		tool_warn(*argv);
		return 127;
	}
	if (wait_status(pid, &status, 0) < 0)
		tool_die(*argv);
	return status;
}
