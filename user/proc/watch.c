/* watch - run a command again and again, and show what it prints */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: watch [-et] [-n TIME] COMMAND [ARG...]\n"
	"Run COMMAND every 2 seconds on a cleared screen, until ^C.  The shell runs it,\n"
	"so 'ps | grep x' in quotes is one command.  A pipe or a file is not cleared.\n"
	"  -n   every TIME instead, as in 0.5 or 1m      -t   without a title\n"
	"  -e   end when the command fails, with its status\n";

int main(int argc, char **argv)
{
	static char command[4096];
	bool title = true, end_if_failed = false, clear = isatty(STDOUT_FILENO);
	const char *time = "2s";
	int c, status, ticks;

	while ((c = tool_getopt(argc, argv, "+etn:h", usage)) != -1) {
		end_if_failed |= c == 'e';
		title &= c != 't';
		time = c == 'n' ? optarg : time;
	}
	ticks = tool_ticks(time);
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++) {
		strlcat(command, *argv, sizeof(command));
		if (strlcat(command, argv[1] ? " " : "", sizeof(command)) >=
		    sizeof(command)) {
			tool_warnx("the command", "is too long");
			return 2;
		}
	}
	for (;;) {
		if (clear)
			fputs("\033[H\033[2J", stdout);
		if (title)
			printf("every %s: %s\n\n", time, command);
		status = tool_run((char *[]){ "sh", "-c", command, NULL });
		if (ferror(stdout))
			return tool_finish();
		if (status && end_if_failed)
			return tool_run_status(status);
		/* Even with 0, ^C finds time. */
		if (pause_ticks(ticks ? ticks : 1) < 0)
			tool_die(time);
	}
}
