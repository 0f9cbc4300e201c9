/* place.c - changing files in place, for sed -i; see sed.h.
 *
 * The output goes to a new file beside the old one, which then gets its name: a file that
 * cannot be read or written whole stays as it was. */
#include "sed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fresh[PATH_MAX]; /* the name of the new file; empty while there is none */

/* Also when the script ends with an error. */
static void place_drop(void)
{
	if (*fresh)
		unlink(fresh);
	*fresh = '\0';
}

/* What @name is kept as; false with errno.  A name that is too long would be cut, and could
 * be that of the file itself. */
static bool place_old(char *old, size_t size, const char *name, const char *suffix)
{
	int n = snprintf(old, size, "%s%s", name, suffix);

	errno = ENAMETOOLONG;
	return n < (int)size &&
	       (long)strlen(tool_basename(old)) <= pathconf("/", _PC_NAME_MAX);
}

/* Puts the whole of the new file in the place of @name; false with errno. */
static bool place_rename(const char *name, const char *old)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return false;
	if (*old && rename(name, old) < 0)
		return false;
	if (rename(fresh, name) < 0)
		return false;
	*fresh = '\0';
	return true;
}

/* Standard output is a new file beside @name then; false with errno. */
static bool place_begin(const char *name)
{
	int n = snprintf(fresh, sizeof(fresh), "%.*s.sed%d",
			 (int)(tool_basename(name) - name), name, getpid());
	int fd = -1;

	if (n < (int)sizeof(fresh))
		fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	else
		errno = ENAMETOOLONG;
	if (fd < 0)
		*fresh = '\0';
	return fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 && close(fd) == 0;
}

/* False: the script has ended before its time. */
static bool place_edit_one(char *name, const char *suffix)
{
	static char dash[] = "./-"; /* not standard input */
	char old[PATH_MAX] = "", *names[] = { strcmp(name, "-") ? name : dash, NULL };
	struct stat st;
	bool on;

	if (stat(name, &st) == 0 && !S_ISREG(st.st_mode)) {
		tool_warnx(name, "-i changes only files");
		return true;
	}
	if (*suffix && !place_old(old, sizeof(old), name, suffix)) {
		tool_warn(old);
		return true;
	}
	if (access(name, R_OK) < 0 || !place_begin(name)) {
		tool_warn(name);
		return true;
	}
	sed.names = names;
	on = run_lines();
	if (!sed.unread && place_rename(name, old))
		return on;
	if (!sed.unread)
		tool_warn(name);
	place_drop();
	_exit(tool_failed); /* what could not be written goes nowhere else */
}

void place_edit(char **names, const char *suffix)
{
	if (!*names)
		tool_refuse("-i", "there is no file to change");
	atexit(place_drop);
	while (*names && place_edit_one(*names, suffix))
		names++;
}
