// sources: kernel/net/wire.c kernel/net/arp.c kernel/net/ipv4.c kernel/net/icmp.c kernel/net/udp.c kernel/net/port.c kernel/net/input.c kernel/net/output.c kernel/net/echo.c kernel/net/socket.c kernel/net/netstat.c tests/host/shim/shim.c
// cflags:
/* test_net.c - the network with a device that the test plays: who is asked, who is
 * answered, what waits, and that every packet is freed. */
#include "rig.h"

#include "net_rig.h"

#include "net/arp.h"
#include "net/icmp.h"
#include "net/netstat.h"
#include "net/port.h"
#include "net/socket.h"
#include "net/udp.h"
#include "net/wire.h"

#define PEER 0x0a000202u
#define HOME 0x7f000001u

static u8 frame[1600];

static int begin(void **state)
{
	(void)state;
	nsent = 0;
	transmit_result = 0;
	no_memory = false;
	while_waiting = NULL;
	the_device = &device;
	shim_quiet = true;
	now += 1000000; /* all that was learned has run out */
	net_init();
	return 0;
}

static int end(void **state)
{
	(void)state;
	port_leave(frame);
	assert_int_equal(live, 0);
	assert_int_equal(port_packets(), 0);
	assert_int_equal(shim_spin_depth(), 0);
	return 0;
}

/* --- frames of the peer ------------------------------------------------------ */

static void eth_header(u16 type)
{
	struct eth e = { .type = type };

	memset(frame, 0, sizeof(frame));
	memcpy(e.dst, our_mac, 6);
	memcpy(e.src, peer_mac, 6);
	eth_build(frame, &e);
}

static void arp_comes(bool is_reply, u32 sender, u32 target)
{
	struct arp a = { .is_reply = is_reply, .sender = sender, .target = target };

	eth_header(ETH_TYPE_ARP);
	memcpy(a.sender_mac, peer_mac, 6);
	arp_build(frame + ETH_HEADER, &a);
	frame_comes(frame, 60);
}

static void ip_comes(u32 src, u32 dst, u8 protocol, u32 bytes)
{
	struct ipv4 ip = { src, dst, protocol, bytes };

	ipv4_build(frame + ETH_HEADER, &ip, 1);
	frame_comes(frame, ETH_HEADER + IPV4_HEADER + bytes);
}

static void datagram_comes(u32 src, u16 sport, u16 dport, const char *text)
{
	const struct ipv4 ip = { src, NET_ADDRESS, IPV4_UDP, 0 };
	const struct udp u = { sport, dport, strlen(text) };

	eth_header(ETH_TYPE_IPV4);
	memcpy(frame + 42, text, u.bytes);
	udp_build(frame + 34, &ip, &u);
	ip_comes(src, NET_ADDRESS, IPV4_UDP, UDP_HEADER + u.bytes);
}

/* --- what was sent ----------------------------------------------------------- */

static u16 sent_type(u32 i)
{
	assert_true(i < nsent);
	assert_memory_equal(sent[i].bytes + 6, our_mac, 6);
	return wire_get16(sent[i].bytes + 12);
}

static bool is_arp_request(u32 i, u32 target)
{
	struct arp a;

	return sent_type(i) == ETH_TYPE_ARP &&
	       memcmp(sent[i].bytes, eth_broadcast, 6) == 0 &&
	       arp_parse(sent[i].bytes + ETH_HEADER, sent[i].n - ETH_HEADER, &a) &&
	       !a.is_reply && a.sender == NET_ADDRESS && a.target == target &&
	       memcmp(a.sender_mac, our_mac, 6) == 0;
}

static struct ipv4 sent_ip(u32 i)
{
	struct ipv4 ip;

	assert_int_equal(sent_type(i), ETH_TYPE_IPV4);
	assert_memory_equal(sent[i].bytes, peer_mac, 6);
	assert_int_equal(
		ipv4_parse(sent[i].bytes + ETH_HEADER, sent[i].n - ETH_HEADER, &ip), 0);
	return ip;
}

