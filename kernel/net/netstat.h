/* netstat.h - what the network has counted since boot. */
#pragma once

#include "lib/types.h"

/* X(name, what is counted).  The functions that read a header return 0, or which of these
 * the packet counts as when it is dropped. */
#define NETSTATS(X)                                                       \
	X(net_rx, "frames that came in")                                  \
	X(net_tx, "frames that went out")                                 \
	X(net_lost, "frames dropped: damaged, or no memory for them")     \
	X(net_other, "frames dropped: of other protocols, or for others") \
	X(arp_bad, "ARP packets dropped: not as they must be")            \
	X(ip_bad, "IP packets dropped: header or length wrong")           \
	X(ip_checksum, "IP packets dropped: check sum wrong")             \
	X(ip_options, "IP packets dropped: with options")                 \
	X(ip_fragment, "IP packets dropped: a part of one")               \
	X(ip_other, "IP packets dropped: for others, or other protocols") \
	X(icmp_bad, "ICMP messages dropped: malformed, or not for us")    \
	X(icmp_echo, "echo requests that were answered")                  \
	X(udp_bad, "datagrams dropped: length or check sum wrong")        \
	X(udp_no_port, "datagrams dropped: nobody has bound the port")    \
	X(udp_full, "datagrams dropped: the queue of the port is full")   \
	X(udp_rx, "datagrams put into the queue of a port")

enum netstat {
#define X(name, what) NETSTAT_##name,
	NETSTATS(X) NETSTAT_COUNT
#undef X
};

void netstat_inc(enum netstat s); /* any context; not net_lost, which the driver counts */
u64 netstat_read(enum netstat s);

extern const char *const netstat_name[NETSTAT_COUNT], *const netstat_what[NETSTAT_COUNT];
