/* echo.c - echo requests of ours, and the threads that wait for the replies. */

#include "core/clock.h"
#include "core/sync/waitq.h"
#include "dev/net/packet.h"
#include "lib/list.h"
#include "net/icmp.h"
#include "net/net.h"
#include "uapi/errno.h"

/* On the stack of the thread that waits. */
struct echo_wait {
	struct list link; /* (lock) */
	u32 addr;         /* (C) */
	u32 number;       /* (C) id and seq of the request */
	u64 replied;      /* (lock) when; 0: not yet */
};

static struct spinlock lock = SPINLOCK_INIT("echo", net);
static struct list waiting = LIST_INIT(waiting);   /* (lock) struct echo_wait */
static struct waitq replies = WAITQ_INIT(replies); /* one of them has its reply */
static u32 next_number;                            /* (lock) */

void net_echo_reply(u32 src, const struct icmp_echo *e)
{
	u32 number = (u32)e->id << 16 | e->seq;
	struct echo_wait *w;

	spin_lock(&lock);
	list_for_each(w, &waiting, link) {
		if (w->addr == src && w->number == number && !w->replied) {
			w->replied = clock_now();
			waitq_wake_all(&replies);
		}
	}
	spin_unlock(&lock);
}

static int echo_send(const struct echo_wait *w, u32 bytes)
{
	const struct icmp_echo e = { .id = w->number >> 16, .seq = w->number };
	struct ipv4 ip = { .dst = w->addr, .protocol = IPV4_ICMP };
	struct packet *p = net_packet(0);

	if (!p)
		return -ENOMEM;
	p->start -= ICMP_HEADER;
	p->bytes = ICMP_HEADER + bytes;
	for (u32 i = 0; i < bytes; i++)
		packet_bytes(p)[ICMP_HEADER + i] = i;
	icmp_build(packet_bytes(p), p->bytes, &e);
	return net_send(&ip, p);
}

s64 net_echo(u32 dst, u64 bytes, u64 ms)
{
	struct echo_wait w = { .addr = dst };
	u64 start, end;
	int err;

	if (bytes > NET_DATA_MAX)
		return -EMSGSIZE;
	spin_lock(&lock);
	w.number = next_number++;
	list_add_tail(&waiting, &w.link);
	spin_unlock(&lock);
	start = clock_now();
	err = echo_send(&w, bytes);
	end = clock_now() + clock_from_ms(MIN(ms, 3600000ul));
	spin_lock(&lock);
	while (!err && !w.replied)
		err = waitq_wait_until(&replies, &lock, end);
	list_del(&w.link);
	spin_unlock(&lock);
	if (!w.replied)
		return err;
	return (s64)MAX((w.replied - start) * (1000000000ul / clock_hz()), 1ul);
}
