/* packet.c - see packet.h. */

#include "dev/net/packet.h"

#include "mm/phys/frame.h"

_Static_assert(sizeof(struct packet) <= PAGE_SIZE, "a packet fits into a frame");

struct packet *packet_alloc(unsigned flags)
{
	struct page *pg = frame_alloc(FRAME_packet, flags);
	struct packet *p;

	if (!pg)
		return NULL;
	p = frame_va(pg);
	list_init(&p->link);
	p->start = p->bytes = 0;
	return p;
}

void packet_free(struct packet *p)
{
	frame_put(frame_of_va(p));
}
