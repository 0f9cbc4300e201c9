/* paths.c - programs about names of files. */
#include "box.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

#include "uapi/limits.h"

/* realpath(), but the last part of @path need not exist. */
static char *path_resolve(char *path, char *out)
{
	char dir[MAXPATH], *slash, *last;

	if (realpath(path, out))
		return out;
	if (errno != ENOENT)
		return NULL;
	(void)tool_trim(path);
	if (strlcpy(dir, path, sizeof(dir)) >= sizeof(dir)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	slash = strrchr(dir, '/');
	last = slash ? path + (slash - dir) + 1 : path;
	if (slash)
		slash[slash == dir] = '\0';
	if (!realpath(slash ? dir : ".", out))
		return NULL;
	strlcpy(dir, out, sizeof(dir));
	return tool_join(out, MAXPATH, dir, last) ? out : NULL;
}

static void path_print(const char *text, bool newline)
{
	printf("%s%s", text, newline ? "\n" : "");
}

/* readlink - print where a symbolic link points to */
int readlink_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: readlink [-fn] PATH...\n"
		"Print the text of symbolic links.\n"
		"  -f   the path without any links, from the root on; the last part need\n"
		"       not exist\n"
		"  -n   no newline at the end\n";
	bool follow = false, newline = true;
	int c;

	while ((c = tool_getopt(argc, argv, "fnh", usage)) != -1) {
		follow |= c == 'f';
		newline &= c != 'n';
	}
	if (!argv[optind])
		tool_usage(usage);
	for (; optind < argc; optind++) {
		char text[MAXPATH] = "";
		bool done = follow;

		if (follow)
			done = path_resolve(argv[optind], text);
		else
			done = readlink(argv[optind], text, sizeof(text) - 1) >= 0;
		if (done)
			path_print(text, newline || optind + 1 < argc);
		else
			tool_warn(argv[optind]);
	}
	return tool_finish();
}

/* realpath - print a path without links, from the root on */
int realpath_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: realpath [-e] PATH...\n"
		"Print the path from the root on, without . or .. or links.\n"
		"  -e   all of it must exist; else the last part need not\n";
	bool exists = false;
	int c;

	while ((c = tool_getopt(argc, argv, "eh", usage)) != -1)
		exists |= c == 'e';
	if (!argv[optind])
		tool_usage(usage);
	for (; optind < argc; optind++) {
		char text[MAXPATH] = "";

		if (exists ? realpath(argv[optind], text)
			   : path_resolve(argv[optind], text))
			puts(text);
		else
			tool_warn(argv[optind]);
	}
	return tool_finish();
}

/* Whether the mode only gives rights, which everybody has: `+x`, `u+rw,a+x`, `755`. */
static bool mode_gives(const char *mode)
{
	if (*mode >= '0' && *mode <= '7') {
		char *end;
		long bits = strtol(mode, &end, 8);

		return !*end && (bits & 0700) == 0700;
	}
	for (;; mode++) {
		mode += strspn(mode, "ugoa");
		if (*mode++ != '+')
			return false;
		mode += strspn(mode, "rwxX");
		if (*mode != ',')
			return !*mode;
	}
}

/* chmod - nothing: files have no modes, and all can be read, written and run */
int chmod_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: chmod MODE FILE...\n"
		"Files have no modes here: each can be read, written and run.  So a MODE\n"
		"such as +x or 755 succeeds, and one that takes a right away fails.\n";
	struct stat st;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return tool_finish();
	}
	if (argc < 3)
		tool_usage(usage);
	for (int i = 2; i < argc; i++)
		if (stat(argv[i], &st) < 0)
			tool_warn(argv[i]);
	if (!mode_gives(argv[1]))
		tool_warnx(argv[1],
			   "files have no modes: each can be read, written and run");
	else if (!tool_status && isatty(STDOUT_FILENO))
		puts("chmod: files have no modes: each can be read, written and run");
	return tool_finish();
}
