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

/* What begins a line of set -x. */
static const char *say_prefix(void)
{
	const char *ps4 = sh_value("PS4");
	char *prefix;

	if (!ps4)
		return "+ ";
	shell.options &= ~(unsigned)SH_XTRACE;
	prefix = sh_word(ps4);
	shell.options |= SH_XTRACE;
	return prefix ? prefix : "+ ";
}

void sh_trace(const struct sh_word *assigns, char **args)
{
	const char *text = say_prefix();
	char *line = NULL;

	if (!say_put(&line, text, strlen(text)))
		return;
	for (; assigns; assigns = assigns->next)
		if (!say_put(&line, assigns->text, strlen(assigns->text)) ||
		    !say_put(&line, " ", 1))
			return;
	for (; *args; args++) {
		text = sh_quote(*args);
		if (!text || !say_put(&line, text, strlen(text)) || !say_put(&line, " ", 1))
			return;
	}
	line[strlen(line) - 1] = '\n';
	(void)!write(STDERR_FILENO, line, strlen(line));
}
