// sources: kernel/net/wire.c kernel/net/arp.c kernel/net/ipv4.c kernel/net/icmp.c kernel/net/udp.c kernel/net/port.c kernel/net/input.c kernel/net/output.c kernel/net/echo.c kernel/net/netstat.c tests/host/shim/shim.c
/* fuzz_net.c - any bytes as frames that come in, one after the other.  Every packet is
 * kept in a queue or freed, and what is sent is a whole frame.  Addresses and check sums
 * are made right in every other frame, so that the fuzzer need not guess them. */
#include <stdlib.h>

#include "../host/net/net_rig.h"

#include "net/port.h"
#include "net/wire.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void frame_mend(u8 *p, u32 n)
{
	memcpy(p, our_mac, 6);
	p[12] = 8;
	p[13] = n % 3 == 0 ? 6 : 0;
	if (p[13] || n < 34)
		return;
	p[14] = 0x45;
	wire_put16(p + 16, n - 14);
	wire_put16(p + 20, 0);
	p[23] = n % 2 ? 1 : 17;
	wire_put32(p + 30, NET_ADDRESS);
	wire_put16(p + 24, 0);
	wire_put16(p + 24, wire_checksum(wire_sum(0, p + 14, 20)));
	if (p[23] == 17 && n >= 42)
		wire_put16(p + 40, 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static int owner;
	u8 frame[512];
	bool mend = false;

	shim_quiet = true;
	net_init();
	if (port_bind(0x0707, &owner))
		abort();
	while (size > 0) {
		u32 n = MIN(data[0] * 2u, (u32)size - 1);

		memcpy(frame, data + 1, n);
		if (mend && n >= 14)
			frame_mend(frame, n);
		nsent = 0;
		frame_comes(frame, n);
		mend = !mend;
		data += n + 1;
		size -= n + 1;
	}
	port_leave(&owner);
	if (live != 0)
		abort();
	return 0;
}
