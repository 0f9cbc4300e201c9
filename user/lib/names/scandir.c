/* scandir.c - all names of a directory at once. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int scandir_order(const struct dirent **a, const struct dirent **b);

int alphasort(const struct dirent **a, const struct dirent **b)
{
	return strcoll((*a)->d_name, (*b)->d_name);
}

static void scandir_free(struct dirent **list, int n)
{
	while (n > 0)
		free(list[--n]);
	free(list);
}

/* Adds a copy of @entry to the list of @n.  False: no memory. */
static bool scandir_add(struct dirent ***list, int n, const struct dirent *entry)
{
	struct dirent **more = *list;

	if ((n & (n - 1)) == 0) { /* it has room for a power of two */
		more = realloc(more, (n ? 2 * (size_t)n : 1) * sizeof(*more));
		if (!more)
			return false;
		*list = more;
	}
	more[n] = malloc(sizeof(*entry));
	if (!more[n])
		return false;
	*more[n] = *entry;
	return true;
}

int scandir(const char *path, struct dirent ***result, int (*want)(const struct dirent *),
	    scandir_order *order)
{
	struct dirent **list = malloc(sizeof(struct dirent *)), *entry;
	DIR *dir = opendir(path);
	int n = 0;

	while (dir && list && (entry = readdir(dir))) {
		if (want && !want(entry))
			continue;
		if (!scandir_add(&list, n, entry)) {
			scandir_free(list, n);
			list = NULL;
			errno = ENOMEM;
			break;
		}
		n++;
	}
	if (dir)
		closedir(dir);
	if (!dir || !list) {
		if (dir)
			errno = ENOMEM;
		free(list);
		return -1;
	}
	if (order)
		qsort(list, (size_t)n, sizeof(*list),
		      (int (*)(const void *, const void *))order);
	*result = list;
	return n;
}
