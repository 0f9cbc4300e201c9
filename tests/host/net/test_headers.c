// sources: kernel/net/wire.c kernel/net/arp.c kernel/net/ipv4.c kernel/net/icmp.c kernel/net/udp.c tests/host/shim/shim.c
// cflags:
/* test_headers.c - headers against packets from a book, and each way in which one can be
 * wrong. */
#include "rig.h"

#include <string.h>

#include "net/arp.h"
#include "net/icmp.h"
#include "net/ipv4.h"
#include "net/netstat.h"
#include "net/udp.h"
#include "net/wire.h"

/* --- numbers and sums -------------------------------------------------------- */

static void numbers(void **state)
{
	u8 b[8] = { 0 };

	(void)state;
	wire_put32(b + 1, 0x12345678);
	assert_memory_equal(b, "\0\x12\x34\x56\x78\0\0\0", 8);
	assert_int_equal(wire_get32(b + 1), 0x12345678);
	wire_put16(b + 5, 0xfedc);
	assert_int_equal(wire_get16(b + 5), 0xfedc);
	assert_int_equal(wire_get32(b + 3), 0x5678fedc);
}

/* The example of RFC 1071, section 3, and one with an odd byte and carries. */
static void check_sums(void **state)
{
	static const u8 rfc[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static u8 ones[65535];

	(void)state;
	assert_int_equal(wire_checksum(wire_sum(0, rfc, sizeof(rfc))), 0x220d);
	assert_int_equal(wire_checksum(wire_sum(wire_sum(0, rfc, 4), rfc + 4, 4)), 0x220d);
	assert_int_equal(wire_checksum(wire_sum(0, rfc, 7)), (u16) ~(0xddf2 - 0xf7));
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(wire_checksum(wire_sum(0, ones, 65534)), 0);
	assert_int_equal(wire_checksum(wire_sum(0, ones, 65535)), 0xff);
	assert_int_equal(wire_checksum(0), 0xffff);
}

static void kinds_of_addresses(void **state)
{
	(void)state;
	assert_true(addr_is_unicast(0x0a000202) && addr_is_unicast(0x01000000));
	assert_true(addr_is_unicast(0xdfffffff) && addr_is_unicast(0x7f000001));
	assert_false(addr_is_unicast(0) || addr_is_unicast(0x00ffffff));
	assert_false(addr_is_unicast(0xe0000000) || addr_is_unicast(0xffffffff));
	assert_true(addr_is_loopback(0x7f000001) && addr_is_loopback(0x7fffffff));
	assert_false(addr_is_loopback(0x80000000) || addr_is_loopback(0x0a00020f));
}

static void ethernet(void **state)
{
	struct eth e = { { 1, 2, 3, 4, 5, 6 }, { 7, 8, 9, 10, 11, 12 }, 0x0806 }, back;
	u8 b[ETH_HEADER];

	(void)state;
	eth_build(b, &e);
	assert_memory_equal(b, "\1\2\3\4\5\6\7\10\11\12\13\14\10\6", ETH_HEADER);
	assert_true(eth_parse(b, sizeof(b), &back));
	assert_memory_equal(&back, &e, sizeof(e));
	assert_false(eth_parse(b, ETH_HEADER - 1, &back));
}

/* --- ARP --------------------------------------------------------------------- */

static const struct arp arp_question = { false,
					 { 2, 0, 0, 0, 0, 2 },
					 0x0a000202,
					 { 0 },
					 0x0a00020f };

static void arp_both_ways(void **state)
{
	u8 b[ARP_BYTES];
	struct arp a = { 0 };

	(void)state;
	arp_build(b, &arp_question);
	assert_memory_equal(
		b, "\0\1\x8\0\6\4\0\1\2\0\0\0\0\2\x0a\0\2\2\0\0\0\0\0\0\x0a\0\2\x0f",
		ARP_BYTES);
	assert_true(arp_parse(b, sizeof(b), &a));
	assert_false(a.is_reply);
	assert_int_equal(a.sender, 0x0a000202);
	assert_int_equal(a.target, 0x0a00020f);
	assert_memory_equal(a.sender_mac, arp_question.sender_mac, 6);
	b[7] = 2;
	assert_true(arp_parse(b, sizeof(b), &a));
	assert_true(a.is_reply);
}

static void arp_wrong(void **state)
{
	/* A byte, and what makes the packet wrong there. */
	static const u8 wrong[][2] = { { 0, 1 }, { 1, 2 }, { 2, 9 },     { 3, 6 },
				       { 4, 5 }, { 5, 6 }, { 6, 1 },     { 7, 0 },
				       { 7, 3 }, { 8, 1 }, { 14, 0xe0 }, { 14, 0 } };
	u8 b[ARP_BYTES];
	struct arp a;

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(wrong); i++) {
		arp_build(b, &arp_question);
		b[wrong[i][0]] = wrong[i][1];
		assert_false(arp_parse(b, sizeof(b), &a));
	}
	arp_build(b, &arp_question);
	assert_false(arp_parse(b, ARP_BYTES - 1, &a));
}

