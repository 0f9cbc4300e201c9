/* packet.h - a packet of the network, in a frame of its own.
 *
 * A packet belongs to one holder at a time: a driver, the net thread, the queue of a port,
 * or a thread that sends or receives.  Whoever holds it fills it or frees it. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

#define PACKET_ROOM 2048 /* bytes; an Ethernet frame has at most 1518 */
#define PACKET_HEAD 16   /* for what a device puts before the frame   */

struct packet {
	struct list link; /* of the holder                            */
	u32 start;        /* [start, start + bytes) of data[] is used */
	u32 bytes;
	u32 src;              /* of a datagram, as its IP header says     */
	u16 sport;            /* of a datagram                            */
	u8 eth_src[6];        /* of a frame that came in                  */
	u8 head[PACKET_HEAD]; /* the driver's; physically contiguous    */
	u8 data[PACKET_ROOM];
};

/* At boot, if there is a network device: keeps one packet for callers that cannot wait.  So
 * a frame that is only looked at takes no memory, and comes in even if there is none.
 * False: no memory. */
bool packet_keep_one(void) MUST_CHECK;

/* An empty packet (the bytes are not cleared), or NULL: no memory.  @flags as for
 * frame_alloc(); with FRAME_NOWAIT perhaps the one that is kept. */
struct packet *packet_alloc(unsigned flags) MUST_CHECK;

/* Any context. */
void packet_free(struct packet *p);

static inline u8 *packet_bytes(struct packet *p)
{
	return p->data + p->start;
}
