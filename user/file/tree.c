/* tree - show a directory and all that is in it as a tree */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>
#include <walk.h>

static const char usage[] =
	"usage: tree [-ad] [-L LEVELS] [PATH...]\n"
	"Show each directory, or the current one, with all that is in it as a tree.\n"
	"  -a   also names that start with a dot      -d   directories only\n"
	"  -L   so many levels only\n";

static bool show_dots, only_dirs;
static long levels = LONG_MAX;
static unsigned long ndirs, nfiles;

static bool is_shown(const struct walk *walk, const char *name)
{
	char path[MAXPATH];
	struct stat st;

	if (*name == '.' && !show_dots)
		return false;
	return !only_dirs || !tool_join(path, sizeof(path), walk->path, name) ||
	       lstat(path, &st) < 0 || S_ISDIR(st.st_mode);
}

static bool show(struct walk *walk)
{
	static bool last[MAXPATH]; /* of the directories on the way here */
	const char *name = walk->depth ? tool_basename(walk->path) : walk->path;
	bool is_dir = S_ISDIR(walk->st.st_mode);
	char target[MAXPATH];
	ssize_t n;

	for (int i = 1; i < walk->depth; i++)
		fputs(last[i] ? "    " : "|   ", stdout);
	last[walk->depth] = walk->last;
	printf("%s%s", !walk->depth ? "" : walk->last ? "`-- " : "|-- ", name);
	if (S_ISLNK(walk->st.st_mode)) {
		n = readlink(walk->path, target, sizeof(target));
		if (n >= 0)
			printf(" -> %.*s", (int)n, target);
	}
	putchar('\n');
	if (walk->depth)
		is_dir ? ndirs++ : nfiles++;
	return walk->depth < levels;
}

int main(int argc, char **argv)
{
	struct walk walk = { .before = show, .wanted = is_shown };
	char *here[] = { ".", NULL };
	int c;

	while ((c = tool_getopt(argc, argv, "adL:h", usage)) != -1) {
		show_dots |= c == 'a';
		only_dirs |= c == 'd';
		if (c == 'L')
			levels = tool_number(optarg, 1, LONG_MAX);
	}
	for (argv = argv[optind] ? argv + optind : here; *argv; argv++)
		walk_tree(&walk, tool_trim(*argv));
	printf("\n%lu %s", ndirs, ndirs == 1 ? "directory" : "directories");
	if (!only_dirs)
		printf(", %lu %s", nfiles, nfiles == 1 ? "file" : "files");
	putchar('\n');
	return tool_finish();
}
