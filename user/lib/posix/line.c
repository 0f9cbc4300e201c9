/* line.c - lines of any length, and formatted output to a descriptor. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Makes room for one more byte and the NUL after @used bytes. */
static bool line_grow(char **line, size_t *size, size_t used)
{
	size_t room = *line ? *size : 0;
	char *more;

	if (used + 2 <= room)
		return true;
	room = room < 120 ? 120 : room * 2;
	more = realloc(*line, room);
	if (!more)
		return false;
	*line = more;
	*size = room;
	return true;
}

ssize_t getdelim(char **restrict line, size_t *restrict size, int end, FILE *restrict f)
{
	size_t used = 0;
	int c;

	if (!line || !size) {
		errno = EINVAL;
		return -1;
	}
	do {
		c = getc(f);
		if (!line_grow(line, size, used))
			return -1;
		if (c != EOF)
			(*line)[used++] = (char)c;
	} while (c != EOF && c != end);
	(*line)[used] = '\0';
	return used && !ferror(f) ? (ssize_t)used : -1;
}

ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict f)
{
	return getdelim(line, size, '\n', f);
}

int vdprintf(int fd, const char *restrict format, va_list args)
{
	char *text;
	int len = vasprintf(&text, format, args), done = 0;

	if (len < 0)
		return -1;
	while (done < len) {
		ssize_t n = write(fd, text + done, (size_t)(len - done));

		if (n < 0)
			break;
		done += (int)n;
	}
	free(text);
	return done == len ? len : -1;
}

int dprintf(int fd, const char *restrict format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vdprintf(fd, format, args);
	va_end(args);
	return n;
}
