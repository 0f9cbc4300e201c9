/* ipv4.c - see ipv4.h. */

#include "net/ipv4.h"

#include "net/netstat.h"
#include "net/wire.h"

#define FRAGMENT_BITS 0x3fff /* more fragments, and the offset; not "don't fragment" */
#define TTL 64

int ipv4_parse(const u8 *p, u32 bytes, struct ipv4 *ip)
{
	u32 header, total;

	if (bytes < IPV4_HEADER || p[0] >> 4 != 4)
		return NETSTAT_ip_bad;
	header = (p[0] & 15) * 4u;
	total = wire_get16(p + 2);
	if (header < IPV4_HEADER || total < header || total > bytes)
		return NETSTAT_ip_bad;
	if (wire_checksum(wire_sum(0, p, header)) != 0)
		return NETSTAT_ip_checksum;
	if (header > IPV4_HEADER)
		return NETSTAT_ip_options;
	if (wire_get16(p + 6) & FRAGMENT_BITS)
		return NETSTAT_ip_fragment;
	ip->protocol = p[9];
	ip->src = wire_get32(p + 12);
	ip->dst = wire_get32(p + 16);
	ip->bytes = total - header;
	return 0;
}

void ipv4_build(u8 *p, const struct ipv4 *ip, u16 id)
{
	p[0] = 4 << 4 | IPV4_HEADER / 4;
	p[1] = 0;
	wire_put16(p + 2, IPV4_HEADER + ip->bytes);
	wire_put16(p + 4, id);
	wire_put16(p + 6, 0);
	p[8] = TTL;
	p[9] = ip->protocol;
	wire_put16(p + 10, 0);
	wire_put32(p + 12, ip->src);
	wire_put32(p + 16, ip->dst);
	wire_put16(p + 10, wire_checksum(wire_sum(0, p, IPV4_HEADER)));
}
