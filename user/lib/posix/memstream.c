/* memstream.c - open_memstream(): a stream that writes into memory which grows. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct memstream {
	struct __file_close stream; /* first */
	char **text; /* what the caller sees: always up to date, and ends with NUL */
	size_t *size;
	size_t room; /* bytes of *text */
};

static int memstream_put(char c, FILE *f)
{
	struct memstream *m = (struct memstream *)f;

	if (*m->size + 1 >= m->room) {
		char *more = realloc(*m->text, 2 * m->room);

		if (!more)
			return EOF;
		*m->text = more;
		m->room *= 2;
	}
	(*m->text)[(*m->size)++] = c;
	(*m->text)[*m->size] = '\0';
	return (unsigned char)c;
}

static int memstream_close(FILE *f)
{
	free(f);
	return 0;
}

FILE *open_memstream(char **text, size_t *size)
{
	struct memstream *m = malloc(sizeof(*m));

	if (!m)
		return NULL;
	*m = (struct memstream){
		.stream =
			FDEV_SETUP_CLOSE(memstream_put, NULL, NULL, memstream_close, __SWR),
		.text = text,
		.size = size,
		.room = 64,
	};
	*text = malloc(m->room);
	if (!*text) {
		free(m);
		return NULL;
	}
	**text = '\0';
	*size = 0;
	return &m->stream.file;
}
