/* arp.h - which Ethernet address has an IP address (RFC 826).
 *
 * The table has only addresses that we asked for, so that nobody can fill it with others.
 * Pure; the caller holds a lock over each call on a table.  Times are in cycles of the time
 * base. */
#pragma once

#include "lib/types.h"

#define ARP_BYTES 28u

struct arp {
	bool is_reply; /* false: a request */
	u8 sender_mac[6];
	u32 sender;
	u8 target_mac[6];
	u32 target;
};

/* False: too short, not about IPv4 over Ethernet, neither a request nor a reply, or from an
 * address that no machine has. */
bool arp_parse(const u8 *p, u32 bytes, struct arp *a) MUST_CHECK;
void arp_build(u8 *p, const struct arp *a); /* ARP_BYTES */

#define ARP_ENTRIES 16

struct arp_entry {
	u32 addr; /* 0: not in use                       */
	bool known;
	u8 mac[6];
	u64 until; /* the entry is worth nothing from then on */
};

struct arp_table {
	struct arp_entry entry[ARP_ENTRIES];
	u32 hand; /* the next one that makes room */
};

/* Gets the address of @addr.  False: it is not known. */
bool arp_lookup(const struct arp_table *t, u32 addr, u64 now, u8 mac[6]) MUST_CHECK;

/* We ask for @addr: until @until an answer is believed.  If the table is full of others,
 * one of them makes room. */
void arp_ask(struct arp_table *t, u32 addr, u64 now, u64 until);

/* @addr says that it has @mac.  True: it was asked for, and is known until @until. */
bool arp_learn(struct arp_table *t, u32 addr, const u8 mac[6], u64 now, u64 until);