/* --- IPv4 -------------------------------------------------------------------- */

static const struct ipv4 packet = { 0x0a000202, 0x0a00020f, IPV4_UDP, 40 };

/* Sets the check sum of a header of @words words. */
static void ip_fix(u8 *b, u32 words)
{
	wire_put16(b + 10, 0);
	wire_put16(b + 10, wire_checksum(wire_sum(0, b, words * 4)));
}

static void ip_both_ways(void **state)
{
	/* A header with its sum, b861. */
	static const u8 known[] = { 0x45, 0,    0,    0x73, 0, 0, 0x40, 0,    0x40, 0x11,
				    0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,    0xc7 };
	u8 b[100] = { 0 }, k[115] = { 0 };
	struct ipv4 ip = { 0 };

	(void)state;
	memcpy(k, known, sizeof(known));
	assert_int_equal(ipv4_parse(k, sizeof(k), &ip), 0);
	assert_int_equal(ip.src, 0xc0a80001);
	assert_int_equal(ip.dst, 0xc0a800c7);
	assert_int_equal(ip.bytes, 95);
	ipv4_build(b, &packet, 0x1234);
	assert_int_equal(wire_checksum(wire_sum(0, b, 20)), 0);
	assert_int_equal(b[0], 0x45);
	assert_int_equal(wire_get16(b + 2), 60);
	assert_int_equal(wire_get16(b + 4), 0x1234);
	for (u32 frame = 60; frame <= sizeof(b); frame++) {
		ip = (struct ipv4){ 0 };
		assert_int_equal(ipv4_parse(b, frame, &ip), 0);
		assert_int_equal(ip.bytes, 40);
		assert_int_equal(ip.protocol, IPV4_UDP);
	}
	for (u32 frame = 0; frame < 60; frame++)
		assert_int_equal(ipv4_parse(b, frame, &ip), NETSTAT_ip_bad);
}

static void ip_wrong(void **state)
{
	u8 b[100] = { 0 };
	struct ipv4 ip;

	(void)state;
#define WRONG(at, value, words, why)                                  \
	do {                                                          \
		ipv4_build(b, &packet, 1);                            \
		b[at] = value;                                        \
		ip_fix(b, words);                                     \
		assert_int_equal(ipv4_parse(b, sizeof(b), &ip), why); \
	} while (0)
	WRONG(0, 0x65, 5, NETSTAT_ip_bad);
	WRONG(0, 0x44, 5, NETSTAT_ip_bad);
	WRONG(0, 0x40, 5, NETSTAT_ip_bad);
	WRONG(0, 0x46, 6, NETSTAT_ip_options);
	WRONG(0, 0x4f, 15, NETSTAT_ip_options);
	WRONG(3, 19, 5, NETSTAT_ip_bad);
	WRONG(3, 101, 5, NETSTAT_ip_bad);
	WRONG(2, 0xff, 5, NETSTAT_ip_bad);
	WRONG(6, 0x20, 5, NETSTAT_ip_fragment);
	WRONG(6, 0x1f, 5, NETSTAT_ip_fragment);
	WRONG(7, 1, 5, NETSTAT_ip_fragment);
	WRONG(6, 0x40, 5, 0); /* "don't fragment" is all right */
	for (u32 bit = 0; bit < 160; bit++) {
		ipv4_build(b, &packet, 1);
		b[bit / 8] ^= 1 << bit % 8;
		assert_int_not_equal(ipv4_parse(b, sizeof(b), &ip), 0);
	}
}

