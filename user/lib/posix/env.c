/* env.c - the variables of the environment.
 *
 * picolibc's setenv() crashes once a program has set environ itself, and writes over
 * strings that are not its own. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A string that setenv() has made. */
struct env_string {
	struct env_string *next;
	char text[];
};

static struct env_string *env_strings;
static char **env_array; /* made here, and in use if environ is the same */
static size_t env_room;  /* entries of env_array, the NULL included      */

/* The entry of the variable whose name are the @len bytes at @name; NULL: there is none. */
static char **env_find(const char *name, size_t len)
{
	for (char **entry = environ; entry && *entry; entry++)
		if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
			return entry;
	return NULL;
}

/* Frees @text if setenv() has made it. */
static void env_drop(const char *text)
{
	for (struct env_string **link = &env_strings; *link; link = &(*link)->next) {
		struct env_string *s = *link;

		if (s->text != text)
			continue;
		*link = s->next;
		free(s);
		return;
	}
}

/* One more entry. */
static bool env_append(char *text)
{
	size_t n = 0;
	char **array = environ;

	while (environ && environ[n])
		n++;
	if (environ != env_array || n + 2 > env_room) {
		array = realloc(env_array, (2 * n + 8) * sizeof(*array));
		if (!array)
			return false;
		if (environ != env_array && n)
			memcpy(array, environ, n * sizeof(*array));
		env_array = environ = array;
		env_room = 2 * n + 8;
	}
	array[n] = text;
	array[n + 1] = NULL;
	return true;
}

static bool env_put(char *text, size_t len)
{
	char **entry = env_find(text, len);

	if (!entry)
		return env_append(text);
	if (*entry != text) {
		env_drop(*entry);
		*entry = text;
	}
	return true;
}

/* The length of @name; 0 with errno set if no variable can have it. */
static size_t env_length(const char *name)
{
	size_t len = name ? strcspn(name, "=") : 0;

	if (len && !name[len])
		return len;
	errno = EINVAL;
	return 0;
}

char *getenv(const char *name)
{
	size_t len = strlen(name);
	char **entry = len ? env_find(name, len) : NULL;

	return entry ? *entry + len + 1 : NULL;
}

int setenv(const char *name, const char *value, int overwrite)
{
	size_t len = env_length(name), bytes;
	struct env_string *s;

	if (!len)
		return -1;
	if (!overwrite && env_find(name, len))
		return 0;
	bytes = strlen(value) + 1;
	s = malloc(sizeof(*s) + len + 1 + bytes);
	if (!s)
		return -1;
	memcpy(s->text, name, len);
	s->text[len] = '=';
	memcpy(s->text + len + 1, value, bytes);
	if (!env_put(s->text, len)) {
		free(s);
		return -1;
	}
	s->next = env_strings;
	env_strings = s;
	return 0;
}

int unsetenv(const char *name)
{
	size_t len = env_length(name);
	char **entry;

	if (!len)
		return -1;
	while ((entry = env_find(name, len)) != NULL) {
		env_drop(*entry);
		do {
			entry[0] = entry[1];
		} while (*entry++);
	}
	return 0;
}

int putenv(char *text)
{
	size_t len = strcspn(text, "=");

	if (text[len] && len)
		return env_put(text, len) ? 0 : -1;
	return unsetenv(text);
}
