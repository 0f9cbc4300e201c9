/* port.c - see port.h.  One lock guards all ports. */

#include "net/port.h"

#include "core/poll.h"
#include "core/sync/waitq.h"
#include "dev/net/packet.h"
#include "net/netstat.h"
#include "uapi/errno.h"

#define FIRST_FREE 49152u /* RFC 6335: the ports from here on are nobody's */

/* All fields: (lock) */
struct port {
	bool used;
	u16 number;
	u16 rport; /* connected: that of the other end ... */
	u32 raddr; /* ... and its address; 0: bound        */
	const void *owner;
	u32 count;         /* packets in the queue */
	struct list queue; /* oldest first         */
	struct waitq readers;
};

static struct spinlock lock = SPINLOCK_INIT("ports", net);
static struct port ports[PORTS];
static u16 next_free; /* (lock) */

void port_init(void)
{
	for (u32 i = 0; i < PORTS; i++) {
		list_init(&ports[i].queue);
		waitq_init(&ports[i].readers);
	}
}

/* --- (lock) held ------------------------------------------------------------------ */

/* The port that takes just this; @raddr 0: the bound one. */
static struct port *port_find(u16 number, u32 raddr, u16 rport)
{
	for (u32 i = 0; i < PORTS; i++) {
		struct port *q = &ports[i];

		if (q->used && q->number == number && q->raddr == raddr &&
		    q->rport == rport)
			return q;
	}
	return NULL;
}

static bool port_is_free(u16 number)
{
	for (u32 i = 0; i < PORTS; i++) {
		if (ports[i].used && ports[i].number == number)
			return false;
	}
	return true;
}

/* There are more such numbers than ports. */
static u16 port_choose(void)
{
	do {
		next_free++;
		if (next_free < FIRST_FREE)
			next_free = FIRST_FREE;
	} while (!port_is_free(next_free));
	return next_free;
}

static struct port *port_take_slot(void)
{
	for (u32 i = 0; i < PORTS; i++) {
		if (!ports[i].used)
			return &ports[i];
	}
	return NULL;
}

static void port_release(struct port *q)
{
	struct packet *p;

	while (!list_empty(&q->queue)) {
		p = list_first(&q->queue, struct packet, link);
		list_del(&p->link);
		packet_free(p);
	}
	q->count = 0;
	q->used = false;
	waitq_wake_all(&q->readers);
	poll_wake();
}

static struct packet *port_pop(struct port *q)
{
	struct packet *p;

	if (list_empty(&q->queue))
		return NULL;
	p = list_first(&q->queue, struct packet, link);
	list_del(&p->link);
	q->count--;
	return p;
}

/* --- making and ending them --------------------------------------------------------- */

/* A port that did not exist.  Lock held. */
static int port_make(struct port want, struct port **out)
{
	struct port *q = port_take_slot();

	if (!q)
		return -ENOBUFS;
	q->used = true;
	q->number = want.number;
	q->raddr = want.raddr;
	q->rport = want.rport;
	q->owner = want.owner;
	*out = q;
	return 0;
}

int port_bind(u16 number, const void *owner)
{
	struct port *q;
	int err = 0;

	if (number == 0)
		return -EINVAL;
	spin_lock(&lock);
	q = port_find(number, 0, 0);
	if (q)
		err = q->owner == owner ? 0 : -EADDRINUSE;
	else
		err = port_make((struct port){ .number = number, .owner = owner }, &q);
	spin_unlock(&lock);
	return err;
}

int port_unbind(u16 number)
{
	struct port *q;

	spin_lock(&lock);
	q = port_find(number, 0, 0);
	if (q)
		port_release(q);
	spin_unlock(&lock);
	return q ? 0 : -ENOTCONN;
}

void port_leave(const void *owner)
{
	spin_lock(&lock);
	for (u32 i = 0; i < PORTS; i++) {
		if (ports[i].used && ports[i].owner == owner)
			port_release(&ports[i]);
	}
	spin_unlock(&lock);
}

int port_connect(u16 number, u32 addr, u16 rport, struct port **out)
{
	int err = -EADDRINUSE;

	spin_lock(&lock);
	if (number == 0)
		number = port_choose();
	if (!port_find(number, addr, rport))
		err = port_make(
			(struct port){ .number = number, .raddr = addr, .rport = rport },
			out);
	spin_unlock(&lock);
	return err;
}

void port_close(struct port *port)
{
	spin_lock(&lock);
	port_release(port);
	spin_unlock(&lock);
}

u16 port_number(const struct port *port)
{
	return port->number;
}

u32 port_peer(const struct port *port, u16 *rport)
{
	*rport = port->rport;
	return port->raddr;
}

/* --- datagrams ------------------------------------------------------------------------ */

void port_deliver(u16 number, struct packet *p)
{
	enum netstat what = NETSTAT_udp_rx;
	struct port *q;

	spin_lock(&lock);
	q = port_find(number, p->src, p->sport);
	if (!q)
		q = port_find(number, 0, 0);
	if (!q)
		what = NETSTAT_udp_no_port;
	else if (q->count >= PORT_QUEUE)
		what = NETSTAT_udp_full;
	if (what == NETSTAT_udp_rx) {
		list_add_tail(&q->queue, &p->link);
		q->count++;
		waitq_wake_all(&q->readers);
		poll_wake();
	}
	spin_unlock(&lock);
	netstat_inc(what);
	if (what != NETSTAT_udp_rx)
		packet_free(p);
}

int port_take(struct port *port, u16 number, struct packet **out)
{
	struct port *q;
	int err = 0;

	spin_lock(&lock);
	for (;;) {
		q = port ? port : port_find(number, 0, 0);
		if (!q) {
			err = -ENOTCONN;
			break;
		}
		*out = port_pop(q);
		if (*out)
			break;
		err = waitq_wait(&q->readers, &lock);
		if (err)
			break;
	}
	spin_unlock(&lock);
	return err;
}

void port_put_back(struct port *port, u16 number, struct packet *p)
{
	struct port *q;

	spin_lock(&lock);
	q = port ? port : port_find(number, 0, 0);
	if (q) {
		list_add(&q->queue, &p->link);
		q->count++;
		waitq_wake_all(&q->readers);
		poll_wake();
		p = NULL;
	}
	spin_unlock(&lock);
	if (p)
		packet_free(p);
}

bool port_ready(struct port *port)
{
	bool ready;

	spin_lock(&lock);
	ready = !list_empty(&port->queue);
	spin_unlock(&lock);
	return ready;
}

u64 port_packets(void)
{
	u64 n = 0;

	spin_lock(&lock);
	for (u32 i = 0; i < PORTS; i++)
		n += ports[i].count;
	spin_unlock(&lock);
	return n;
}
