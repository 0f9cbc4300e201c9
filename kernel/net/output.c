/* output.c - packets that go out: to which machine, and through the device.
 *
 * A thread that sends waits until the Ethernet address of the next machine is known, so no
 * packet is ever kept for later.  A reply goes to the address that the request came from,
 * and does not wait. */

#include "core/clock.h"
#include "core/sync/waitq.h"
#include "core/thread.h"
#include "dev/net/netdev.h"
#include "dev/net/packet.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "net/arp.h"
#include "net/net.h"
#include "net/netstat.h"
#include "net/wire.h"
#include "uapi/errno.h"

/* QEMU's e1000 delivers nothing in the second after it was started. */
#define ARP_TRIES 10
#define ARP_TRY_MS 300
#define ARP_KEEP_MS 300000
#define ROOM_TRIES 100 /* of 1 ms each */

static struct spinlock lock = SPINLOCK_INIT("arp", net);
static struct arp_table table;                     /* (lock) */
static struct waitq answers = WAITQ_INIT(answers); /* somebody learned an address */
static struct waitq pause = WAITQ_INIT(pause);     /* a sleep that nobody ends early */
static u32 next_id;                                /* (A) of an IP packet */

/* --- through the device --------------------------------------------------------------- */

/* Puts the Ethernet header before @p, and sends it. */
static int output_frame(struct netdev *dev, struct packet *p, const u8 dst[6], u16 type)
{
	struct eth e = { .type = type };
	int err;

	memcpy(e.dst, dst, 6);
	memcpy(e.src, dev->mac, 6);
	p->start -= ETH_HEADER;
	p->bytes += ETH_HEADER;
	eth_build(packet_bytes(p), &e);
	if (p->bytes < ETH_LEAST) {
		memset(packet_bytes(p) + p->bytes, 0, ETH_LEAST - p->bytes);
		p->bytes = ETH_LEAST;
	}
	err = dev->transmit(dev, packet_bytes(p), p->bytes);
	if (!err)
		netstat_inc(NETSTAT_net_tx);
	return err;
}

/* Sleeps a millisecond: 0, or -EINTR. */
static int output_pause(void)
{
	u64 end = clock_now() + clock_from_ms(1);
	int err;

	spin_lock(&lock);
	do
		err = waitq_wait_until(&pause, &lock, end);
	while (!err);
	spin_unlock(&lock);
	if (err == -EINTR) /* nothing was sent: the call is made again */
		(void)thread_interrupted(true);
	return err == -ETIMEDOUT ? 0 : err;
}

/* Sends as output_frame() does, and waits for room in the device. */
static int output_frame_wait(struct netdev *dev, struct packet *p, const u8 dst[6],
			     u16 type)
{
	int err = output_frame(dev, p, dst, type);

	for (u32 i = 0; err == -EAGAIN && i < ROOM_TRIES; i++) {
		err = output_pause();
		if (!err)
			err = dev->transmit(dev, packet_bytes(p), p->bytes);
		if (!err)
			netstat_inc(NETSTAT_net_tx);
	}
	return err == -EAGAIN ? -ENOBUFS : err;
}

/* --- addresses ------------------------------------------------------------------------ */

/* In the device's thread, too, which must not wait for memory. */
static int output_arp(struct netdev *dev, const struct arp *a, const u8 dst[6])
{
	struct packet *p = net_packet(FRAME_NOWAIT);
	int err;

	if (!p)
		return -ENOMEM;
	p->bytes = ARP_BYTES;
	arp_build(packet_bytes(p), a);
	err = output_frame(dev, p, dst, ETH_TYPE_ARP);
	packet_free(p);
	return err;
}

static int output_arp_request(struct netdev *dev, u32 addr)
{
	struct arp a = { .sender = NET_ADDRESS, .target = addr };

	memcpy(a.sender_mac, dev->mac, 6);
	return output_arp(dev, &a, eth_broadcast);
}

/* Waits until *@mac is known, or the time is @end.  Lock held. */
static int output_wait_answer(u32 addr, u8 mac[6], u64 end)
{
	int err = 0;

	while (!err && !arp_lookup(&table, addr, clock_now(), mac))
		err = waitq_wait_until(&answers, &lock, end);
	if (err == -EINTR)
		(void)thread_interrupted(true); /* as above */
	return err;
}

