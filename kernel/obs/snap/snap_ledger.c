/* snap_ledger.c - what the frames of the machine are used for: by kind, and in detail.
 *
 * Either list is made from one census of the allocator, so its rows add up to all RAM.
 * The slab caches are read a little later; what has changed by then is a row of its
 * own. */

#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/phys/slab.h"
#include "net/net.h"
#include "net/port.h"
#include "obs/snap/snap_priv.h"

/* --- by kind ------------------------------------------------------------- */

void snap_frames(struct snap *s)
{
	static const char *const what[FRAME_NKINDS] = {
#define X(kind, text) text,
		FRAME_KINDS(X)
#undef X
	};
	struct frame_census now;

	frame_census(&now);
	for (u64 i = 0; i < FRAME_NKINDS; i++) {
		struct snap_counter c = { frame_kind_name[i], what[i], now.count[i] };

		if (!snap_add_counter(s, i, &c))
			return;
	}
}

/* --- in detail ----------------------------------------------------------- */

struct ledger {
	struct snap *s;
	u64 index; /* of the next row                       */
	u32 kind;  /* of the rows that are being added      */
};

/* Adds a row, if it is not below s->start and the piece has room. */
static void ledger_add_row(struct ledger *l, const char *name, u64 count, u64 pages)
{
	u64 index = l->index++;
	struct snap *s = l->s;
	struct snap_use *r;

	if (index < s->start || s->header->next != SNAP_END)
		return;
	if (s->header->count == s->room) {
		s->header->next = index;
		return;
	}
	r = snap_add(s);
	strlcpy(r->name, name, sizeof(r->name));
	r->kind = l->kind;
	r->count = count;
	r->pages = pages;
}

static void ledger_add_free(struct ledger *l, const struct frame_census *now)
{
	char name[24];

	for (unsigned order = 0; order <= FRAME_MAX_ORDER; order++) {
		u64 kib = 4ul << order;

		fmt_snprintf(name, sizeof(name), "blocks of %lu %s",
			     kib < 1024 ? kib : kib / 1024, kib < 1024 ? "KiB" : "MiB");
		ledger_add_row(l, name, now->blocks[order], now->blocks[order] << order);
	}
	for (unsigned i = 0; i < nharts; i++) {
		fmt_snprintf(name, sizeof(name), "list of hart %u", i);
		ledger_add_row(l, name, now->cached[i], now->cached[i]);
	}
}

static void ledger_add_slabs(struct ledger *l, u64 left)
{
	for (struct slab_cache *c = slab_next(NULL); c; c = slab_next(c)) {
		u64 objects, pages;

		spin_lock(&c->lock);
		objects = c->inuse;
		pages = MIN(c->nslabs, left);
		spin_unlock(&c->lock);
		ledger_add_row(l, c->name, objects, pages);
		left -= pages;
	}
	ledger_add_row(l, "changing hands", left, left);
}

/* Packets have one frame each. */
static void ledger_add_packets(struct ledger *l, u64 left)
{
	u64 n = MIN(net_device_packets(), left);

	ledger_add_row(l, "for the device", n, n);
	left -= n;
	n = MIN(port_packets(), left);
	ledger_add_row(l, "in queues of ports", n, n);
	ledger_add_row(l, "on their way", left - n, left - n);
}

void snap_ledger(struct snap *s)
{
	struct ledger l = { .s = s };
	struct frame_census now;

	frame_census(&now);
	for (l.kind = 0; l.kind < FRAME_NKINDS; l.kind++) {
		u64 pages = now.count[l.kind];

		if (l.kind == FRAME_free)
			ledger_add_free(&l, &now);
		else if (l.kind == FRAME_slab)
			ledger_add_slabs(&l, pages);
		else if (l.kind == FRAME_packet)
			ledger_add_packets(&l, pages);
		else
			ledger_add_row(&l, frame_kind_name[l.kind], pages, pages);
	}
}
