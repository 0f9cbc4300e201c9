/* icmp.c - see icmp.h. */

#include "net/icmp.h"

#include "net/netstat.h"
#include "net/wire.h"

enum { ICMP_REPLY = 0, ICMP_REQUEST = 8 };

int icmp_parse(const u8 *p, u32 bytes, struct icmp_echo *e)
{
	if (bytes < ICMP_HEADER || wire_checksum(wire_sum(0, p, bytes)) != 0)
		return NETSTAT_icmp_bad;
	if ((p[0] != ICMP_REPLY && p[0] != ICMP_REQUEST) || p[1] != 0)
		return NETSTAT_icmp_bad;
	e->is_reply = p[0] == ICMP_REPLY;
	e->id = wire_get16(p + 4);
	e->seq = wire_get16(p + 6);
	return 0;
}

void icmp_build(u8 *p, u32 bytes, const struct icmp_echo *e)
{
	p[0] = e->is_reply ? ICMP_REPLY : ICMP_REQUEST;
	p[1] = 0;
	wire_put16(p + 2, 0);
	wire_put16(p + 4, e->id);
	wire_put16(p + 6, e->seq);
	wire_put16(p + 2, wire_checksum(wire_sum(0, p, bytes)));
}
