/* place.c - changing files in place, for sed -i; see sed.h.
 *
 * The output goes to a new file beside the old one, which then gets its name: a file that
 * cannot be written whole stays as it was. */
#include "sed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Puts the whole of @fresh in the place of @name; false with errno. */
static bool place_rename(const char *fresh, const char *name, const char *suffix)
{
	char old[PATH_MAX];

	if (fflush(stdout) == EOF || ferror(stdout))
		return false;
	if (*suffix) {
		if (snprintf(old, sizeof(old), "%s%s", name, suffix) >= (int)sizeof(old)) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (rename(name, old) < 0)
			return false;
	}
	return rename(fresh, name) == 0;
}

/* Standard output is a new file of this name then; false with errno. */
static bool place_begin(const char *fresh)
{
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		return false;
	return close(fd) == 0;
}

/* The name of a new file beside @name; false with errno. */
static bool place_fresh(char *fresh, size_t size, const char *name)
{
	int n = snprintf(fresh, size, "%.*s.sed%d", (int)(tool_basename(name) - name), name,
			 getpid());

	errno = ENAMETOOLONG;
	return n < (int)size;
}

/* False: the script has ended before its time. */
static bool place_edit_one(char *name, const char *suffix)
{
	static char dash[] = "./-"; /* not standard input */
	char fresh[PATH_MAX], *names[] = { strcmp(name, "-") ? name : dash, NULL };
	struct stat st;
	bool on;

	if (stat(name, &st) == 0 && !S_ISREG(st.st_mode)) {
		tool_warnx(name, "-i changes only files");
		return true;
	}
	if (access(name, R_OK) < 0 || !place_fresh(fresh, sizeof(fresh), name) ||
	    !place_begin(fresh)) {
		tool_warn(name);
		return true;
	}
	sed.names = names;
	on = run_lines();
	if (place_rename(fresh, name, suffix))
		return on;
	tool_warn(name);
	unlink(fresh);
	_exit(tool_failed); /* what could not be written goes nowhere else */
}

void place_edit(char **names, const char *suffix)
{
	if (!*names)
		tool_refuse("-i", "there is no file to change");
	while (*names && place_edit_one(*names, suffix))
		names++;
}
