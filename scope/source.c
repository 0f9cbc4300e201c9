/* source.c - see source.h. */

#include "source.h"

#include <stdlib.h>
#include <string.h>

static const u64 zeros[RECORD_WORDS];

static const void *source_page(void *arg, u64 index)
{
	const void *page = mapped_page(&((struct source *)arg)->file, index);

	return page ? page : zeros;
}

/* A page of the moment, which stays where it is; NULL: there is no memory for it. */
static const void *source_past_page(void *arg, u64 index)
{
	struct source *s = arg;
	const void *page;
	void *copy;

	if (s->pages[index])
		return s->pages[index];
	page = replay_page(&s->replay, index);
	if (!page)
		return s->pages[index] = zeros;
	copy = malloc(PAGE_SIZE);
	if (copy)
		s->pages[index] = memcpy(copy, page, PAGE_SIZE);
	return copy;
}

static const char *source_open_past(struct source *s, struct ram *ram, double seconds)
{
	const char *wrong = replay_init(&s->replay, s->file.start, s->file.bytes);
	double length = (s->replay.end_ms - s->replay.start_ms) / 1e3;

	if (wrong)
		return wrong;
	s->pages = calloc(s->replay.pages, sizeof(*s->pages));
	if (!s->pages)
		return "needs more memory than there is";
	if (seconds > length)
		return "is a recording that ends before that time";
	seconds = seconds < 0 ? length : seconds;
	replay_show(&s->replay, s->replay.start_ms + 1e3 * seconds);
	ram->page = source_past_page;
	ram->pages = s->replay.pages;
	return NULL;
}

const char *source_open(struct source *s, struct ram *ram, const char *name, double seconds)
{
	const char *wrong;

	*s = (struct source){ .pages = NULL };
	wrong = mapped_open(&s->file, name);
	if (wrong)
		return wrong;
	*ram = (struct ram){ .page = source_page, .arg = s, .pages = s->file.pages };
	if (memcmp(s->file.start, RECORD_MAGIC, sizeof(RECORD_MAGIC) - 1) == 0)
		return source_open_past(s, ram, seconds);
	return seconds < 0 ? NULL : "is no recording: it has no other time than now";
}
