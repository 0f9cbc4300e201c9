/* which - print the file that a command name runs */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <builtins.h>
#include <tool.h>

static const char usage[] =
	"usage: which [-a] NAME...\n"
	"Print the file that the shell runs for each NAME: the one in /, or else the one\n"
	"in the current directory.  Every file is executable.  Status 1: a NAME has none.\n"
	"  -a   all files of that name, not only the first, and those a builtin hides\n";

#define PATH_SIZE 1024

static bool show_all;

static bool is_builtin(const char *name)
{
	static const char *const names[] = {
#define X(word, fn, arguments, what) word,
		SH_BUILTINS(X)
#undef X
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Print @path if it is a file; returns whether it is. */
static bool print_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	puts(path);
	return true;
}

/* The places that execvp() looks at, in its order. */
static bool find(const char *name)
{
	char path[PATH_SIZE], here[PATH_SIZE];
	bool found;

	if (strchr(name, '/'))
		return print_file(name);
	found = tool_join(path, sizeof(path), "/", name) && print_file(path);
	if (found && !show_all)
		return true;
	if (!getcwd(here, sizeof(here)) || strcmp(here, "/") == 0)
		return found;
	return (tool_join(path, sizeof(path), here, name) && print_file(path)) || found;
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "ah", usage)) != -1)
		show_all |= c == 'a';
	if (!argv[optind])
		tool_usage(usage);
	for (; argv[optind]; optind++) {
		bool builtin = is_builtin(argv[optind]);

		if (builtin)
			tool_warnx(argv[optind], "built into the shell");
		if ((!builtin || show_all) && !find(argv[optind]) && !builtin)
			tool_warnx(argv[optind], "no such program");
	}
	return tool_finish();
}