/* --- ICMP -------------------------------------------------------------------- */

static void icmp_both_ways(void **state)
{
	struct icmp_echo e = { false, 0x1234, 7 }, back = { true, 0, 0 };
	u8 b[64];

	(void)state;
	for (u32 n = ICMP_HEADER; n <= sizeof(b); n++) {
		memset(b, 0x5a, sizeof(b));
		e.is_reply = n % 2;
		icmp_build(b, n, &e);
		assert_int_equal(b[0], n % 2 ? 0 : 8);
		assert_int_equal(icmp_parse(b, n, &back), 0);
		assert_int_equal(back.is_reply, n % 2);
		assert_int_equal(back.id, 0x1234);
		assert_int_equal(back.seq, 7);
		for (u32 bit = 0; bit < n * 8; bit++) {
			b[bit / 8] ^= 1 << bit % 8;
			assert_int_equal(icmp_parse(b, n, &back), NETSTAT_icmp_bad);
			b[bit / 8] ^= 1 << bit % 8;
		}
	}
	for (u32 n = 0; n < ICMP_HEADER; n++)
		assert_int_equal(icmp_parse(b, n, &back), NETSTAT_icmp_bad);
}

static void icmp_other_messages(void **state)
{
	struct icmp_echo e = { false, 1, 2 };
	u8 b[16] = { 0 };

	(void)state;
	for (u32 type = 0; type < 256; type++) {
		for (u32 code = 0; code < 2; code++) {
			b[0] = type;
			b[1] = code;
			wire_put16(b + 2, 0);
			wire_put16(b + 2, wire_checksum(wire_sum(0, b, sizeof(b))));
			assert_int_equal(
				icmp_parse(b, sizeof(b), &e),
				(type == 0 || type == 8) && !code ? 0 : NETSTAT_icmp_bad);
		}
	}
}

/* --- UDP --------------------------------------------------------------------- */

static void udp_both_ways(void **state)
{
	struct udp u = { 2000, 7, 0 }, back;
	u8 b[64];

	(void)state;
	for (u32 n = 0; n <= sizeof(b) - UDP_HEADER; n++) {
		memset(b, 0xff, sizeof(b));
		u.bytes = n;
		udp_build(b, &packet, &u);
		assert_int_not_equal(wire_get16(b + 6), 0);
		memset(&back, 0, sizeof(back));
		/* The packet may have more bytes than the datagram. */
		assert_int_equal(udp_parse(b, sizeof(b), &packet, &back), 0);
		assert_int_equal(back.src, 2000);
		assert_int_equal(back.dst, 7);
		assert_int_equal(back.bytes, n);
		assert_int_equal(udp_parse(b, UDP_HEADER + n - 1, &packet, &back),
				 NETSTAT_udp_bad);
		for (u32 bit = 0; bit < (UDP_HEADER + n) * 8; bit++) {
			b[bit / 8] ^= 1 << bit % 8;
			if (wire_get16(b + 6) != 0)
				assert_int_equal(udp_parse(b, UDP_HEADER + n, &packet,
							   &back),
						 NETSTAT_udp_bad);
			b[bit / 8] ^= 1 << bit % 8;
		}
	}
}

static void udp_wrong(void **state)
{
	struct ipv4 other = packet;
	struct udp u = { 2000, 7, 10 };
	u8 b[64] = { 0 };

	(void)state;
	udp_build(b, &packet, &u);
	other.dst++;
	assert_int_equal(udp_parse(b, 18, &other, &u), NETSTAT_udp_bad);
	for (u32 n = 0; n < UDP_HEADER; n++)
		assert_int_equal(udp_parse(b, n, &packet, &u), NETSTAT_udp_bad);
	wire_put16(b + 6, 0); /* no check sum */
	assert_int_equal(udp_parse(b, 18, &packet, &u), 0);
	wire_put16(b + 4, 7);
	assert_int_equal(udp_parse(b, 18, &packet, &u), NETSTAT_udp_bad);
	wire_put16(b + 4, 19);
	assert_int_equal(udp_parse(b, 18, &packet, &u), NETSTAT_udp_bad);
	wire_put16(b + 4, 8);
	assert_int_equal(udp_parse(b, 18, &packet, &u), 0);
	assert_int_equal(u.bytes, 0);
}

