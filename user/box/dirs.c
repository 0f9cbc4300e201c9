/* dirs.c - making and removing directories. */
#include "box.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

/* Calls @one for each directory that is named, or with the option -p @all.  They complain
 * themselves. */
static int dirs_each(char **argv, const char *options, const char *usage,
		     void (*one)(char *path), void (*all)(char *path))
{
	int argc = 0, c;

	while (argv[argc])
		argc++;
	while ((c = tool_getopt(argc, argv, options, usage)) != -1) {
		if (c == 'm')
			tool_refuse("-m", "files have no modes here");
		one = all;
	}
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++)
		one(*argv);
	return tool_status;
}

/* --- mkdir ------------------------------------------------------------------------ */

static void mkdir_one(char *path)
{
	if (mkdir(path, 0777) < 0)
		tool_warn(path);
}

/* Makes one directory; true as well if it exists. */
static bool mkdir_or_find(const char *path)
{
	int error;

	if (mkdir(path, 0777) == 0)
		return true;
	error = errno;
	if (tool_is_dir(path))
		return true;
	errno = error == EEXIST ? ENOTDIR : error;
	return false;
}

static void mkdir_all(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		bool made;

		*slash = '\0';
		made = mkdir_or_find(path);
		*slash = '/';
		if (!made) {
			tool_warn(path);
			return;
		}
	}
	if (!mkdir_or_find(path))
		tool_warn(path);
}

/* mkdir - make directories */
int mkdir_main(int argc, char **argv)
{
	(void)argc;
	return dirs_each(
		argv, "pm:h",
		"usage: mkdir [-p] DIR...\n"
		"Make directories.\n"
		"  -p   missing parents as well; a directory that exists is no error\n"
		"There is no -m: files have no modes.\n",
		mkdir_one, mkdir_all);
}

/* --- rmdir ------------------------------------------------------------------------ */

static void rmdir_one(char *path)
{
	if (rmdir(tool_trim(path)) < 0)
		tool_warn(path);
}

/* Cuts off the last part of @path; false if there is only one. */
static bool rmdir_cut(char *path)
{
	char *slash = strrchr(path, '/');

	while (slash && slash > path && slash[-1] == '/')
		slash--;
	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static void rmdir_all(char *path)
{
	(void)tool_trim(path);
	do {
		if (rmdir(path) < 0) {
			tool_warn(path);
			return;
		}
	} while (rmdir_cut(path));
}

/* rmdir - remove directories that are empty */
int rmdir_main(int argc, char **argv)
{
	(void)argc;
	return dirs_each(
		argv, "ph",
		"usage: rmdir [-p] DIR...\n"
		"Remove directories that are empty; `rm -r` removes others.\n"
		"  -p   then the directories that the path names above it as well\n",
		rmdir_one, rmdir_all);
}
