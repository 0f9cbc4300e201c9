/* find.c - finding and executing programs.
 *
 * A name without a slash is looked for in the directories of $PATH.  If that is not set,
 * these are the root directory, which has the programs, and the current directory. */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <pagoda.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH "/:" /* the empty part is the current directory */

/* Puts the place of @name in the first directory of @path into @buf, and moves @path to the
 * next one, or to NULL.  False: it does not fit. */
static bool find_next(const char **path, const char *name, char *buf, size_t size)
{
	size_t len = strcspn(*path, ":"), n = strlen(name);
	const char *dir = *path;
	bool slash = len && dir[len - 1] != '/';

	*path = dir[len] ? dir + len + 1 : NULL;
	if (len + slash + n + 1 > size)
		return false;
	memcpy(buf, dir, len);
	if (slash)
		buf[len] = '/';
	memcpy(buf + len + slash, name, n + 1);
	return true;
}

static const char *find_path(void)
{
	const char *path = sh_value("PATH");

	return path ? path : DEFAULT_PATH;
}

bool sh_find(const char *name, char *path, size_t size)
{
	const char *at = strchr(name, '/') ? "" : find_path();
	struct stat st;

	while (at)
		if (find_next(&at, name, path, size) && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode))
			return true;
	return false;
}

/* A text file that is not a program is run as a list of commands. */
static void exec_script(const char *path, char **argv, char **envp)
{
	char head[64];
	int fd = open(path, O_RDONLY), argc = 0;
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));
	char **args;

	if (fd >= 0)
		close(fd);
	if (n < 0 || memchr(head, '\0', (size_t)n))
		return;
	while (argv[argc])
		argc++;
	args = arena_alloc(&shell.words, ((size_t)argc + 2) * sizeof(char *));
	if (!args)
		return;
	args[0] = "sh";
	memcpy(args + 1, argv, ((size_t)argc + 1) * sizeof(char *));
	args[1] = arena_copy(&shell.words, path, strlen(path));
	if (args[1])
		execve("/sh", args, envp);
}

int sh_exec(char **argv)
{
	const char *name = argv[0], *at = strchr(name, '/') ? "" : find_path();
	char **envp = sh_environment(), path[MAXPATH];
	int error = ENOENT;

	if (!envp) {
		sh_say("sh: out of memory\n", NULL);
		return SH_STATUS_NOT_RUN;
	}
	while (*name && at && error != ENOEXEC) {
		if (!find_next(&at, name, path, sizeof(path)))
			continue;
		execve(path, argv, envp);
		if (errno == ENOENT || errno == ENOTDIR)
			continue;
		error = errno;
		if (error == ENOEXEC)
			exec_script(path, argv, envp);
	}
	if (error == ENOENT) {
		sh_warnx(name, "not found");
		return SH_STATUS_MISSING;
	}
	sh_warnx(name, strerror(error));
	return SH_STATUS_NOT_RUN;
}
