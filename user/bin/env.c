/* env - run a command in a changed environment, or print it */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: env [-i] [-u NAME]... [NAME=VALUE]... [COMMAND [ARGUMENT]...]\n"
	"Run COMMAND with the environment and these changes, or without COMMAND print\n"
	"the environment.  The status is COMMAND's; 127: it was not found; 126: it could\n"
	"not be run; 125: env itself failed.\n"
	"  -i        begin with an empty environment\n"
	"  -u NAME   without the variable NAME\n";

#define STATUS_FAILED 125
#define STATUS_NOT_RUN 126
#define STATUS_MISSING 127

static char *nothing[1];

_Noreturn static void env_fail(const char *what)
{
	tool_warn(what);
	exit(STATUS_FAILED);
}

int main(int argc, char **argv)
{
	int c, error;

	while ((c = tool_getopt(argc, argv, "+iu:h", usage)) != -1) {
		if (c == 'i')
			environ = nothing;
		else if (unsetenv(optarg) < 0)
			env_fail(optarg);
	}
	argv += optind;
	if (*argv && strcmp(*argv, "-") == 0) { /* an old way to write -i */
		environ = nothing;
		argv++;
	}
	for (; *argv && strchr(*argv, '='); argv++)
		if (putenv(*argv) != 0)
			env_fail(*argv);
	if (*argv) {
		execvp(*argv, argv);
		error = errno;
		tool_warn(*argv);
		return error == ENOENT ? STATUS_MISSING : STATUS_NOT_RUN;
	}
	for (char **entry = environ; *entry; entry++)
		puts(*entry);
	return tool_finish();
}
