/* temp.c - a new directory with a name that nobody has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LETTERS 6
#define TRIES 100

/* The last six characters of @name, which are X, become others. */
char *mkdtemp(char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(name);
	char *x = name + len - LETTERS;
	struct timespec now;
	unsigned long n;

	if (len < LETTERS || strcmp(x, "XXXXXX") != 0) {
		errno = EINVAL;
		return NULL;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	n = (unsigned long)now.tv_nsec * 31 + (unsigned long)getpid();
	for (int try = 0; try < TRIES; try++, n += 7919) {
		unsigned long left = n;

		for (int i = 0; i < LETTERS; i++, left /= sizeof(letters) - 1)
			x[i] = letters[left % (sizeof(letters) - 1)];
		if (mkdir(name, 0700) == 0)
			return name;
		if (errno != EEXIST)
			break;
	}
	memset(x, 'X', LETTERS);
	return NULL;
}
