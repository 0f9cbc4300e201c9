/* packet.c - see packet.h. */

#include "dev/net/packet.h"

#include "core/sync/spinlock.h"
#include "mm/phys/frame.h"

_Static_assert(sizeof(struct packet) <= PAGE_SIZE, "a packet fits into a frame");

static bool keeps;          /* (C) after boot                      */
static struct packet *kept; /* (A) NULL: somebody has it, or !keeps */

bool packet_keep_one(void)
{
	kept = packet_alloc(0);
	keeps = kept != NULL;
	return keeps;
}

struct packet *packet_alloc(unsigned flags)
{
	struct packet *p = NULL;
	struct page *pg;

	spin_rank_fits(RANK_frame);
	if (keeps && flags & FRAME_NOWAIT)
		p = __atomic_exchange_n(&kept, NULL, __ATOMIC_ACQUIRE);
	if (!p) {
		pg = frame_alloc(FRAME_packet, flags);
		p = pg ? frame_va(pg) : NULL;
	}
	if (!p)
		return NULL;
	list_init(&p->link);
	p->start = p->bytes = 0;
	return p;
}

void packet_free(struct packet *p)
{
	struct packet *none = NULL;

	spin_rank_fits(RANK_frame);
	if (!keeps || !__atomic_compare_exchange_n(&kept, &none, p, false, __ATOMIC_RELEASE,
						   __ATOMIC_RELAXED))
		frame_put(frame_of_va(p));
}