/* The peer answers the ARP request that was sent last. */
static bool peer_answers(void)
{
	u32 n = nsent;

	if (n && sent_type(n - 1) == ETH_TYPE_ARP &&
	    memcmp(sent[n - 1].bytes, eth_broadcast, 6) == 0)
		arp_comes(true, wire_get32(sent[n - 1].bytes + 38), NET_ADDRESS);
	return true;
}

static int tell(u32 addr, const char *text)
{
	const struct datagram d = { .data = uptr((va_t)text),
				    .bytes = strlen(text),
				    .addr = addr,
				    .port = 7,
				    .own = 4000 };

	return socket_send(&d);
}

/* --- sending ----------------------------------------------------------------- */

static void asks_and_sends(void **state)
{
	struct udp u;
	struct ipv4 ip;

	(void)state;
	while_waiting = peer_answers;
	assert_int_equal(tell(PEER, "hello"), 0);
	assert_int_equal(nsent, 2);
	assert_true(is_arp_request(0, PEER));
	assert_int_equal(sent[0].n, 60);
	for (u32 i = ETH_HEADER + ARP_BYTES; i < 60; i++)
		assert_int_equal(sent[0].bytes[i], 0); /* padding shows nothing */
	ip = sent_ip(1);
	assert_int_equal(ip.src, NET_ADDRESS);
	assert_int_equal(ip.dst, PEER);
	assert_int_equal(udp_parse(sent[1].bytes + 34, ip.bytes, &ip, &u), 0);
	assert_true(u.src == 4000 && u.dst == 7 && u.bytes == 5);
	assert_memory_equal(sent[1].bytes + 42, "hello", 5);
	for (u32 i = 47; i < 60; i++)
		assert_int_equal(sent[1].bytes[i], 0);
	assert_int_equal(tell(PEER, "again"), 0); /* without asking */
	assert_int_equal(nsent, 3);
	now += 301000;
	assert_int_equal(tell(PEER, "much later"), 0);
	assert_true(is_arp_request(3, PEER));
	assert_int_equal(nsent, 5);
}

static void other_networks_by_the_gateway(void **state)
{
	(void)state;
	while_waiting = peer_answers;
	assert_int_equal(tell(0x08080808, "far"), 0);
	assert_true(is_arp_request(0, NET_GATEWAY));
	assert_int_equal(sent_ip(1).dst, 0x08080808);
	assert_int_equal(tell(0x080808ff, "far"), 0); /* .255 of another network */
	assert_int_equal(sent_ip(2).dst, 0x080808ff);
	assert_int_equal(tell(0x0a000263, "near"), 0);
	assert_true(is_arp_request(3, 0x0a000263));
}

static void nobody_answers(void **state)
{
	u64 start = now;

	(void)state;
	assert_int_equal(tell(PEER, "x"), -EHOSTUNREACH);
	assert_true(now - start >= 1500 && now - start < 10000);
	assert_true(nsent > 3);
	for (u32 i = 0; i < nsent; i++)
		assert_true(is_arp_request(i, PEER));
}

/* An answer that nobody asked for is not believed later. */
static void answers_unasked_for(void **state)
{
	(void)state;
	arp_comes(true, PEER, NET_ADDRESS);
	arp_comes(false, PEER, 0x0a000277);
	assert_int_equal(nsent, 0);
	assert_int_equal(tell(PEER, "x"), -EHOSTUNREACH);
}

static u32 full_for; /* ms */

static bool device_drains(void)
{
	peer_answers();
	if (full_for && --full_for == 0)
		transmit_result = 0;
	return true;
}

static void device_is_full(void **state)
{
	(void)state;
	while_waiting = peer_answers;
	assert_int_equal(tell(PEER, "x"), 0);
	while_waiting = device_drains;
	transmit_result = -EAGAIN;
	full_for = 20;
	assert_int_equal(tell(PEER, "waits for room"), 0);
	assert_int_equal(nsent, 3);
	transmit_result = -EAGAIN;
	full_for = 0;
	assert_int_equal(tell(PEER, "never"), -ENOBUFS);
	transmit_result = -ENETDOWN;
	assert_int_equal(tell(PEER, "no link"), -ENETDOWN);
	assert_int_equal(nsent, 3);
}

