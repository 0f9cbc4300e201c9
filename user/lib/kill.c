/* kill.c - the command kill, for the program and for the shell, which has it built in so
 * that it works when no further process can be started.  Nothing here exits. */
#include <tool.h>

#include "sys.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: kill [-9] PID...\n"
	"End the processes with these numbers; `ps` shows them, and so does ^P.\n"
	"  -9   as without: there is one signal, and it cannot be refused\n";

#define STATUS_WRONG 2

/* The shell complains here, too, under this name. */
static int kill_complain(const char *what, const char *reason, int status)
{
	fprintf(stderr, "kill: %s: %s\n", what, reason);
	return status;
}

static int print_usage(void)
{
	int error;

	fputs(usage, stdout);
	error = stdio_error();
	return error ? kill_complain("standard output", strerror(error), 1) : 0;
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

/* The status to end with at once, or -1: go on. */
static int read_options(char **argv)
{
	for (; *argv && strcmp(*argv, "--") != 0; argv++) {
		if (!is_option(*argv))
			continue;
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return print_usage();
		if ((*argv)[1 + strspn(*argv + 1, "9")])
			return kill_complain(*argv, "no such option", STATUS_WRONG);
	}
	return -1;
}

static int kill_one(const char *word)
{
	long pid;
	const char *wrong = tool_number_wrong(word, 1, INT_MAX, &pid);

	if (wrong)
		return kill_complain(word, wrong, STATUS_WRONG);
	if (kill((pid_t)pid, SIGKILL) < 0)
		return kill_complain(word, tool_reason(), 1);
	return 0;
}

/* A number that is wrong ends the command; a process that does not exist does not. */
int tool_kill(char **argv)
{
	int status = read_options(++argv), count = 0, worst = 0;
	bool options = true;

	if (status >= 0)
		return status;
	for (; *argv && worst < STATUS_WRONG; argv++) {
		if (options && is_option(*argv)) {
			options = strcmp(*argv, "--") != 0;
			continue;
		}
		status = kill_one(*argv);
		worst = status > worst ? status : worst;
		count++;
	}
	if (count)
		return worst;
	fprintf(stderr, "%.*s\n", (int)strcspn(usage, "\n"), usage);
	return STATUS_WRONG;
}
