/* net.h - the network: packets from the device to ports, and back.
 *
 * We are 10.0.2.15, with 10.0.2.2 as the way to all other networks: what QEMU's user
 * networking expects.  Packets to ourselves (10.0.2.15, 127.x.x.x) need no device. */
#pragma once

#include "lib/types.h"
#include "net/ipv4.h"

struct packet;

#define NET_ADDRESS 0x0a00020fu
#define NET_GATEWAY 0x0a000202u
#define NET_MASK 0xffffff00u

#define NET_ROOM_BEFORE 42u /* bytes of headers before the data of a datagram  */
#define NET_DATA_MAX 1472u  /* and the most that may follow them: no fragments */

/* At boot, after the devices were found.  Prints a line if there is a network device. */
void net_init(void);

/* How many packets the device has, to fill and to send. */
u64 net_device_packets(void);

/* An empty packet with room for headers, or NULL: no memory.  @flags as for
 * frame_alloc(). */
struct packet *net_packet(unsigned flags) MUST_CHECK;

/* Sends @p, which holds what follows the IP header, and frees it.  @ip: without src and
 * bytes, which are set.  Waits until the Ethernet address of the next machine is known, and
 * for room in the device; no lock held.  0; -ENETDOWN: no device, or no link;
 * -EHOSTUNREACH: the next machine does not answer; -EINVAL: @ip->dst is not the address of
 * one machine; -ENOBUFS: the device takes nothing; -EINTR: killed. */
int net_send(struct ipv4 *ip, struct packet *p) MUST_CHECK;

/* The address that a packet to @dst comes from. */
u32 net_source(u32 dst);

/* Sends an echo request with @bytes bytes of data to @dst, and waits at most @ms
 * milliseconds for the reply.  Returns the time between them in ns, from 1 on; -ETIMEDOUT;
 * -EMSGSIZE: more than NET_DATA_MAX bytes; -ENOMEM; or an error of net_send(). */
s64 net_echo(u32 dst, u64 bytes, u64 ms) MUST_CHECK;

/* --- between the files of net/ ---------------------------------------------------- */

/* input.c: takes a packet that begins with an IP header.  @from_us: it did not come from
 * the device. */
void net_input_ip(struct packet *p, bool from_us);

/* output.c: an ARP packet came in. */
void net_input_arp(const u8 *bytes, u32 n);

/* output.c: sends @p back to the machine whose frame it came in, without waiting, and frees
 * it; *@ip is what the IP header of @p is to say. */
void net_reply(struct packet *p, const struct ipv4 *ip);

/* echo.c: a reply to an echo request came from @src. */
struct icmp_echo;
void net_echo_reply(u32 src, const struct icmp_echo *e);