/* Gets the Ethernet address of @addr, which is on our network. */
static int output_resolve(struct netdev *dev, u32 addr, u8 mac[6])
{
	u64 now = clock_now(), try = clock_from_ms(ARP_TRY_MS);
	int err = -ETIMEDOUT;

	spin_lock(&lock);
	if (arp_lookup(&table, addr, now, mac)) {
		spin_unlock(&lock);
		return 0;
	}
	spin_unlock(&lock);
	for (u32 i = 0; i < ARP_TRIES && err == -ETIMEDOUT; i++) {
		now = clock_now();
		spin_lock(&lock);
		arp_ask(&table, addr, now, now + 2 * try);
		spin_unlock(&lock);
		err = output_arp_request(dev, addr);
		if (err && err != -EAGAIN && err != -ENOMEM)
			return err;
		spin_lock(&lock);
		err = output_wait_answer(addr, mac, now + try);
		spin_unlock(&lock);
	}
	return err == -ETIMEDOUT ? -EHOSTUNREACH : err;
}

void net_input_arp(const u8 *bytes, u32 n)
{
	struct netdev *dev = netdev_get();
	u64 now = clock_now();
	struct arp a, reply;

	if (!arp_parse(bytes, n, &a) || a.sender == NET_ADDRESS) {
		netstat_inc(NETSTAT_arp_bad);
		return;
	}
	spin_lock(&lock);
	if (arp_learn(&table, a.sender, a.sender_mac, now,
		      now + clock_from_ms(ARP_KEEP_MS)))
		waitq_wake_all(&answers);
	spin_unlock(&lock);
	if (a.is_reply || a.target != NET_ADDRESS)
		return;
	reply = (struct arp){ .is_reply = true, .sender = NET_ADDRESS, .target = a.sender };
	memcpy(reply.sender_mac, dev->mac, 6);
	memcpy(reply.target_mac, a.sender_mac, 6);
	(void)!output_arp(dev, &reply, a.sender_mac); /* they will ask again */
}

/* --- IP packets ----------------------------------------------------------------------- */

struct packet *net_packet(unsigned flags)
{
	struct packet *p = packet_alloc(flags);

	if (p)
		p->start = NET_ROOM_BEFORE;
	return p;
}

static bool output_is_to_us(u32 addr)
{
	return addr == NET_ADDRESS || addr_is_loopback(addr);
}

u32 net_source(u32 dst)
{
	return addr_is_loopback(dst) ? 0x7f000001 : NET_ADDRESS;
}

static void output_ip_header(struct packet *p, const struct ipv4 *ip)
{
	u16 id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);

	p->start -= IPV4_HEADER;
	p->bytes += IPV4_HEADER;
	ipv4_build(packet_bytes(p), ip, id);
}

static int output_to_device(u32 dst, struct packet *p)
{
	struct netdev *dev = netdev_get();
	u32 next = (dst ^ NET_ADDRESS) & NET_MASK ? NET_GATEWAY : dst;
	u8 mac[6];
	int err;

	if (!dev)
		return -ENETDOWN;
	err = output_resolve(dev, next, mac);
	return err ? err : output_frame_wait(dev, p, mac, ETH_TYPE_IPV4);
}

int net_send(struct ipv4 *ip, struct packet *p)
{
	int err = -EINVAL;

	ip->src = net_source(ip->dst);
	ip->bytes = p->bytes;
	output_ip_header(p, ip);
	if (output_is_to_us(ip->dst)) {
		net_input_ip(p, true);
		return 0;
	}
	if (addr_is_unicast(ip->dst) && ip->dst != (NET_ADDRESS | ~NET_MASK))
		err = output_to_device(ip->dst, p);
	packet_free(p);
	return err;
}

void net_reply(struct packet *p, const struct ipv4 *ip)
{
	output_ip_header(p, ip);
	if (output_is_to_us(ip->dst)) {
		net_input_ip(p, true);
		return;
	}
	(void)!output_frame(netdev_get(), p, p->eth_src, ETH_TYPE_IPV4); /* or it is lost */
	packet_free(p);
}
