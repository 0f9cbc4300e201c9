/* help - list the programs and the builtins of the shell */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <builtins.h>
#include <tool.h>

static const char usage[] =
	"usage: help [NAME...]\n"
	"List the programs, one per line, and the builtins of the shell.  Of a NAME, show\n"
	"what its --help says, or what the builtin does.\n";

/* Made by the build from the first line of each program's source. */
static const struct {
	const char *name, *purpose;
} programs[] = {
#include <help_table.h>
};

static const struct {
	const char *name, *arguments, *purpose;
} builtins[] = {
#define X(word, fn, arguments, what) { word, arguments, what },
	SH_BUILTINS(X)
#undef X
};

static void print_builtins(void)
{
	char line[40];

	puts("\nBuilt into the shell:");
	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		snprintf(line, sizeof(line), "%s %s", builtins[i].name,
			 builtins[i].arguments);
		printf("%-26s %s\n", line, builtins[i].purpose);
	}
}

static void explain_name(char *name)
{
	char *argv[] = { name, "--help", NULL };

	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(name, programs[i].name) == 0) {
			fflush(stdout);
			tool_status |= tool_run(argv) != 0;
			return;
		}
	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(name, builtins[i].name) == 0) {
			printf("usage: %s %s\n%s; built into the shell\n", name,
			       builtins[i].arguments, builtins[i].purpose);
			return;
		}
	tool_warnx(name, "no program or builtin of ours has that name");
}

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argv += optind;
	if (*argv) {
		for (; *argv; argv++)
			explain_name(*argv);
		return tool_finish();
	}
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		printf("%-9s %s\n", programs[i].name, programs[i].purpose);
	print_builtins();
	puts("\nhelp NAME says more about NAME.  Ctrl-C ends a running program,\n"
	     "Ctrl-D the shell.  Leave with `poweroff`, or with Ctrl-A, then x.");
	return tool_finish();
}