static void wrong_arguments(void **state)
{
	static char large[NET_DATA_MAX + 1];
	struct datagram d = { .data = uptr((va_t)large),
			      .addr = HOME,
			      .port = 7,
			      .own = 1 };

	(void)state;
	d.bytes = sizeof(large);
	assert_int_equal(socket_send(&d), -EMSGSIZE);
	d.bytes = 1ul << 40;
	assert_int_equal(socket_send(&d), -EMSGSIZE);
	d.bytes = NET_DATA_MAX;
	assert_int_equal(socket_send(&d), 0);
	d.data = uptr(8);
	assert_int_equal(socket_send(&d), -EFAULT);
	d.port = 0;
	assert_int_equal(socket_send(&d), -EINVAL);
	assert_int_equal(tell(0, "x"), -EINVAL);
	assert_int_equal(tell(0xe0000001, "x"), -EINVAL);
	assert_int_equal(tell(0x0a0002ff, "x"), -EINVAL);
	no_memory = true;
	assert_int_equal(tell(HOME, "x"), -ENOMEM);
	assert_int_equal(net_echo(HOME, 10, 10), -ENOMEM);
	no_memory = false;
	the_device = NULL;
	assert_int_equal(tell(PEER, "x"), -ENETDOWN);
	assert_int_equal(nsent, 0);
}

/* --- answering --------------------------------------------------------------- */

static void answers_arp(void **state)
{
	struct arp a;

	(void)state;
	arp_comes(false, PEER, NET_ADDRESS);
	assert_int_equal(nsent, 1);
	assert_memory_equal(sent[0].bytes, peer_mac, 6);
	assert_true(arp_parse(sent[0].bytes + ETH_HEADER, ARP_BYTES, &a));
	assert_true(a.is_reply && a.sender == NET_ADDRESS && a.target == PEER);
	assert_memory_equal(a.target_mac, peer_mac, 6);
	arp_comes(false, NET_ADDRESS, NET_ADDRESS); /* somebody else says that he is us */
	arp_comes(true, PEER, NET_ADDRESS);
	arp_comes(false, PEER, PEER);
	assert_int_equal(nsent, 1);
}

static void echo_comes(bool is_reply, u32 src, u16 id, u16 seq, u32 bytes)
{
	const struct icmp_echo e = { is_reply, id, seq };

	eth_header(ETH_TYPE_IPV4);
	memset(frame + 42, 0x77, bytes);
	icmp_build(frame + 34, ICMP_HEADER + bytes, &e);
	ip_comes(src, NET_ADDRESS, IPV4_ICMP, ICMP_HEADER + bytes);
}

static void answers_echo_requests(void **state)
{
	struct icmp_echo e;
	struct ipv4 ip;

	(void)state;
	echo_comes(false, 0x08080808, 5, 6, 1400);
	assert_int_equal(nsent, 1);
	ip = sent_ip(0); /* back to the machine that sent the frame */
	assert_true(ip.src == NET_ADDRESS && ip.dst == 0x08080808);
	assert_int_equal(ip.bytes, ICMP_HEADER + 1400);
	assert_int_equal(icmp_parse(sent[0].bytes + 34, ip.bytes, &e), 0);
	assert_true(e.is_reply && e.id == 5 && e.seq == 6);
	transmit_result = -EAGAIN; /* then the reply is lost */
	echo_comes(false, PEER, 5, 7, 10);
	transmit_result = 0;
	echo_comes(true, PEER, 5, 7, 10); /* a reply that nobody waits for */
	assert_int_equal(nsent, 1);
}

/* Requests that are not for us, or from an address that cannot be, are not answered. */
static void not_for_us(void **state)
{
	static const u32 wrong[][2] = {
		{ PEER, 0x0a000210 }, { PEER, 0x0a0002ff },         { PEER, 0xffffffff },
		{ PEER, HOME },       { NET_ADDRESS, NET_ADDRESS }, { HOME, NET_ADDRESS },
		{ 0, NET_ADDRESS },   { 0xe0000001, NET_ADDRESS },
	};
	const struct icmp_echo e = { .id = 1 };
	u64 other = netstat_read(NETSTAT_ip_other);

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		eth_header(ETH_TYPE_IPV4);
		icmp_build(frame + 34, ICMP_HEADER, &e);
		ip_comes(wrong[i][0], wrong[i][1], IPV4_ICMP, ICMP_HEADER);
	}
	assert_int_equal(netstat_read(NETSTAT_ip_other), other + ARRAY_SIZE(wrong));
	eth_header(ETH_TYPE_IPV4);
	frame[5] ^= 1; /* for another card */
	icmp_build(frame + 34, ICMP_HEADER, &e);
	ip_comes(PEER, NET_ADDRESS, IPV4_ICMP, ICMP_HEADER);
	assert_int_equal(nsent, 0);
}

