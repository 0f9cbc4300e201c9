/* names.c - paths and directories, as the small programs need them; see tool.h. */
#include <tool.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *tool_trim(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	return path;
}

bool tool_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *tool_target(char *buf, int size, const char *to, const char *from)
{
	if (!tool_is_dir(to))
		return to;
	return tool_join(buf, size, to, tool_basename(from)) ? buf : NULL;
}

static unsigned long *dirs_entered;
static size_t ndirs, dirs_room;

bool tool_dir_enter(const char *path, unsigned long ino)
{
	for (size_t i = 0; i < ndirs; i++) {
		if (dirs_entered[i] != ino)
			continue;
		tool_warnx(path, "leads back to a directory that was entered before: "
				 "the file system is damaged");
		return false;
	}
	if (ndirs == dirs_room) {
		dirs_room = 2 * dirs_room + 32;
		dirs_entered = realloc(dirs_entered, dirs_room * sizeof(*dirs_entered));
		if (!dirs_entered)
			tool_die(path);
	}
	dirs_entered[ndirs++] = ino;
	return true;
}

void tool_dir_removed(unsigned long ino)
{
	for (size_t i = 0; i < ndirs; i++)
		if (dirs_entered[i] == ino)
			dirs_entered[i] = dirs_entered[--ndirs];
}

void tool_dir_forget_all(void)
{
	ndirs = 0;
}

static int names_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One piece of memory: the pointers, then the names.  Each name has as much room as the
 * longest needs. */
char **tool_names(const char *path)
{
	struct dirent *entry;
	size_t count = 0, i = 0;
	DIR *dir = opendir(path);
	char **names;

	if (!dir)
		return NULL;
	errno = 0;
	while (readdir(dir))
		count++;
	if (errno) {
		closedir(dir);
		return NULL;
	}
	names = malloc((count + 1) * (sizeof(*names) + sizeof(entry->d_name)));
	if (names) {
		char *room = (char *)(names + count + 1);

		rewinddir(dir);
		while (i < count && (entry = readdir(dir)) != NULL) {
			if (strcmp(entry->d_name, ".") == 0 ||
			    strcmp(entry->d_name, "..") == 0)
				continue;
			names[i] = strcpy(room + i * sizeof(entry->d_name), entry->d_name);
			i++;
		}
		names[i] = NULL;
		qsort(names, i, sizeof(*names), names_order);
	}
	closedir(dir);
	if (!names)
		errno = ENOMEM;
	return names;
}
