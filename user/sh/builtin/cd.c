/* cd.c - the builtin cd, which keeps $PWD and $OLDPWD. */
#include "builtin/builtin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

/* Appends the parts of @dir to @path, which is absolute; `..` takes one off.  False: it
 * does not fit. */
static bool cd_append(char path[PATH_MAX], const char *dir)
{
	size_t len = strlen(path), n;

	for (; *dir; dir += n) {
		dir += strspn(dir, "/");
		n = strcspn(dir, "/");
		if (n == 0 || (n == 1 && dir[0] == '.'))
			continue;
		if (n == 2 && strncmp(dir, "..", 2) == 0) {
			while (len > 1 && path[--len] != '/')
				;
			path[len > 0 ? len : 1] = '\0';
			len = strlen(path);
			continue;
		}
		if (len + n + 2 > PATH_MAX)
			return false;
		if (len > 1)
			path[len++] = '/';
		memcpy(path + len, dir, n);
		len += n;
		path[len] = '\0';
	}
	return true;
}

/* Where `cd DIR` leads by name, through the names of the directories on the way. */
static bool cd_path(char path[PATH_MAX], const char *dir)
{
	const char *now = sh_value("PWD");

	if (*dir == '/')
		now = "/";
	else if (!now || *now != '/')
		now = getcwd(path, PATH_MAX);
	if (!now || strlen(now) >= PATH_MAX)
		return false;
	if (now != path)
		strcpy(path, now);
	return cd_append(path, dir);
}

/* Where a directory of $CDPATH has @dir, in @path; false: none of them does. */
static bool cd_search(char path[PATH_MAX], const char *dir)
{
	const char *places = sh_value("CDPATH");
	char found[PATH_MAX];

	if (!*dir || *dir == '/' || strncmp(dir, "./", 2) == 0 ||
	    strncmp(dir, "../", 3) == 0 || strcmp(dir, ".") == 0 || strcmp(dir, "..") == 0)
		return false;
	while (tool_search(&places, dir, found, sizeof(found)))
		if (*found && *found != '/' && strcmp(found, dir) == 0)
			return false; /* an empty entry: here */
		else if (*found && tool_is_dir(found) && cd_path(path, found) &&
			 chdir(path) == 0)
			return true;
	return false;
}

/* A path of the kernel is short, so a long one is taken from where we are. */
static bool cd_change(const char *path, const char *dir)
{
	return chdir(path) == 0 || (*dir != '/' && chdir(dir) == 0);
}

int run_cd(int argc, char **argv)
{
	const char *dir, *home = sh_value("HOME"), *old = sh_value("PWD");
	char path[PATH_MAX], before[PATH_MAX];
	bool back, physical = false, searched;

	while (argc > 1 && argv[1][0] == '-' && argv[1][1] && !argv[1][2] &&
	       strchr("LP-", argv[1][1])) {
		if (argv[1][1] != '-')
			physical = argv[1][1] == 'P';
		argc--;
		argv++;
	}
	dir = argc > 1 ? argv[1] : home && *home ? home : "/";
	back = strcmp(dir, "-") == 0;
	if (back)
		dir = sh_value("OLDPWD");
	if (!dir)
		return builtin_complain("cd", "OLDPWD", "is not set");
	if (!old)
		old = getcwd(before, sizeof(before));
	searched = cd_search(path, dir);
	if (!searched &&
	    (physical ? chdir(dir) < 0 : !cd_path(path, dir) || !cd_change(path, dir)))
		return builtin_complain("cd", dir, strerror(errno));
	if (physical && !getcwd(path, sizeof(path)))
		return builtin_complain("cd", dir, strerror(errno));
	if (old && !sh_var_set("OLDPWD", old))
		return 1;
	if (!sh_var_set("PWD", path))
		return 1;
	if (back || searched)
		puts(path);
	return 0;
}

/* By name, as cd went there, if that is still so; with -P without symbolic links. */
int run_pwd(int argc, char **argv)
{
	const char *pwd = sh_value("PWD");
	struct stat here, named;
	char path[PATH_MAX];

	if (argc > 1 && strcmp(argv[1], "-P") != 0 && strcmp(argv[1], "-L") != 0)
		return builtin_complain("pwd", argv[1], "no such option");
	if ((argc > 1 && argv[1][1] == 'P') || !pwd || *pwd != '/' ||
	    stat(pwd, &named) < 0 || stat(".", &here) < 0 || named.st_ino != here.st_ino ||
	    named.st_dev != here.st_dev)
		pwd = getcwd(path, sizeof(path));
	if (!pwd)
		return builtin_complain("pwd", ".", strerror(errno));
	puts(pwd);
	return 0;
}
