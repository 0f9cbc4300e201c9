/* du - show how much of the disk directories and files use */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tool.h>
#include <walk.h>

static const char usage[] =
	"usage: du [-achks] [PATH...]\n"
	"Show for each directory how much it and all that is in it use, in KiB.  A file\n"
	"with several names counts once.  Blocks that only list blocks do not count.\n"
	"  -a   for each file, too      -s   for each PATH only      -c   a total\n"
	"  -h   as 812K or 1.5M         -k   no effect: KiB is what it is\n";

#define BLOCK 1024 /* bytes of a block of the file system */

static bool show_files, only_sums, human;
static unsigned long sums[MAXPATH]; /* bytes at each depth, as far as the walk has come */
static unsigned long total;

static void print_size(unsigned long bytes, const char *path)
{
	if (human)
		printf("%s\t%s\n", tool_human(bytes), path);
	else
		printf("%lu\t%s\n", bytes / BLOCK, path);
}

/* Whether a file with several names was counted already. */
static bool is_counted(const struct stat *st)
{
	static ino_t *seen;
	static size_t nseen;

	if (S_ISDIR(st->st_mode) || st->st_nlink < 2)
		return false;
	for (size_t i = 0; i < nseen; i++)
		if (seen[i] == st->st_ino)
			return true;
	seen = tool_realloc(seen, (nseen + 1) * sizeof(*seen), "files with several names");
	seen[nseen++] = st->st_ino;
	return false;
}

static bool count(struct walk *walk)
{
	unsigned long bytes = ((unsigned long)walk->st.st_size + BLOCK - 1) / BLOCK * BLOCK;

	sums[walk->depth] = S_ISDIR(walk->st.st_mode) ? bytes : 0;
	if (S_ISDIR(walk->st.st_mode))
		return true;
	if (is_counted(&walk->st))
		return false;
	if (walk->depth)
		sums[walk->depth - 1] += bytes;
	else
		total += bytes;
	if (!walk->depth || (show_files && !only_sums))
		print_size(bytes, walk->path);
	return false;
}

static void count_dir(struct walk *walk)
{
	unsigned long bytes = sums[walk->depth];

	if (walk->depth)
		sums[walk->depth - 1] += bytes;
	else
		total += bytes;
	if (!walk->depth || !only_sums)
		print_size(bytes, walk->path);
}

int main(int argc, char **argv)
{
	struct walk walk = { .before = count, .after = count_dir };
	char *here[] = { ".", NULL };
	bool show_total = false;
	int c;

	while ((c = tool_getopt_h(argc, argv, "achks", usage)) != -1) {
		show_files |= c == 'a';
		show_total |= c == 'c';
		human |= c == 'h';
		only_sums |= c == 's';
	}
	for (argv = argv[optind] ? argv + optind : here; *argv; argv++)
		walk_tree(&walk, tool_trim(*argv));
	if (show_total)
		print_size(total, "total");
	return tool_finish();
}
