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
	"Print the file that the shell runs for each NAME: the first one in the\n"
	"directories that PATH lists.  Every file is executable.  Status 1: a NAME has\n"
	"none.\n"
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
	const char *dirs = tool_search_path();
	char path[PATH_SIZE], here[PATH_SIZE], last[PATH_SIZE] = "";
	bool found = false;

	if (strchr(name, '/'))
		return print_file(name);
	while ((show_all || !found) && tool_search(&dirs, name, path, sizeof(path))) {
		if (*path != '/' && getcwd(here, sizeof(here))) {
			char relative[PATH_SIZE];

			strcpy(relative, path + (strncmp(path, "./", 2) == 0 ? 2 : 0));
			(void)tool_join(path, sizeof(path), here, relative);
		}
		if (strcmp(path, last) != 0)
			found |= print_file(path);
		strcpy(last, path);
	}
	return found;
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