/* A sum of 0 is sent as ffff, because 0 says that there is none. */
static void udp_sum_of_zero(void **state)
{
	struct udp u = { 0, 0, 2 };
	u8 b[10] = { 0 };
	u32 found = 0;

	(void)state;
	for (u32 i = 0; i < 65536; i++) {
		wire_put16(b + 8, i);
		udp_build(b, &packet, &u);
		assert_int_not_equal(wire_get16(b + 6), 0);
		found += wire_get16(b + 6) == 0xffff;
		assert_int_equal(udp_parse(b, sizeof(b), &packet, &u), 0);
	}
	assert_true(found > 0);
}

/* --- the table of addresses -------------------------------------------------- */

static const u8 mac_a[6] = { 2, 0, 0, 0, 0, 0xa }, mac_b[6] = { 2, 0, 0, 0, 0, 0xb };

static void table_learns_what_was_asked(void **state)
{
	struct arp_table t = { 0 };
	u8 mac[6];

	(void)state;
	assert_false(arp_learn(&t, 1, mac_a, 10, 100));
	assert_false(arp_lookup(&t, 1, 10, mac));
	arp_ask(&t, 1, 10, 20);
	assert_false(arp_lookup(&t, 1, 10, mac));
	assert_false(arp_learn(&t, 2, mac_a, 10, 100));
	assert_true(arp_learn(&t, 1, mac_a, 19, 100));
	assert_true(arp_lookup(&t, 1, 99, mac));
	assert_memory_equal(mac, mac_a, 6);
	arp_ask(&t, 1, 30, 40); /* makes it no shorter */
	assert_true(arp_lookup(&t, 1, 99, mac));
	assert_true(arp_learn(&t, 1, mac_b, 50, 200)); /* it has moved */
	assert_true(arp_lookup(&t, 1, 150, mac));
	assert_memory_equal(mac, mac_b, 6);
	assert_false(arp_lookup(&t, 1, 200, mac));
	assert_false(arp_learn(&t, 1, mac_a, 200, 300));
	assert_false(arp_lookup(&t, 0, 50, mac));
}

static void table_answer_that_comes_late(void **state)
{
	struct arp_table t = { 0 };

	(void)state;
	arp_ask(&t, 1, 10, 20);
	assert_false(arp_learn(&t, 1, mac_a, 20, 100));
}

static void table_is_full(void **state)
{
	struct arp_table t = { 0 };
	u8 mac[6];
	u32 known = 0;

	(void)state;
	for (u32 a = 1; a <= 5 * ARP_ENTRIES; a++) {
		arp_ask(&t, a, 10, 20);
		assert_true(arp_learn(&t, a, mac_a, 11, 1000));
		assert_true(arp_lookup(&t, a, 12, mac));
	}
	for (u32 a = 1; a <= 5 * ARP_ENTRIES; a++)
		known += arp_lookup(&t, a, 12, mac);
	assert_int_equal(known, ARP_ENTRIES);
	/* What has run out makes room before anything else. */
	arp_ask(&t, 1000, 1000, 1010);
	assert_true(arp_learn(&t, 1000, mac_b, 1001, 2000));
	assert_int_equal(t.hand, 4 * ARP_ENTRIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(check_sums),
		cmocka_unit_test(kinds_of_addresses),
		cmocka_unit_test(ethernet),
		cmocka_unit_test(arp_both_ways),
		cmocka_unit_test(arp_wrong),
		cmocka_unit_test(ip_both_ways),
		cmocka_unit_test(ip_wrong),
		cmocka_unit_test(icmp_both_ways),
		cmocka_unit_test(icmp_other_messages),
		cmocka_unit_test(udp_both_ways),
		cmocka_unit_test(udp_wrong),
		cmocka_unit_test(udp_sum_of_zero),
		cmocka_unit_test(table_learns_what_was_asked),
		cmocka_unit_test(table_answer_that_comes_late),
		cmocka_unit_test(table_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
