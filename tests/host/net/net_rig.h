/* net_rig.h - the network with a device that the test plays: what is sent is kept, and
 * frames are handed to the thread's function.  Time passes only while somebody waits.  It
 * defines its functions, so one file of a test program includes it. */
#pragma once

#include <string.h>

#include "core/clock.h"
#include "core/sync/waitq.h"
#include "core/thread.h"
#include "dev/net/netdev.h"
#include "dev/net/packet.h"
#include "dev/tty/uart.h"
#include "lib/assert.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "shim.h"
#include "uapi/errno.h"

#define SENT_MAX 64

static u64 now = 1000;      /* ms */
static u32 live;            /* packets that somebody holds */
static bool no_memory;      /* packet_alloc() fails        */
static int transmit_result; /* of the device               */
static u32 column;

static struct {
	u8 bytes[1600];
	u32 n;
} sent[SENT_MAX];
static u32 nsent;

/* Called for each millisecond that somebody waits; true ends the wait. */
static bool (*while_waiting)(void);

/* --- the rest of the kernel -------------------------------------------------- */

u64 clock_now(void)
{
	return now;
}

u64 clock_from_ms(u64 ms)
{
	return ms;
}

u64 clock_hz(void)
{
	return 1000;
}

u32 uart_column(void)
{
	return column;
}

struct packet *packet_alloc(unsigned flags)
{
	struct packet *p = no_memory ? NULL : malloc(sizeof(*p));

	(void)flags;
	if (!p)
		return NULL;
	memset(p, 0xa5, sizeof(*p)); /* what was in the frame before */
	list_init(&p->link);
	p->start = p->bytes = 0;
	live++;
	return p;
}

void packet_free(struct packet *p)
{
	live--;
	free(p);
}

int waitq_wait_until(struct waitq *wq, struct spinlock *lk, u64 deadline)
{
	(void)wq;
	ASSERT(shim_spin_depth() == 1);
	if (now >= deadline)
		return -ETIMEDOUT;
	spin_unlock(lk);
	now++;
	if (while_waiting)
		(void)while_waiting();
	spin_lock(lk);
	return 0;
}

int copyin(void *dst, uptr_t src, u64 n)
{
	if (src.va < PAGE_SIZE)
		return -EFAULT;
	memcpy(dst, (const void *)src.va, n);
	return 0;
}

int copyout(uptr_t dst, const void *src, u64 n)
{
	if (dst.va < PAGE_SIZE)
		return -EFAULT;
	memcpy((void *)dst.va, src, n);
	return 0;
}

/* --- the device -------------------------------------------------------------- */

static const u8 our_mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
static const u8 peer_mac[6] = { 2, 0, 0, 0, 0, 2 };
static void (*frame_fn)(struct packet *);

static int device_transmit(struct netdev *dev, const void *frame, u32 bytes)
{
	(void)dev;
	ASSERT(bytes >= 60 && bytes <= 1514);
	if (transmit_result)
		return transmit_result;
	ASSERT(nsent < SENT_MAX);
	memcpy(sent[nsent].bytes, frame, bytes);
	sent[nsent++].n = bytes;
	return 0;
}

static struct netdev device = {
	.name = "device",
	.mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
	.transmit = device_transmit,
};
static struct netdev *the_device = &device;

struct netdev *netdev_get(void)
{
	return the_device;
}

int netdev_start(struct netdev *dev, void (*upcall)(struct packet *))
{
	(void)dev;
	frame_fn = upcall;
	return 0;
}

/* A frame comes in. */
static void frame_comes(const void *bytes, u32 n)
{
	struct packet *p = packet_alloc(0);
	bool had_memory = !no_memory;

	ASSERT(had_memory && n <= PACKET_ROOM);
	memcpy(p->data, bytes, n);
	p->bytes = n;
	frame_fn(p);
	ASSERT(shim_spin_depth() == 0);
}
