/* udp.c - see udp.h. */

#include "net/udp.h"

#include "net/netstat.h"
#include "net/wire.h"

/* The check sum is also over addresses, protocol and length. */
static u16 udp_checksum(const u8 *p, u32 bytes, const struct ipv4 *ip)
{
	u8 more[12];

	wire_put32(more, ip->src);
	wire_put32(more + 4, ip->dst);
	wire_put16(more + 8, IPV4_UDP);
	wire_put16(more + 10, bytes);
	return wire_checksum(wire_sum(wire_sum(0, more, sizeof(more)), p, bytes));
}

int udp_parse(const u8 *p, u32 bytes, const struct ipv4 *ip, struct udp *u)
{
	u32 length;

	if (bytes < UDP_HEADER)
		return NETSTAT_udp_bad;
	length = wire_get16(p + 4);
	if (length < UDP_HEADER || length > bytes)
		return NETSTAT_udp_bad;
	if (wire_get16(p + 6) != 0 && udp_checksum(p, length, ip) != 0)
		return NETSTAT_udp_bad;
	u->src = wire_get16(p);
	u->dst = wire_get16(p + 2);
	u->bytes = length - UDP_HEADER;
	return 0;
}

void udp_build(u8 *p, const struct ipv4 *ip, const struct udp *u)
{
	u32 bytes = UDP_HEADER + u->bytes;
	u16 sum;

	wire_put16(p, u->src);
	wire_put16(p + 2, u->dst);
	wire_put16(p + 4, bytes);
	wire_put16(p + 6, 0);
	sum = udp_checksum(p, bytes, ip);
	wire_put16(p + 6, sum ? sum : 0xffff); /* 0 says that there is none */
}
