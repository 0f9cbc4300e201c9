/* realpath.c - the path of a file without `.`, `..` and symbolic links. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi/limits.h"

#define LINKS_MAX 10

struct resolve {
	char done[MAXPATH]; /* absolute, no link in it, and no slash at its end */
	char rest[MAXPATH]; /* to be looked at */
	int links;
};

/* Takes the last element off r->done. */
static void resolve_up(struct resolve *r)
{
	char *slash = strrchr(r->done, '/');

	if (slash)
		*slash = '\0';
}

/* Puts what the link r->done says before r->rest, which is empty or begins with a slash. */
static int resolve_link(struct resolve *r)
{
	char target[MAXPATH];
	ssize_t n = readlink(r->done, target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = '\0';
	if (++r->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if ((size_t)n + strlen(r->rest) + 1 > sizeof(r->rest)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(r->rest + n, r->rest, strlen(r->rest) + 1);
	memcpy(r->rest, target, (size_t)n);
	if (*target == '/')
		*r->done = '\0';
	else
		resolve_up(r);
	return 0;
}

/* Moves the next element, @len bytes of it, from r->rest to r->done. */
static int resolve_element(struct resolve *r, size_t len)
{
	size_t at = strlen(r->done);
	struct stat st;
	bool more = r->rest[len] == '/';

	if (at + 1 + len + 1 > sizeof(r->done)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	r->done[at] = '/';
	memcpy(r->done + at + 1, r->rest, len);
	r->done[at + 1 + len] = '\0';
	memmove(r->rest, r->rest + len, strlen(r->rest + len) + 1);
	if (lstat(r->done, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return resolve_link(r);
	if (more && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return 0;
}

static int resolve_path(struct resolve *r)
{
	for (;;) {
		size_t slashes = strspn(r->rest, "/"), len;

		memmove(r->rest, r->rest + slashes, strlen(r->rest + slashes) + 1);
		if (!*r->rest)
			return 0;
		len = strcspn(r->rest, "/");
		if (len == 1 && *r->rest == '.') {
			memmove(r->rest, r->rest + 1, strlen(r->rest));
		} else if (len == 2 && strncmp(r->rest, "..", 2) == 0) {
			memmove(r->rest, r->rest + 2, strlen(r->rest + 1));
			resolve_up(r);
		} else if (resolve_element(r, len) < 0) {
			return -1;
		}
	}
}

char *realpath(const char *restrict path, char *restrict resolved)
{
	struct resolve r = { .links = 0 };

	if (!path || !*path || strlcpy(r.rest, path, sizeof(r.rest)) >= sizeof(r.rest)) {
		errno = !path ? EINVAL : !*path ? ENOENT : ENAMETOOLONG;
		return NULL;
	}
	if (*path != '/' && !getcwd(r.done, sizeof(r.done)))
		return NULL;
	if (strcmp(r.done, "/") == 0)
		*r.done = '\0';
	if (resolve_path(&r) < 0)
		return NULL;
	if (!*r.done)
		strcpy(r.done, "/");
	return resolved ? strcpy(resolved, r.done) : strdup(r.done);
}
