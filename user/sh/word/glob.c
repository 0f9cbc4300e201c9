/* glob.c - file names that match a pattern; see glob.h. */
#include "word/glob.h"

#include "word/match.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 128 /* the longest path that the kernel takes, with its NUL */

struct glob {
	struct arena *arena;
	void (*found)(void *arg, char *name);
	void *arg;
	char path[PATH_SIZE]; /* what has been matched so far */
};

void glob_unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

int glob_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_pattern(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (strchr("*?[", *text))
			return true;
	}
	return false;
}

static bool glob_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* /console and /statistics stand in the root, where programs of xv6 look for them.  `grep x
 * *` must not read the keyboard. */
static bool glob_in_the_way(int dir, bool is_root, const char *name)
{
	struct stat st;

	return is_root && fstatat(dir, name, &st, 0) == 0 && S_ISCHR(st.st_mode);
}

static bool glob_is_root(int dir)
{
	struct stat st;

	return fstat(dir, &st) == 0 && st.st_ino == 1;
}

static int match_rest(struct glob *g, size_t len, const char *pattern);

/* Put @name after the @len bytes of path, and go on with @rest. */
static int match_name(struct glob *g, size_t len, const char *name, const char *rest)
{
	size_t n = strlen(name);

	if (len + n + 2 > PATH_SIZE)
		return 0;
	memcpy(g->path + len, name, n + 1);
	len += n;
	if (*rest == '/') {
		for (; *rest == '/'; rest++)
			;
		g->path[len++] = '/';
		g->path[len] = '\0';
		return match_rest(g, len, rest);
	}
	char *copy = arena_copy(g->arena, g->path, len);

	if (!copy)
		return -1;
	g->found(g->arg, copy);
	return 0;
}

static int match_dir(struct glob *g, size_t len, const char *pattern, const char *rest)
{
	struct dirent *entry;
	int result = 0;
	bool is_root;
	DIR *dir;

	g->path[len] = '\0';
	dir = opendir(len ? g->path : ".");
	if (!dir)
		return 0;
	is_root = glob_is_root(dirfd(dir));
	while (result == 0 && (entry = readdir(dir)) != NULL)
		if ((*entry->d_name != '.' || *pattern == '.') &&
		    match_text(pattern, entry->d_name) &&
		    !glob_in_the_way(dirfd(dir), is_root, entry->d_name))
			result = match_name(g, len, entry->d_name, rest);
	closedir(dir);
	return result;
}

/* @pattern is what is left after the @len bytes of path. */
static int match_rest(struct glob *g, size_t len, const char *pattern)
{
	const char *rest = strchr(pattern, '/');
	char *part;

	if (!rest)
		rest = pattern + strlen(pattern);
	part = arena_copy(g->arena, pattern, (size_t)(rest - pattern));
	if (!part)
		return -1;
	if (is_pattern(part))
		return match_dir(g, len, part, rest);
	/* A plain name after a pattern is a match only if there is such a file. */
	glob_unescape(part);
	if (len + strlen(part) >= PATH_SIZE)
		return 0;
	strcpy(g->path + len, part);
	if (*part ? access(g->path, F_OK) < 0 : len && !glob_is_dir(g->path))
		return 0;
	return match_name(g, len, part, rest);
}

int glob_match(struct arena *a, const char *pattern, void (*found)(void *arg, char *name),
	       void *arg)
{
	struct glob g = { .arena = a, .found = found, .arg = arg };
	size_t len = strspn(pattern, "/");

	if (len)
		g.path[0] = '/';
	return match_rest(&g, len > 0, pattern + len);
}
