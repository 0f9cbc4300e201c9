/* help - list the programs and the builtins of the shell */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <builtins.h>
#include <tool.h>

static const char usage[] =
	"usage: help [-l] [NAME...]\n"
	"List the programs and the builtins of the shell.  Of a NAME, show what its\n"
	"--help says, or what the builtin does.\n"
	"  -l   a line for each, with what it does; so it is in a pipe, too\n";

static const char man_usage[] =
	"usage: man NAME...\n"
	"Show what the --help of a program says, or what a builtin of\n"
	"the shell does.  `help` lists them.\n";

/* Made by the build from the first line of each program's source. */
static const struct program {
	const char *name, *purpose, *place;
	bool has_help; /* it knows --help */
} programs[] = {
#include <help_table.h>
};

/* Places of the sources, each with a blank after it. */
static const struct {
	const char *title, *places;
} groups[] = {
	{ "Look inside", "user/obs user/tour user/vmtop " },
	{ "Processes", "user/proc user/box/run " },
	{ "Files", "user/file user/box/paths user/box/dirs " },
	{ "Text", "user/text user/less user/edit user/sed user/box/lines user/box/columns "
		  "user/box/join user/box/od user/box/split user/box/sums " },
	{ "Network", "user/net " },
	{ "System", "user/bin user/sh user/box/who user/box/expr link " },
};

static const struct {
	const char *name, *arguments, *purpose;
} builtins[] = {
#define X(word, fn, arguments, what) { word, arguments, what },
	SH_BUILTINS(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MARGIN 13 /* of the lists of names */

/* --- names alone ------------------------------------------------------------------ */

/* Prints @name after a blank, or in a new line; *@column is the column before and after. */
static void print_word(const char *name, unsigned *column, unsigned width)
{
	unsigned len = (unsigned)strlen(name);

	if (*column + 1 + len >= width) {
		printf("\n%*s", MARGIN, "");
		*column = MARGIN;
	}
	printf(" %s", name);
	*column += 1 + len;
}

static void print_title(const char *title)
{
	printf("%s%-*s%s", tool_colour(BOLD), MARGIN, title, tool_colour(PLAIN));
}

static bool group_has(const char *places, const char *place)
{
	const char *found = strstr(places, place);

	return found && found[strlen(place)] == ' ';
}

static void print_groups(unsigned width)
{
	unsigned column;

	for (unsigned g = 0; g < COUNT(groups); g++) {
		column = MARGIN;
		print_title(groups[g].title);
		for (unsigned i = 0; i < COUNT(programs); i++)
			if (group_has(groups[g].places, programs[i].place))
				print_word(programs[i].name, &column, width);
		putchar('\n');
	}
	column = MARGIN;
	print_title("In the shell");
	for (unsigned i = 0; i < COUNT(builtins); i++)
		print_word(builtins[i].name, &column, width);
	puts("\n\n`help NAME` says more about NAME; `help -l | less` has a line for each.\n"
	     "Ctrl-C ends a running program, Ctrl-D the shell.  Leave with `poweroff`, or\n"
	     "with Ctrl-A, then x.");
}

/* --- a line for each ---------------------------------------------------------------- */

static void print_builtins(void)
{
	char line[40];

	puts("\nBuilt into the shell:");
	for (unsigned i = 0; i < COUNT(builtins); i++) {
		snprintf(line, sizeof(line), "%s %s", builtins[i].name,
			 builtins[i].arguments);
		printf("%-26s %s\n", line, builtins[i].purpose);
	}
}

static void print_lines(void)
{
	for (unsigned i = 0; i < COUNT(programs); i++)
		printf("%-9s %s\n", programs[i].name, programs[i].purpose);
	print_builtins();
	puts("\nhelp NAME says more about NAME.  Ctrl-C ends a running program,\n"
	     "Ctrl-D the shell.  Leave with `poweroff`, or with Ctrl-A, then x.");
}

/* --- one -------------------------------------------------------------------------- */

static const struct program *program_find(const char *name)
{
	for (unsigned i = 0; i < COUNT(programs); i++)
		if (strcmp(name, programs[i].name) == 0)
			return &programs[i];
	return NULL;
}

static void explain_name(char *name)
{
	char *argv[] = { name, "--help", NULL };
	const struct program *program = program_find(name);

	if (program && program->has_help) {
		fflush(stdout);
		tool_status |= tool_run(argv) != 0;
		return;
	}
	for (unsigned i = 0; i < COUNT(builtins); i++)
		if (strcmp(name, builtins[i].name) == 0) {
			printf("usage: %s %s\n%s; built into the shell\n", name,
			       builtins[i].arguments, builtins[i].purpose);
			return;
		}
	if (program)
		printf("%s - %s\n", name, program->purpose);
	else
		tool_warnx(name, "no program or builtin of ours has that name");
}

int main(int argc, char **argv)
{
	bool man = strcmp(tool_basename(argv[0]), "man") == 0, lines = false;
	unsigned width = tool_width();

	while (tool_getopt(argc, argv, man ? "h" : "lh", man ? man_usage : usage) != -1)
		lines = true;
	argv += optind;
	if (man && !*argv)
		tool_usage(man_usage);
	if (*argv)
		for (; *argv; argv++)
			explain_name(*argv);
	else if (lines || !width)
		print_lines();
	else
		print_groups(width);
	return tool_finish();
}