/* The reply to a frame that is too long would be too long as well. */
static void frames_that_are_too_long(void **state)
{
	(void)state;
	echo_comes(false, PEER, 1, 2, 1472);
	assert_int_equal(nsent, 1);
	echo_comes(false, PEER, 1, 2, 1473);
	assert_int_equal(nsent, 1);
}

/* --- asking for an echo ------------------------------------------------------ */

static u32 echo_mode;

/* The peer answers an echo request, in a way that depends on echo_mode. */
static bool peer_echoes(void)
{
	const u8 *b = sent[nsent - 1].bytes;

	peer_answers();
	b = sent[nsent - 1].bytes;
	if (sent_type(nsent - 1) != ETH_TYPE_IPV4)
		return true;
	if (echo_mode == 1)
		echo_comes(true, PEER + 1, wire_get16(b + 38), wire_get16(b + 40), 10);
	if (echo_mode == 2)
		echo_comes(true, PEER, wire_get16(b + 38), wire_get16(b + 40) + 1, 10);
	if (echo_mode == 3)
		echo_comes(true, PEER, wire_get16(b + 38), wire_get16(b + 40), 10);
	return true;
}

static void echo(void **state)
{
	(void)state;
	while_waiting = peer_echoes;
	echo_mode = 3;
	assert_true(net_echo(PEER, 10, 1000) > 0);
	for (echo_mode = 0; echo_mode < 3; echo_mode++) {
		u64 start = now;

		assert_int_equal(net_echo(PEER, 10, 50), -ETIMEDOUT);
		assert_true(now - start >= 50 && now - start < 60);
	}
	assert_int_equal(net_echo(PEER, NET_DATA_MAX + 1, 50), -EMSGSIZE);
	assert_int_equal(net_echo(0, 1, 50), -EINVAL);
	assert_true(net_echo(HOME, NET_DATA_MAX, 50) > 0);
	assert_true(net_echo(NET_ADDRESS, 0, 50) > 0);
	the_device = NULL;
	assert_int_equal(net_echo(PEER, 1, 50), -ENETDOWN);
}

/* --- receiving --------------------------------------------------------------- */

static s64 take(u16 port, char *text, u32 *addr, u16 *from)
{
	const struct datagram d = { .data = uptr((va_t)text), .bytes = 100, .own = port };

	return socket_receive(&d, uptr((va_t)addr), uptr((va_t)from));
}

static void receives(void **state)
{
	u64 no_port = netstat_read(NETSTAT_udp_no_port);
	char text[100];
	u32 addr;
	u16 from;

	(void)state;
	datagram_comes(PEER, 7, 4000, "nobody");
	assert_int_equal(netstat_read(NETSTAT_udp_no_port), no_port + 1);
	assert_int_equal(port_bind(4000, frame), 0);
	datagram_comes(PEER, 9, 4000, "one");
	datagram_comes(0x08080808, 53, 4000, "");
	assert_int_equal(take(4000, text, &addr, &from), 3);
	assert_memory_equal(text, "one", 3);
	assert_true(addr == PEER && from == 9);
	assert_int_equal(take(4000, text, &addr, &from), 0);
	assert_true(addr == 0x08080808 && from == 53);
	assert_int_equal(take(4001, text, &addr, &from), -ENOTCONN);
	datagram_comes(PEER, 9, 4000, "stays");
	assert_int_equal(take(4000, (char *)8, &addr, &from), -EFAULT);
	assert_int_equal(take(4000, text, (u32 *)8, &from), -EFAULT);
	assert_int_equal(take(4000, text, &addr, (u16 *)8), -EFAULT);
	assert_int_equal(take(4000, text, NULL, NULL), 5);
}

