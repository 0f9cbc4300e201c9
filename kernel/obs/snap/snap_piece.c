/* snap_piece.c - adding records to a piece. */

#include "lib/assert.h"
#include "lib/string.h"
#include "obs/snap/snap_priv.h"

void *snap_add(struct snap *s)
{
	struct snap_header *h = s->header;
	u8 *record = (u8 *)(h + 1) + (u64)h->count * h->record_bytes;

	ASSERT(h->count < s->room);
	h->count++;
	return memset(record, 0, h->record_bytes);
}

bool snap_add_counter(struct snap *s, u64 index, const struct snap_counter *c)
{
	struct snap_count *r;

	if (index < s->start)
		return true;
	if (s->header->count == s->room) {
		s->header->next = index;
		return false;
	}
	r = snap_add(s);
	strlcpy(r->name, c->name, sizeof(r->name));
	strlcpy(r->what, c->what, sizeof(r->what));
	r->value = c->value;
	return true;
}
