/* glob.c - glob(): file names that match a pattern, as the shell has it. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "uapi/limits.h"

struct search {
	glob_t *result;
	int flags;
	int (*failed)(const char *path, int error);
	char path[MAXPATH]; /* what is found so far */
};

static bool search_escapes(const struct search *s)
{
	return !(s->flags & GLOB_NOESCAPE);
}

/* Whether the first @len bytes of @text have one of the characters that match others. */
static bool search_is_pattern(const struct search *s, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && search_escapes(s))
			i++;
		else if (strchr("*?[", text[i]))
			return true;
	}
	return false;
}

static int search_add(struct search *s, const char *path, bool mark)
{
	size_t at = s->result->gl_offs + s->result->gl_pathc;
	char **more = realloc(s->result->gl_pathv, (at + 2) * sizeof(*more));
	char *copy;

	if (!more)
		return GLOB_NOSPACE;
	s->result->gl_pathv = more;
	copy = malloc(strlen(path) + 2);
	if (!copy)
		return GLOB_NOSPACE;
	strcpy(stpcpy(copy, path), mark ? "/" : "");
	more[at] = copy;
	more[at + 1] = NULL;
	s->result->gl_pathc++;
	return 0;
}

/* The path is complete. */
static int search_found(struct search *s)
{
	bool slash = s->path[strlen(s->path) - 1] == '/', is_dir;
	struct stat st;

	if (lstat(s->path, &st) < 0)
		return 0;
	is_dir = stat(s->path, &st) == 0 && S_ISDIR(st.st_mode);
	if (slash && !is_dir)
		return 0;
	return search_add(s, s->path, s->flags & GLOB_MARK && is_dir && !slash);
}

static int search_part(struct search *s, const char *pattern, size_t used);

/* Goes on with @name, of @len bytes, after the @used bytes of the path. */
static int search_enter(struct search *s, const char *rest, const char *name, size_t used)
{
	size_t len = strlen(name);
	int result;

	if (used + len >= sizeof(s->path))
		return 0; /* there is no such file */
	memcpy(s->path + used, name, len + 1);
	result = search_part(s, rest, used + len);
	s->path[used] = '\0';
	return result;
}

static int search_dir(struct search *s, const char *part, const char *rest, size_t used)
{
	int fnflags = FNM_PERIOD | (search_escapes(s) ? 0 : FNM_NOESCAPE), result = 0;
	struct dirent **names;
	int n = scandir(used ? s->path : ".", &names, NULL, NULL);

	if (n < 0) {
		if (errno == ENOTDIR || errno == ENOENT)
			return 0;
		if (errno == ENOMEM)
			return GLOB_NOSPACE;
		if (s->failed && s->failed(s->path, errno))
			return GLOB_ABORTED;
		return s->flags & GLOB_ERR ? GLOB_ABORTED : 0;
	}
	for (int i = 0; i < n; i++) {
		if (result == 0 && fnmatch(part, names[i]->d_name, fnflags) == 0)
			result = search_enter(s, rest, names[i]->d_name, used);
		free(names[i]);
	}
	free(names);
	return result;
}

/* Takes the backslashes out that make the next character stand for itself. */
static void search_unescape(char *part)
{
	char *to = part;

	for (; *part; part++) {
		if (*part == '\\' && part[1])
			part++;
		*to++ = *part;
	}
	*to = '\0';
}

static int search_part(struct search *s, const char *pattern, size_t used)
{
	char part[MAXPATH];
	size_t len;

	for (; *pattern == '/'; pattern++) {
		if (used + 1 >= sizeof(s->path))
			return 0;
		s->path[used++] = '/';
		s->path[used] = '\0';
	}
	if (!*pattern)
		return used ? search_found(s) : 0;
	len = strcspn(pattern, "/");
	if (len >= sizeof(part))
		return 0;
	memcpy(part, pattern, len);
	part[len] = '\0';
	if (search_is_pattern(s, part, len))
		return search_dir(s, part, pattern + len, used);
	if (search_escapes(s))
		search_unescape(part);
	return search_enter(s, pattern + len, part, used);
}

static int search_order(const void *a, const void *b)
{
	return strcoll(*(char *const *)a, *(char *const *)b);
}

int glob(const char *restrict pattern, int flags, int (*failed)(const char *, int),
	 glob_t *restrict result)
{
	struct search s = { .result = result, .flags = flags, .failed = failed };
	size_t had;
	int error;

	if (!(flags & GLOB_DOOFFS))
		result->gl_offs = 0;
	if (!(flags & GLOB_APPEND)) {
		result->gl_pathc = 0;
		result->gl_pathv = calloc(result->gl_offs + 1, sizeof(char *));
		if (!result->gl_pathv)
			return GLOB_NOSPACE;
	}
	had = result->gl_pathc;
	error = search_part(&s, pattern, 0);
	if (!error && result->gl_pathc == had)
		error = flags & GLOB_NOCHECK ? search_add(&s, pattern, false)
					     : GLOB_NOMATCH;
	if (!(flags & GLOB_NOSORT))
		qsort(result->gl_pathv + result->gl_offs + had, result->gl_pathc - had,
		      sizeof(char *), search_order);
	return error;
}

void globfree(glob_t *result)
{
	for (size_t i = 0; result->gl_pathv && i < result->gl_pathc; i++)
		free(result->gl_pathv[result->gl_offs + i]);
	free(result->gl_pathv);
	result->gl_pathv = NULL;
	result->gl_pathc = 0;
}
