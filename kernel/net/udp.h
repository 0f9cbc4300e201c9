/* udp.h - the header of a datagram (RFC 768).  Pure. */
#pragma once

#include "lib/types.h"
#include "net/ipv4.h"

#define UDP_HEADER 8u

struct udp {
	u16 src, dst; /* ports */
	u32 bytes;    /* after the header */
};

/* 0, or the counter of netstat.h for what is wrong.  @bytes: of the IP packet @ip, after
 * its header.  A datagram without a check sum is right. */
int udp_parse(const u8 *p, u32 bytes, const struct ipv4 *ip, struct udp *u) MUST_CHECK;

/* Writes the header; the u->bytes bytes after it are there already. */
void udp_build(u8 *p, const struct ipv4 *ip, const struct udp *u);
