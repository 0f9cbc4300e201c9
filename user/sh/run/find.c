/* find.c - finding and executing programs.
 *
 * A name without a slash is looked for in the directories of $PATH.  If that is not set,
 * these are the root directory, which has the programs, and the current directory. */
#include "shell.h"

#include <errno.h>
#include <pagoda.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char *find_path(void)
{
	const char *path = sh_value("PATH");

	return path ? path : TOOL_PATH;
}

bool sh_find(const char *name, char *path, size_t size)
{
	const char *at = strchr(name, '/') ? "" : find_path();
	struct stat st;

	while (tool_search(&at, name, path, size))
		if (*path && stat(path, &st) == 0 && S_ISREG(st.st_mode))
			return true;
	return false;
}

int sh_exec(char **argv)
{
	const char *name = argv[0], *at = strchr(name, '/') ? "" : find_path();
	char **envp = sh_environment(), path[2 + MAXPATH] = "./", *found = path + 2;
	int error = ENOENT;

	if (!envp) {
		sh_say("sh: out of memory\n", NULL);
		return SH_STATUS_NOT_RUN;
	}
	/* execvpe() runs scripts, too; a name without a slash it would look for itself. */
	while (*name && error != ENOEXEC && tool_search(&at, name, found, MAXPATH)) {
		if (!*found)
			continue;
		execvpe(strchr(found, '/') ? found : path, argv, envp);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	if (error == ENOENT) {
		sh_warnx(name, "not found");
		return SH_STATUS_MISSING;
	}
	sh_warnx(name, strerror(error));
	return SH_STATUS_NOT_RUN;
}
