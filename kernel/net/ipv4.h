/* ipv4.h - the header of an IP packet (RFC 791).  Pure. */
#pragma once

#include "lib/types.h"

#define IPV4_HEADER 20u
#define IPV4_ICMP 1
#define IPV4_UDP 17

struct ipv4 {
	u32 src, dst;
	u8 protocol;
	u32 bytes; /* after the header */
};

/* 0, or the counter of netstat.h for what is wrong with it.  The packet may be shorter than
 * its frame, but not longer.  We take neither options nor fragments. */
int ipv4_parse(const u8 *p, u32 bytes, struct ipv4 *ip) MUST_CHECK;

/* Writes a header with number @id. */
void ipv4_build(u8 *p, const struct ipv4 *ip, u16 id);
