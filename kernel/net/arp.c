/* arp.c - see arp.h. */

#include "net/arp.h"

#include "lib/string.h"
#include "net/wire.h"

/* Hardware type Ethernet, protocol IPv4, addresses of 6 and 4 bytes. */
static const u8 arp_start[6] = { 0, 1, 8, 0, 6, 4 };

enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

bool arp_parse(const u8 *p, u32 bytes, struct arp *a)
{
	u16 what;

	if (bytes < ARP_BYTES || memcmp(p, arp_start, sizeof(arp_start)) != 0)
		return false;
	what = wire_get16(p + 6);
	a->is_reply = what == ARP_REPLY;
	memcpy(a->sender_mac, p + 8, 6);
	a->sender = wire_get32(p + 14);
	memcpy(a->target_mac, p + 18, 6);
	a->target = wire_get32(p + 24);
	return (what == ARP_REQUEST || what == ARP_REPLY) && addr_is_unicast(a->sender) &&
	       !(a->sender_mac[0] & 1); /* that of a group */
}

void arp_build(u8 *p, const struct arp *a)
{
	memcpy(p, arp_start, sizeof(arp_start));
	wire_put16(p + 6, a->is_reply ? ARP_REPLY : ARP_REQUEST);
	memcpy(p + 8, a->sender_mac, 6);
	wire_put32(p + 14, a->sender);
	memcpy(p + 18, a->target_mac, 6);
	wire_put32(p + 24, a->target);
}

/* The entry of @addr that is still worth something, or NULL. */
static const struct arp_entry *arp_find(const struct arp_table *t, u32 addr, u64 now)
{
	for (u32 i = 0; i < ARP_ENTRIES; i++) {
		if (t->entry[i].addr == addr && now < t->entry[i].until)
			return &t->entry[i];
	}
	return NULL;
}

bool arp_lookup(const struct arp_table *t, u32 addr, u64 now, u8 mac[6])
{
	const struct arp_entry *e = arp_find(t, addr, now);

	if (!e || !e->known)
		return false;
	memcpy(mac, e->mac, 6);
	return true;
}

void arp_ask(struct arp_table *t, u32 addr, u64 now, u64 until)
{
	struct arp_entry *e = (struct arp_entry *)arp_find(t, addr, now);

	for (u32 i = 0; i < ARP_ENTRIES && !e; i++) {
		if (t->entry[i].addr == 0 || now >= t->entry[i].until)
			e = &t->entry[i];
	}
	if (!e)
		e = &t->entry[t->hand++ % ARP_ENTRIES];
	if (e->addr == addr && e->known && now < e->until)
		return;
	*e = (struct arp_entry){ .addr = addr, .until = until };
}

bool arp_learn(struct arp_table *t, u32 addr, const u8 mac[6], u64 now, u64 until)
{
	struct arp_entry *e = (struct arp_entry *)arp_find(t, addr, now);

	if (!e)
		return false;
	memcpy(e->mac, mac, 6);
	e->known = true;
	e->until = until;
	return true;
}