static void queue_is_full(void **state)
{
	u64 full = netstat_read(NETSTAT_udp_full);
	char text[100];
	u32 held = 0;

	(void)state;
	assert_int_equal(port_bind(4000, frame), 0);
	assert_int_equal(port_bind(4001, frame), 0);
	for (u32 i = 0; i < 40; i++)
		datagram_comes(PEER, 7, 4000, "x");
	held = live;
	datagram_comes(PEER, 7, 4001, "others have room");
	assert_int_equal(held, PORT_QUEUE);
	assert_int_equal(netstat_read(NETSTAT_udp_full), full + 40 - PORT_QUEUE);
	assert_int_equal(take(4001, text, NULL, NULL), 16);
	assert_int_equal(port_unbind(4000), 0);
	assert_int_equal(live, 0);
}

static void connected(void **state)
{
	struct port *a, *b;
	char text[10];

	(void)state;
	while_waiting = peer_answers;
	assert_int_equal(socket_connect(PEER, 4000, 7, &a), 0);
	assert_int_equal(socket_connect(PEER, 4000, 7, &b), -EADDRINUSE);
	assert_int_equal(socket_connect(PEER, 4000, 8, &b), 0);
	assert_int_equal(socket_connect(PEER, 4000, 0, &b), -EINVAL);
	assert_int_equal(socket_connect(0xffffffff, 4000, 7, &b), -EINVAL);
	assert_int_equal(socket_write(a, uptr((va_t) "out"), 3), 3);
	assert_int_equal(sent_ip(1).dst, PEER);
	assert_int_equal(wire_get16(sent[1].bytes + 34), 4000);
	assert_int_equal(wire_get16(sent[1].bytes + 36), 7);
	datagram_comes(PEER, 8, 4000, "b");
	datagram_comes(PEER + 1, 7, 4000, "nobody's");
	datagram_comes(PEER, 7, 4000, "for a");
	assert_int_equal(socket_read(a, uptr((va_t)text), 10), 5);
	assert_int_equal(socket_read(a, uptr((va_t)text), 0), 0);
	port_close(a);
	port_close(b); /* with what it has not read */
}

static void ports_run_out(void **state)
{
	struct port *p;
	u32 n = 0;

	(void)state;
	while (port_bind(1000 + n, frame) == 0)
		n++;
	assert_int_equal(n, PORTS);
	assert_int_equal(port_bind(1000 + n, frame), -ENOBUFS);
	assert_int_equal(port_connect(0, PEER, 7, &p), -ENOBUFS);
	assert_int_equal(port_bind(1000, frame), 0); /* his already */
	assert_int_equal(port_bind(1000, &n), -EADDRINUSE);
	assert_int_equal(port_bind(0, &n), -EINVAL);
	port_leave(&n); /* who has none */
	assert_int_equal(port_bind(1000, &n), -EADDRINUSE);
	port_leave(frame);
	assert_int_equal(port_bind(1000, &n), 0);
	assert_int_equal(port_unbind(1000), 0);
	assert_int_equal(port_unbind(1000), -ENOTCONN);
}

/* Any frames: nothing is answered but what is right, and no packet is lost. */
static void any_frames(void **state)
{
	(void)state;
	assert_int_equal(port_bind(4000, frame), 0);
	for (u32 round = 0; round < 20000; round++) {
		u32 n = 42 + rig_below(100);

		nsent = 0;
		eth_header(rig_below(2) ? ETH_TYPE_IPV4 : ETH_TYPE_ARP);
		if (rig_below(3) == 0)
			datagram_comes(PEER, 7, 4000, "good");
		for (u32 i = rig_below(4); i < n; i += 1 + rig_below(60))
			frame[i] = rig_random();
		frame_comes(frame, rig_below(n));
	}
	nsent = 0;
	port_leave(frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(asks_and_sends), T(other_networks_by_the_gateway),
		T(nobody_answers), T(answers_unasked_for),
		T(device_is_full), T(wrong_arguments),
		T(answers_arp),    T(answers_echo_requests),
		T(not_for_us),     T(frames_that_are_too_long),
		T(echo),           T(receives),
		T(queue_is_full),  T(connected),
		T(ports_run_out),  T(any_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
