/* icmp.h - echo requests and their replies (RFC 792).  Pure. */
#pragma once

#include "lib/types.h"

#define ICMP_HEADER 8u

struct icmp_echo {
	bool is_reply; /* false: a request */
	u16 id, seq;
};

/* 0, or the counter of netstat.h: we know no other messages. */
int icmp_parse(const u8 *p, u32 bytes, struct icmp_echo *e) MUST_CHECK;

/* Writes the header of a message of @bytes bytes in all; the rest is there already. */
void icmp_build(u8 *p, u32 bytes, const struct icmp_echo *e);
