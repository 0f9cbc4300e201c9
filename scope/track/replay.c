/* replay.c - see record.h: reading.  Whatever is read is checked each time, as the file may
 * have anything in it, and may change. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "track/record.h"

/* Copies @n bytes at *at, which moves on.  False: the file ends before. */
static bool replay_get(const struct replay *r, u64 *at, void *to, u64 n)
{
	if (n > r->size || *at > r->size - n)
		return false;
	memcpy(to, r->bytes + *at, (size_t)n);
	*at += n;
	return true;
}

/* A moment begins at *at. */
static bool replay_get_moment(const struct replay *r, u64 *at, double *ms)
{
	struct record_moment moment;

	if (!replay_get(r, at, &moment, sizeof(moment)) || moment.mark != RECORD_MOMENT ||
	    !(fabs(moment.ms) < 1e15))
		return false;
	*ms = moment.ms;
	return true;
}

/* Goes past a record, which may be RECORD_END.  If *at is then past the end of the file,
 * nothing more can be read there. */
static bool replay_skip_page(const struct replay *r, u64 *at, u32 *index)
{
	struct record_page head;

	if (!replay_get(r, at, &head, sizeof(head)))
		return false;
	if (head.words)
		*at += sizeof(struct record_mask) + head.words * sizeof(u64);
	*index = head.index;
	return *index == RECORD_END ? head.words == 0 : *index < r->pages;
}

/* Goes past a moment.  With @take, its pages are shown. */
static bool replay_pass_moment(struct replay *r, u64 *at, double *ms, bool take)
{
	u64 record;
	u32 index;

	if (!replay_get_moment(r, at, ms))
		return false;
	for (;;) {
		record = *at;
		if (!replay_skip_page(r, at, &index))
			return false;
		if (index == RECORD_END)
			return true;
		if (take && index < r->nwhere)
			r->where[index] = record;
		else if (!take)
			r->nwhere = MAX(r->nwhere, index + (u64)1);
	}
}

/* Finds the moments that are whole, and in order. */
static const char *replay_look_through(struct replay *r)
{
	u64 at = sizeof(struct record_head);
	double ms;

	r->end = at;
	while (at < r->size && replay_pass_moment(r, &at, &ms, false)) {
		if (r->end == sizeof(struct record_head))
			r->start_ms = ms;
		else if (ms < r->end_ms)
			return "is a recording whose time goes backwards";
		r->end_ms = ms;
		r->end = at;
	}
	return r->end == sizeof(struct record_head) ? "is a recording without a moment"
						    : NULL;
}

const char *replay_init(struct replay *r, const void *bytes, u64 size)
{
	struct record_head head;
	const char *wrong;
	u64 at = 0;

	*r = (struct replay){ .bytes = bytes, .size = size };
	if (!replay_get(r, &at, &head, sizeof(head)) ||
	    memcmp(head.magic, RECORD_MAGIC, sizeof(head.magic)) != 0)
		return "is no recording";
	if (head.version != RECORD_VERSION || head.page_bytes != PAGE_SIZE)
		return "is a recording of another version";
	if (!head.pages || head.pages > RECORD_PAGES_MAX)
		return "is a recording of a machine that cannot be";
	r->pages = head.pages;
	wrong = replay_look_through(r);
	if (wrong)
		return wrong;
	r->where = calloc(r->nwhere + 1, sizeof(*r->where));
	if (!r->where)
		return "needs more memory than there is";
	r->at = sizeof(head);
	replay_show(r, r->start_ms);
	return NULL;
}

void replay_fini(struct replay *r)
{
	free(r->where);
	r->where = NULL;
}

/* Whether the next moment is one up to @ms. */
static bool replay_is_due(const struct replay *r, double ms)
{
	double next;
	u64 at = r->at;

	return at < r->end && replay_get_moment(r, &at, &next) && next <= ms;
}

void replay_show(struct replay *r, double ms)
{
	ms = ms >= r->start_ms ? ms : r->start_ms;
	if (ms < r->shown_ms) {
		memset(r->where, 0, (size_t)(r->nwhere * sizeof(*r->where)));
		r->at = sizeof(struct record_head);
	}
	while (replay_is_due(r, ms))
		if (!replay_pass_moment(r, &r->at, &r->shown_ms, true))
			return;
}

const void *replay_page(void *arg, u64 index)
{
	struct replay *r = arg;
	u64 at = index < r->nwhere ? r->where[index] : 0;
	struct record_page head;
	struct record_mask mask;

	if (!at || !replay_get(r, &at, &head, sizeof(head)) || !head.words ||
	    !replay_get(r, &at, &mask, sizeof(mask)))
		return NULL;
	for (u32 i = 0; i < RECORD_WORDS; i++) {
		r->page[i] = 0;
		if ((mask.bits[i / 64] >> i % 64 & 1) &&
		    !replay_get(r, &at, &r->page[i], sizeof(u64)))
			return NULL;
	}
	return r->page;
}
