/* rm - remove files and directories */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] = "usage: rm [-rRfiv] FILE...\n"
			    "Remove files, and directories that are empty.\n"
			    "  -r, -R   directories with everything in them\n"
			    "  -f   no error for what does not exist\n"
			    "  -i   ask before each      -v   tell what was removed\n";

static bool recursive, force, ask, tell;

static void remove_path(const char *path);

/* Whether the parent of directory @path is @parent.  It is not if damage has put a second
 * name on a directory from elsewhere, as on the root. */
static bool has_parent(const char *path, ino_t parent)
{
	char up[MAXPATH];
	struct stat st;

	if (!tool_join(up, sizeof(up), path, ".."))
		return true; /* so deep that hardly a name in it can be written */
	return lstat(up, &st) == 0 && st.st_ino == parent;
}

static void remove_inner(const char *path, ino_t parent)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && !has_parent(path, parent))
		tool_warnx(path, "the directory is damaged: its parent is another one");
	else
		remove_path(path);
}

static void remove_content(const char *path, ino_t ino)
{
	char **names = tool_names(path);

	if (!names) {
		tool_warn(path);
		return;
	}
	for (char **name = names; *name; name++) {
		char inner[MAXPATH];

		if (tool_join(inner, sizeof(inner), path, *name))
			remove_inner(inner, ino);
		else
			tool_warn(path);
	}
	free(names);
}

/* Whether the user agrees. */
static bool remove_is_wanted(const char *path)
{
	int first, c;

	fprintf(stderr, "rm: remove %s? ", path);
	first = c = getchar();
	while (c != '\n' && c != EOF)
		c = getchar();
	return first == 'y' || first == 'Y';
}

/* Removes what is not a directory, or an empty one. */
static bool remove_name(const char *path, bool is_dir)
{
	struct stat st;

	if (ask && lstat(path, &st) == 0 && !remove_is_wanted(path))
		return false;
	if (unlink(path) < 0) {
		if (!(force && errno == ENOENT))
			tool_warn(path);
		return false;
	}
	if (tell)
		printf("removed %s'%s'\n", is_dir ? "directory " : "", path);
	return true;
}

static void remove_path(const char *path)
{
	struct stat st;
	int failed = tool_status;
	bool is_dir = (recursive || tell) && lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
	bool is_tree = recursive && is_dir;

	tool_status = 0;
	if (is_tree && tool_dir_enter(path, st.st_ino))
		remove_content(path, st.st_ino);
	/* If something inside could not be removed, that has been reported already. */
	if (tool_status == 0 && remove_name(path, is_dir) && is_tree)
		tool_dir_removed(st.st_ino);
	tool_status |= failed;
}

static bool is_dots(const char *path)
{
	const char *name = tool_basename(path);

	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "rRfivh", usage)) != -1) {
		recursive |= c == 'r' || c == 'R';
		force |= c == 'f';
		ask = c == 'i' || (ask && c != 'f');
		tell |= c == 'v';
	}
	argv += optind;
	if (!*argv && !force)
		tool_usage(usage);
	for (; *argv; argv++) {
		tool_dir_forget_all();
		if (is_dots(tool_trim(*argv)) || strcmp(*argv, "/") == 0)
			tool_warnx(*argv, "is not removed");
		else
			remove_path(*argv);
	}
	return tool_finish();
}
