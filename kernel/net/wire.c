/* wire.c - see wire.h. */

#include "net/wire.h"

#include "lib/string.h"

const u8 eth_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

u32 wire_sum(u32 sum, const u8 *p, u32 bytes)
{
	/* At most 64 KiB are summed, so 32 bits hold the carries. */
	for (; bytes > 1; p += 2, bytes -= 2)
		sum += wire_get16(p);
	if (bytes)
		sum += (u32)p[0] << 8;
	return sum;
}

u16 wire_checksum(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return ~sum;
}

bool eth_parse(const u8 *p, u32 bytes, struct eth *e)
{
	if (bytes < ETH_HEADER)
		return false;
	memcpy(e->dst, p, 6);
	memcpy(e->src, p + 6, 6);
	e->type = wire_get16(p + 12);
	return true;
}

void eth_build(u8 *p, const struct eth *e)
{
	memcpy(p, e->dst, 6);
	memcpy(p + 6, e->src, 6);
	wire_put16(p + 12, e->type);
}
