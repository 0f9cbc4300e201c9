/* say.c - the messages of the shell. */
#include "shell.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

void sh_say(const char *first, ...)
{
	char buf[512];
	size_t len = 0;
	va_list ap;

	va_start(ap, first);
	for (const char *s = first; s; s = va_arg(ap, const char *)) {
		size_t n = strlen(s);

		n = n < sizeof(buf) - len ? n : sizeof(buf) - len;
		memcpy(buf + len, s, n);
		len += n;
	}
	va_end(ap);
	if (len == sizeof(buf))
		buf[len - 1] = '\n';
	(void)!write(STDERR_FILENO, buf, len);
}

void sh_warnx(const char *what, const char *why)
{
	sh_say("sh: ", what, ": ", why, "\n", NULL);
}

void sh_warn(const char *what)
{
	sh_warnx(what, strerror(errno));
}

/* --- set -x ------------------------------------------------------------------------ */

static bool say_is_plain(const char *word)
{
	for (const char *s = word; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("_-+./,:=@%^~", *s))
			return false;
	return *word;
}

static bool say_put(char **line, const char *text, size_t n)
{
	size_t len = *line ? strlen(*line) : 0;
	char *longer = arena_alloc(&shell.words, len + n + 1);

	if (!longer)
		return false;
	if (len)
		memcpy(longer, *line, len);
	memcpy(longer + len, text, n);
	*line = longer;
	return true;
}

char *sh_quote(const char *word)
{
	char *text = NULL;

	if (say_is_plain(word))
		return arena_copy(&shell.words, word, strlen(word));
	if (!say_put(&text, "'", 1))
		return NULL;
	for (;;) {
		size_t n = strcspn(word, "'");

		if (!say_put(&text, word, n))
			return NULL;
		if (!word[n])
			return say_put(&text, "'", 1) ? text : NULL;
		if (!say_put(&text, "'\\''", 4))
			return NULL;
		word += n + 1;
	}
}

void sh_trace(char **args)
{
	char *line = NULL;

	(void)say_put(&line, "+", 1);
	for (; *args && line; args++) {
		char *text = sh_quote(*args);

		if (!text || !say_put(&line, " ", 1) || !say_put(&line, text, strlen(text)))
			return;
	}
	if (line && say_put(&line, "\n", 1))
		(void)!write(STDERR_FILENO, line, strlen(line));
}
