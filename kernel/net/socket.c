/* socket.c - see socket.h. */

#include "net/socket.h"

#include "dev/net/packet.h"
#include "mm/uaccess.h"
#include "net/net.h"
#include "net/port.h"
#include "net/udp.h"
#include "net/wire.h"
#include "uapi/errno.h"

int socket_send(const struct datagram *d)
{
	struct ipv4 ip = { .dst = d->addr, .protocol = IPV4_UDP };
	const struct udp u = { .src = d->own, .dst = d->port, .bytes = d->bytes };
	struct packet *p;

	if (u.src == 0 || u.dst == 0)
		return -EINVAL;
	if (d->bytes > NET_DATA_MAX)
		return -EMSGSIZE;
	p = net_packet(0);
	if (!p)
		return -ENOMEM;
	if (copyin(packet_bytes(p), d->data, d->bytes)) {
		packet_free(p);
		return -EFAULT;
	}
	p->start -= UDP_HEADER;
	p->bytes = UDP_HEADER + u.bytes;
	ip.src = net_source(ip.dst);
	udp_build(packet_bytes(p), &ip, &u);
	return net_send(&ip, p);
}

/* Takes a datagram from @port, or from bound port d->own if that is NULL. */
static s64 socket_take(struct port *port, const struct datagram *d, uptr_t from,
		       uptr_t from_port)
{
	struct packet *p;
	int err = port_take(port, d->own, &p);
	u64 n;

	if (err)
		return err;
	n = MIN((u64)p->bytes, d->bytes);
	if (copyout(d->data, packet_bytes(p), n) ||
	    (from.va && copyout(from, &p->src, sizeof(p->src))) ||
	    (from_port.va && copyout(from_port, &p->sport, sizeof(p->sport)))) {
		port_put_back(port, d->own, p);
		return -EFAULT;
	}
	packet_free(p);
	return (s64)n;
}

s64 socket_receive(const struct datagram *d, uptr_t from, uptr_t port)
{
	return socket_take(NULL, d, from, port);
}

s64 socket_read(struct port *port, uptr_t dst, u64 n)
{
	const struct datagram d = { .data = dst, .bytes = n };

	return n ? socket_take(port, &d, uptr(0), uptr(0)) : 0;
}

s64 socket_write(struct port *port, uptr_t src, u64 n)
{
	struct datagram d = { .data = src, .bytes = n, .own = port_number(port) };
	int err;

	d.addr = port_peer(port, &d.port);
	err = socket_send(&d);
	return err ? err : (s64)n;
}

int socket_connect(u32 addr, u16 own, u16 rport, struct port **out)
{
	if (!addr_is_unicast(addr) || rport == 0)
		return -EINVAL;
	return port_connect(own, addr, rport, out);
}
