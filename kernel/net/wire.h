/* wire.h - numbers as networks have them, check sums, and the Ethernet header. */
#pragma once

#include "lib/types.h"

/* Big-endian numbers at any address.  Addresses and ports are in host byte order
 * everywhere else: 10.0.2.15 is 0x0a00020f. */
static inline u16 wire_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static inline u32 wire_get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static inline void wire_put16(u8 *p, u32 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static inline void wire_put32(u8 *p, u32 value)
{
	wire_put16(p, value >> 16);
	wire_put16(p + 2, value);
}

/* The Internet check sum (RFC 1071).  wire_sum() adds @bytes bytes at @p to @sum; only the
 * last piece may have an odd number.  wire_checksum() is what goes into a header whose
 * field was 0; it is 0 over a header that has the right one. */
u32 wire_sum(u32 sum, const u8 *p, u32 bytes);
u16 wire_checksum(u32 sum);

#define ETH_HEADER 14u
#define ETH_LEAST 60u /* bytes of the shortest frame, without check sum */
#define ETH_MTU 1500u /* bytes after the header, at most               */
#define ETH_TYPE_IPV4 0x0800
#define ETH_TYPE_ARP 0x0806

extern const u8 eth_broadcast[6];

struct eth {
	u8 dst[6];
	u8 src[6];
	u16 type;
};

/* False: shorter than a header.  What follows the header begins at ETH_HEADER. */
bool eth_parse(const u8 *p, u32 bytes, struct eth *e) MUST_CHECK;
void eth_build(u8 *p, const struct eth *e);

/* What an address is for. */
static inline bool addr_is_loopback(u32 addr)
{
	return addr >> 24 == 127;
}

/* Whether one machine can have it: not 0.x.x.x, multicast, reserved or broadcast. */
static inline bool addr_is_unicast(u32 addr)
{
	return addr >> 24 != 0 && addr < 0xe0000000u;
}
